//! The failures: each with its code, its class and its consequences. `sentences::failure` has the texts.

use super::{BindOutcome, FailureClass};
use crate::text_enum::text_enum;

/// Declares the codes, so that all that programs decide by stands in one line.
macro_rules! failure_codes {
    ($(
        $(#[doc = $doc:literal])*
        $value:ident = $text:literal, $class:ident, bind: $bind:ident, slow: $slow:literal;
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
        }
    };
}

failure_codes! {
    /// The host's name leads to no address.
    CannotResolve = "CANNOT_RESOLVE", Transient, bind: Unknown, slow: true;
    /// The host refuses connections, or no way leads to it.
    CannotConnect = "CANNOT_CONNECT", Transient, bind: Unknown, slow: true;
    /// The host does not answer a connection in time.
    ConnectTimeout = "CONNECT_TIMEOUT", Transient, bind: Unknown, slow: true;
    /// No TLS session came about, for a reason other than trust.
    TlsFailed = "TLS_FAILED", Transient, bind: Unknown, slow: false;
    /// The server refuses StartTLS.
    StarttlsRefused = "STARTTLS_REFUSED", Transient, bind: Unknown, slow: false;
    /// The peer does not speak LDAP.
    NotLdap = "NOT_LDAP", Transient, bind: Unknown, slow: false;
    /// The server says that it is busy.
    Busy = "BUSY", Transient, bind: Unknown, slow: false;
    /// The server says that it is unavailable.
    Unavailable = "UNAVAILABLE", Transient, bind: Unknown, slow: false;
    /// The server's time limit.
    TimeLimit = "TIME_LIMIT", Transient, bind: Accepted, slow: false;
    /// The server's size limit.
    SizeLimit = "SIZE_LIMIT", Transient, bind: Accepted, slow: false;
    /// The connection ended in the middle.
    ConnectionLost = "CONNECTION_LOST", Transient, bind: Unknown, slow: false;
    /// The server did not answer a request in time.
    OperationTimeout = "OPERATION_TIMEOUT", Transient, bind: Unknown, slow: true;
    /// The server answers, but so slowly that the read would not end.
    ReadTooSlow = "READ_TOO_SLOW", Transient, bind: Unknown, slow: true;
    /// The server ended a read that it had not completed.
    IncompleteRead = "INCOMPLETE_READ", Transient, bind: Accepted, slow: false;
    /// The server answered with a result that has no code of its own here.
    DirectoryError = "DIRECTORY_ERROR", Transient, bind: Unknown, slow: false;
    /// User name or password is wrong.
    WrongCredentials = "WRONG_CREDENTIALS", Credentials, bind: Refused, slow: false;
    /// The bind account is locked.
    AccountLocked = "ACCOUNT_LOCKED", Credentials, bind: Refused, slow: false;
    /// The bind account is disabled.
    AccountDisabled = "ACCOUNT_DISABLED", Credentials, bind: Refused, slow: false;
    /// The bind account has expired.
    AccountExpired = "ACCOUNT_EXPIRED", Credentials, bind: Refused, slow: false;
    /// The bind account's password has expired.
    PasswordExpired = "PASSWORD_EXPIRED", Credentials, bind: Refused, slow: false;
    /// The bind account's password must be changed first. A directory says so only of the right password, which locks no
    /// account.
    PasswordMustChange = "PASSWORD_MUST_CHANGE", Credentials, bind: Unknown, slow: false;
    /// The bind account may not log on now, or from here.
    LogonNotPermitted = "LOGON_NOT_PERMITTED", Credentials, bind: Refused, slow: false;
    /// The server refused the account so often that no bind is tried for a while, whoever asks.
    BindsPaused = "BINDS_PAUSED", Misconfigured, bind: Unknown, slow: false;
    /// The server's certificate is not trusted.
    TlsUntrusted = "TLS_UNTRUSTED", Misconfigured, bind: Unknown, slow: false;
    /// The server and we have no cipher suite in common.
    TlsNoCipherSuite = "TLS_NO_CIPHER_SUITE", Misconfigured, bind: Unknown, slow: false;
    /// The server demands a client certificate.
    TlsClientCertificate = "TLS_CLIENT_CERTIFICATE", Misconfigured, bind: Unknown, slow: false;
    /// The server shows the certificate of a certificate authority.
    TlsCaAsServer = "TLS_CA_AS_SERVER", Misconfigured, bind: Unknown, slow: false;
    /// A certificate of the server has a key or a signature that is too weak.
    TlsWeakCertificate = "TLS_WEAK_CERTIFICATE", Misconfigured, bind: Unknown, slow: false;
    /// A certificate of the server is not fit for a server, or cannot be understood.
    TlsUnsuitableCertificate = "TLS_UNSUITABLE_CERTIFICATE", Misconfigured, bind: Unknown, slow: false;
    /// The server sent more than is accepted.
    LimitExceeded = "LIMIT_EXCEEDED", Misconfigured, bind: Unknown, slow: false;
    /// One object has more addresses than are accepted.
    TooManyAddresses = "TOO_MANY_ADDRESSES", Misconfigured, bind: Unknown, slow: false;
    /// Takeovers of accounts have no end in sight.
    Entangled = "TOO_ENTANGLED", Misconfigured, bind: Unknown, slow: false;
    /// Disabled users are excluded, and no user shows whether it is disabled.
    CannotTellDisabled = "CANNOT_TELL_DISABLED", Misconfigured, bind: Accepted, slow: false;
    /// The read needs more memory than the deployment has for one run.
    ReadTooLarge = "READ_TOO_LARGE", Misconfigured, bind: Unknown, slow: false;
    /// The search base does not exist.
    NoSuchBase = "NO_SUCH_BASE", Misconfigured, bind: Accepted, slow: false;
    /// The server refuses the filter.
    FilterRefused = "FILTER_REFUSED", Misconfigured, bind: Accepted, slow: false;
    /// The bind account may not read the search base.
    InsufficientRights = "INSUFFICIENT_RIGHTS", Misconfigured, bind: Accepted, slow: false;
    /// The server wants a protected connection.
    StrongerAuthRequired = "STRONGER_AUTH_REQUIRED", Misconfigured, bind: Unknown, slow: false;
    /// The operator allows no connection to the host's address.
    AddressNotAllowed = "ADDRESS_NOT_ALLOWED", Misconfigured, bind: Unknown, slow: false;
    /// The operator's list of ports lacks that of the settings.
    PortNotAllowed = "PORT_NOT_ALLOWED", Misconfigured, bind: Unknown, slow: false;
    /// The operator allows no unprotected connection.
    PlaintextNotAllowed = "PLAINTEXT_NOT_ALLOWED", Misconfigured, bind: Unknown, slow: false;
    /// The operator's list of address attributes lacks one that the settings name.
    AttributeNotAllowed = "ATTRIBUTE_NOT_ALLOWED", Misconfigured, bind: Unknown, slow: false;
    /// No search base is set, and the server names none or several.
    NoSearchBase = "NO_SEARCH_BASE", Misconfigured, bind: Accepted, slow: false;
    /// No worker can open the stored password.
    CredentialUnreadable = "CREDENTIAL_UNREADABLE", Misconfigured, bind: Unknown, slow: false;
    /// The run took longer than a run may.
    RunDeadline = "RUN_DEADLINE", Misconfigured, bind: Unknown, slow: true;
    /// A fault of ours took so much of the run's time that it could not end in it.
    RunInterrupted = "RUN_INTERRUPTED", Ours, bind: Unknown, slow: false;
    /// The run lost worker after worker.
    WorkerLost = "WORKER_LOST", Ours, bind: Unknown, slow: false;
    /// The sync to revert cannot be reverted.
    RevertRefused = "REVERT_REFUSED", Misconfigured, bind: Unknown, slow: false;
    /// Something of ours failed.
    Internal = "INTERNAL", Ours, bind: Unknown, slow: false;
}
