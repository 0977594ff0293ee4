//! The failures: each with its code, its class, and what a customer's administrator reads.

use super::{BindOutcome, FailureClass};
use crate::text_enum::text_enum;

/// Declares the codes, so that everything about a failure stands in one place.
macro_rules! failure_codes {
    ($(
        $(#[doc = $doc:literal])*
        $value:ident = $text:literal, $class:ident, bind: $bind:ident, slow: $slow:literal {
            message: $message:literal,
            advice: $advice:literal,
        }
    )+) => {
        text_enum! {
            /// Reasons why a run failed. Codes are stable, because programs depend on them.
            pub enum FailureCode { $( $(#[doc = $doc])* $value = $text, )+ }
        }

        impl FailureCode {
            /// Consequence of the failure.
            pub const fn class(self) -> FailureClass {
                match self { $( Self::$value => FailureClass::$class, )+ }
            }

            /// Result of the attempt's bind, as far as the failure shows it.
            pub const fn bind(self) -> BindOutcome {
                match self { $( Self::$value => BindOutcome::$bind, )+ }
            }

            /// True if the directory could not be reached or read in time: the next attempt, and the tenant's next run, begin
            /// in the slow lane.
            pub const fn is_slow(self) -> bool {
                match self { $( Self::$value => $slow, )+ }
            }

            /// Description, in a sentence for the customer's administrator.
            pub const fn message(self) -> &'static str {
                match self { $( Self::$value => $message, )+ }
            }

            /// Advice, in a sentence or two for the customer's administrator.
            pub const fn advice(self) -> &'static str {
                match self { $( Self::$value => $advice, )+ }
            }
        }
    };
}

failure_codes! {
    /// The host's name leads to no address.
    CannotResolve = "CANNOT_RESOLVE", Transient, bind: Unknown, slow: true {
        message: "The name of the directory server could not be resolved.",
        advice: "Check the host name for typing errors, and that it can be resolved from the internet.",
    }

    /// The host refuses connections, or no way leads to it.
    CannotConnect = "CANNOT_CONNECT", Transient, bind: Unknown, slow: true {
        message: "The directory server could not be reached.",
        advice: "Check host and port, that the server is running, and that your firewall lets us in.",
    }

    /// The host does not answer a connection in time.
    ConnectTimeout = "CONNECT_TIMEOUT", Transient, bind: Unknown, slow: true {
        message: "The directory server did not answer the connection in time.",
        advice: "Check host and port, and that your firewall lets us in: it seems to drop what we send.",
    }

    /// No TLS session came about, for a reason other than trust.
    TlsFailed = "TLS_FAILED", Transient, bind: Unknown, slow: false {
        message: "An encrypted connection to the directory server could not be negotiated.",
        advice: "Check that the port matches the chosen security (636 for LDAPS, 389 for StartTLS) and \
                 that the server has a valid certificate and supports TLS 1.2 or later.",
    }

    /// The server refuses StartTLS.
    StarttlsRefused = "STARTTLS_REFUSED", Transient, bind: Unknown, slow: false {
        message: "The directory server refused to start encryption (StartTLS).",
        advice: "Choose LDAPS with port 636, or install a certificate on the server so that it supports \
                 StartTLS.",
    }

    /// The peer does not speak LDAP.
    NotLdap = "NOT_LDAP", Transient, bind: Unknown, slow: false {
        message: "The server on this host and port does not speak LDAP.",
        advice: "Check host, port and security: 636 is usual for LDAPS, 389 for StartTLS.",
    }

    /// The server says that it is busy.
    Busy = "BUSY", Transient, bind: Unknown, slow: false {
        message: "The directory server is too busy to answer.",
        advice: "No change is needed: try again later. If it persists, check the load and the event \
                 log of the server, or add a second host.",
    }

    /// The server says that it is unavailable.
    Unavailable = "UNAVAILABLE", Transient, bind: Unknown, slow: false {
        message: "The directory server is currently unavailable.",
        advice: "No change is needed: try again later. If it persists, check the load and the event \
                 log of the server, or add a second host.",
    }

    /// The server's time limit.
    TimeLimit = "TIME_LIMIT", Transient, bind: Accepted, slow: false {
        message: "The directory server stopped the search at its time limit.",
        advice: "Narrow the search base or the filter, use indexed attributes in the filter, or raise the \
                 server's time limit.",
    }

    /// The server's size limit.
    SizeLimit = "SIZE_LIMIT", Transient, bind: Accepted, slow: false {
        message: "The directory server stopped the search at its size limit.",
        advice: "Narrow the search base or the filter, or raise the server's size limit for the account \
                 that reads the directory.",
    }

    /// The connection ended in the middle.
    ConnectionLost = "CONNECTION_LOST", Transient, bind: Unknown, slow: false {
        message: "The connection to the directory server was lost during the read.",
        advice: "Nothing was changed. Try again; if it persists, check the server's event log and the \
                 firewalls between us.",
    }

    /// The server did not answer a request in time.
    OperationTimeout = "OPERATION_TIMEOUT", Transient, bind: Unknown, slow: true {
        message: "The directory server stopped answering during the read.",
        advice: "Nothing was changed. Try again; if it persists, check the load of the server, narrow the \
                 filter, or use indexed attributes in it.",
    }

    /// The server answers, but so slowly that the read would not end.
    ReadTooSlow = "READ_TOO_SLOW", Transient, bind: Unknown, slow: true {
        message: "The directory server answers too slowly to be read.",
        advice: "Nothing was changed. Check the load of the server and the connection to it, narrow the \
                 filter, or use indexed attributes in it; or add a second host.",
    }

    /// The server ended a read that it had not completed.
    IncompleteRead = "INCOMPLETE_READ", Transient, bind: Accepted, slow: false {
        message: "The directory server ended the search before it was complete.",
        advice: "Nothing was changed. Try again; if it persists, check the server's event log and the \
                 firewalls between us.",
    }

    /// The server answered with a result that has no code of its own here.
    DirectoryError = "DIRECTORY_ERROR", Transient, bind: Unknown, slow: false {
        message: "The directory server answered with an error.",
        advice: "Try again; if it persists, check the detail and the server's event log, or contact \
                 support.",
    }

    /// User name or password is wrong.
    WrongCredentials = "WRONG_CREDENTIALS", Credentials, bind: Refused, slow: false {
        message: "The directory server refused the user name or password.",
        advice: "Enter user name and password again. The name may be a DN, a user principal name \
                 (reader@corp.example) or DOMAIN\\user.",
    }

    /// The bind account is locked.
    AccountLocked = "ACCOUNT_LOCKED", Credentials, bind: Refused, slow: false {
        message: "The account that reads the directory is locked.",
        advice: "Unlock the account in your directory, and find out what else uses it with a wrong \
                 password.",
    }

    /// The bind account is disabled.
    AccountDisabled = "ACCOUNT_DISABLED", Credentials, bind: Refused, slow: false {
        message: "The account that reads the directory is disabled.",
        advice: "Enable the account in your directory, or enter another one.",
    }

    /// The bind account has expired.
    AccountExpired = "ACCOUNT_EXPIRED", Credentials, bind: Refused, slow: false {
        message: "The account that reads the directory has expired.",
        advice: "Extend the account in your directory, or enter another one.",
    }

    /// The bind account's password has expired.
    PasswordExpired = "PASSWORD_EXPIRED", Credentials, bind: Refused, slow: false {
        message: "The password of the account that reads the directory has expired.",
        advice: "Set a new password in your directory and enter it here; for a service account, it \
                 is best to use a password that does not expire.",
    }

    /// The bind account's password must be changed first.
    PasswordMustChange = "PASSWORD_MUST_CHANGE", Credentials, bind: Refused, slow: false {
        message: "The password of the account that reads the directory must be changed before it can be \
                  used.",
        advice: "Set a new password in your directory and enter it here; for a service account, it \
                 is best to use a password that does not expire.",
    }

    /// The bind account may not log on now, or from here.
    LogonNotPermitted = "LOGON_NOT_PERMITTED", Credentials, bind: Refused, slow: false {
        message: "The account that reads the directory may not log on at this time or from this place.",
        advice: "Extend the account's logon hours and the workstations that it may log on to, or enter \
                 another one.",
    }

    /// The server's certificate is not trusted.
    TlsUntrusted = "TLS_UNTRUSTED", Misconfigured, bind: Unknown, slow: false {
        message: "The certificate of the directory server is not trusted.",
        advice: "Enter the certificate of the authority that issued the server's certificate, and check \
                 that the certificate is valid today and names the host as it is entered here.",
    }

    /// The server sent more than is accepted.
    LimitExceeded = "LIMIT_EXCEEDED", Misconfigured, bind: Unknown, slow: false {
        message: "The directory server sent more than is accepted.",
        advice: "Check that host and port are those of your directory; if they are, exclude unusually \
                 large objects with the filter, or contact support.",
    }

    /// One object has more addresses than are accepted.
    TooManyAddresses = "TOO_MANY_ADDRESSES", Misconfigured, bind: Unknown, slow: false {
        message: "An object of the directory has more than 10,000 addresses.",
        advice: "Nothing was changed. The detail names the object: remove addresses from it, or exclude it with \
                 the filter.",
    }

    /// Takeovers of accounts have no end in sight.
    Entangled = "TOO_ENTANGLED", Misconfigured, bind: Unknown, slow: false {
        message: "Too many objects of the directory compete for the same addresses and accounts.",
        advice: "Nothing was changed. The detail names one of the objects: find the others that have its \
                 addresses, and give each address to only one object.",
    }

    /// The read needs more memory than the deployment has for one run.
    ReadTooLarge = "READ_TOO_LARGE", Misconfigured, bind: Unknown, slow: false {
        message: "The directory holds more than this installation can process in one run.",
        advice: "Nothing was changed, and nothing is wrong with your server or your password. Contact support \
                 to have the limit raised, or narrow the search base or the filter.",
    }

    /// The search base does not exist.
    NoSuchBase = "NO_SUCH_BASE", Misconfigured, bind: Accepted, slow: false {
        message: "The search base does not exist in the directory.",
        advice: "Check the search base for typing errors (for example OU=Users,DC=corp,DC=example), and \
                 that the account may see it.",
    }

    /// The server refuses the filter.
    FilterRefused = "FILTER_REFUSED", Misconfigured, bind: Accepted, slow: false {
        message: "The directory server refused the filter.",
        advice: "Check that the attributes and matching rules of the filter exist in your directory.",
    }

    /// The bind account may not read the search base.
    InsufficientRights = "INSUFFICIENT_RIGHTS", Misconfigured, bind: Accepted, slow: false {
        message: "The account that reads the directory may not read the search base.",
        advice: "Give the account the right to list and read the objects below the search base.",
    }

    /// The server wants a protected connection.
    StrongerAuthRequired = "STRONGER_AUTH_REQUIRED", Misconfigured, bind: Unknown, slow: false {
        message: "The directory server accepts only encrypted connections.",
        advice: "Choose LDAPS or StartTLS.",
    }

    /// The operator allows no connection to the host's address.
    AddressNotAllowed = "ADDRESS_NOT_ALLOWED", Misconfigured, bind: Unknown, slow: false {
        message: "Connections to the directory server's address are not allowed.",
        advice: "Enter a host that can be reached at a public address, or contact support to have \
                 yours allowed.",
    }

    /// The operator allows no unprotected connection.
    PlaintextNotAllowed = "PLAINTEXT_NOT_ALLOWED", Misconfigured, bind: Unknown, slow: false {
        message: "Unencrypted connections to directory servers are not allowed.",
        advice: "Choose LDAPS or StartTLS.",
    }

    /// No search base is set and the server names none.
    NoSearchBase = "NO_SEARCH_BASE", Misconfigured, bind: Accepted, slow: false {
        message: "No search base is set, and the directory server names none.",
        advice: "Enter a search base, for example DC=corp,DC=example.",
    }

    /// No worker can open the stored password.
    CredentialUnreadable = "CREDENTIAL_UNREADABLE", Misconfigured, bind: Unknown, slow: false {
        message: "The stored password can no longer be opened.",
        advice: "Enter the password again.",
    }

    /// The run took longer than a run may.
    RunDeadline = "RUN_DEADLINE", Misconfigured, bind: Unknown, slow: true {
        message: "Reading the directory took longer than a run may take.",
        advice: "Narrow the search base or the filter, or check why the server answers slowly.",
    }

    /// A fault of ours took so much of the run's time that it could not end in it.
    RunInterrupted = "RUN_INTERRUPTED", Ours, bind: Unknown, slow: false {
        message: "The run could not be completed in time because of a fault on our side.",
        advice: "Nothing was changed, and no change is needed in your directory. Start the run again; if it \
                 persists, contact support.",
    }

    /// The run lost worker after worker.
    WorkerLost = "WORKER_LOST", Ours, bind: Unknown, slow: false {
        message: "The run was interrupted repeatedly on our side and was abandoned.",
        advice: "Nothing was changed, and no change is needed in your directory. Start the run again; if it \
                 persists, contact support.",
    }

    /// The sync to revert cannot be reverted.
    RevertRefused = "REVERT_REFUSED", Misconfigured, bind: Unknown, slow: false {
        message: "The sync could not be reverted.",
        advice: "Check the sync: only one that succeeded and changed accounts can be reverted, only once, and only \
                 for a time.",
    }

    /// Something of ours failed.
    Internal = "INTERNAL", Ours, bind: Unknown, slow: false {
        message: "The run failed because of a fault on our side.",
        advice: "No change is needed. Try again later; if it persists, contact support.",
    }
}
