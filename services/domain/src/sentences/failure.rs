//! Failures of runs: what went wrong, and what to do about it.

use crate::failure::FailureCode;

/// Gives each failure its message and its advice. The compiler misses none.
macro_rules! failures {
    ($( $value:ident { message: $message:literal, advice: $advice:literal, } )+) => {
        impl FailureCode {
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

failures! {
    CannotResolve {
        message: "The name of the directory server leads to no address that may be reached.",
        advice: "Check the host name for typing errors, and that it can be resolved from the internet to a public \
                 address. To have another address allowed, contact support.",
    }

    CannotConnect {
        message: "The directory server could not be reached.",
        advice: "Check host and port, that the server is running, and that your firewall lets us in.",
    }

    ConnectTimeout {
        message: "The directory server did not answer the connection in time.",
        advice: "Check host and port, and that your firewall lets us in: it seems to drop what we send.",
    }

    TlsFailed {
        message: "An encrypted connection to the directory server could not be negotiated.",
        advice: "Check that the port matches the chosen security (636 for LDAPS, 389 for StartTLS) and \
                 that the server has a valid certificate and supports TLS 1.2 or later.",
    }

    StarttlsRefused {
        message: "The directory server refused to start encryption (StartTLS).",
        advice: "Check that the server has a certificate for server authentication: without one, neither \
                 StartTLS nor LDAPS works. If it has one, choose LDAPS with port 636.",
    }

    NotLdap {
        message: "The server on this host and port does not speak LDAP.",
        advice: "Check host, port and security: 636 is usual for LDAPS, 389 for StartTLS.",
    }

    Busy {
        message: "The directory server is too busy to answer.",
        advice: "No change is needed: try again later. If it persists, check the load and the event \
                 log of the server, or add a second host.",
    }

    Unavailable {
        message: "The directory server is currently unavailable.",
        advice: "No change is needed: try again later. If it persists, check the load and the event \
                 log of the server, or add a second host.",
    }

    TimeLimit {
        message: "The directory server stopped the search at its time limit.",
        advice: "Narrow the search base or the filter, use indexed attributes in the filter, or raise the \
                 server's time limit.",
    }

    SizeLimit {
        message: "The directory server stopped the search at its size limit.",
        advice: "Narrow the search base or the filter, or raise the server's limits for the account that reads \
                 the directory: how many entries an answer may have, and how many a search may look at.",
    }

    ConnectionLost {
        message: "The connection to the directory server was lost during the read.",
        advice: "Nothing was changed. Try again; if it persists, check the server's event log and the \
                 firewalls between us.",
    }

    OperationTimeout {
        message: "The directory server stopped answering during the read.",
        advice: "Nothing was changed. Try again; if it persists, check the load of the server, narrow the \
                 filter, or use indexed attributes in it.",
    }

    ReadTooSlow {
        message: "The directory server answers too slowly to be read.",
        advice: "Nothing was changed. Check the load of the server and the connection to it, narrow the \
                 filter, or use indexed attributes in it; or add a second host.",
    }

    IncompleteRead {
        message: "The directory server ended the search before it was complete.",
        advice: "Nothing was changed. Try again; if it persists, check the server's event log and the \
                 firewalls between us.",
    }

    DirectoryError {
        message: "The directory server answered with an error.",
        advice: "Try again; if it persists, check the detail and the server's event log, or contact \
                 support.",
    }

    WrongCredentials {
        message: "The directory server refused the user name or password.",
        advice: "Enter user name and password again. The name may be a DN such as \
                 CN=reader,OU=Services,DC=corp,DC=example; in Active Directory also a user principal name \
                 (reader@corp.example) or DOMAIN\\user.",
    }

    AccountLocked {
        message: "The account that reads the directory is locked.",
        advice: "Unlock the account in your directory, and find out what else uses it with a wrong \
                 password.",
    }

    AccountDisabled {
        message: "The account that reads the directory is disabled.",
        advice: "Enable the account in your directory, or enter another one.",
    }

    AccountExpired {
        message: "The account that reads the directory has expired.",
        advice: "Extend the account in your directory, or enter another one.",
    }

    PasswordExpired {
        message: "The password of the account that reads the directory has expired.",
        advice: "Set a new password in your directory and enter it here; for a service account, it \
                 is best to use a password that does not expire.",
    }

    PasswordMustChange {
        message: "The password of the account that reads the directory must be changed before it can be \
                  used.",
        advice: "Set a new password in your directory and enter it here; for a service account, it \
                 is best to use a password that does not expire.",
    }

    LogonNotPermitted {
        message: "The directory server does not permit the account that reads the directory to log on.",
        advice: "Check that the account is active and has the right to log on in this way, at any hour and from any \
                 workstation; or enter another one.",
    }

    BindsPaused {
        message: "The directory server refused this user too often, so no sign-in is tried for a while.",
        advice: "Check user name and password, and wait: each further refusal lengthens the pause, so that wrong \
                 passwords do not lock the account. It counts who signs in, not who asks for it.",
    }

    TlsUntrusted {
        message: "The certificate of the directory server is not trusted.",
        advice: "Enter the certificate of the authority that issued the server's certificate, and check \
                 that the certificate is valid today and names the host as it is entered here.",
    }

    TlsNoCipherSuite {
        message: "The directory server and this service have no cipher suite in common.",
        advice: "Windows Server 2012 R2 and older have none with an RSA certificate: install an ECDSA certificate (P-256 \
                 or P-384) on the server, or enter a server with Windows Server 2016 or later. On other servers, allow \
                 TLS 1.3, or suites with ECDHE and AES-GCM.",
    }

    TlsClientCertificate {
        message: "The directory server demands a client certificate, and there is none to show.",
        advice: "Change the server so that it does not require client certificates on this port, or enter a server or \
                 port that accepts user name and password alone.",
    }

    TlsCaAsServer {
        message: "The directory server uses the certificate of a certificate authority as its own.",
        advice: "Have the authority issue a certificate for the server, which names the host as it is entered here, \
                 and install that on the server. The authority's certificate is entered only here.",
    }

    TlsWeakCertificate {
        message: "A certificate of the directory server is too weak to be trusted.",
        advice: "Have the certificate that the detail describes issued again, with SHA-256 and either an RSA key of \
                 2,048 bits or more or an ECDSA key (P-256 or P-384). If it is the authority's, renew the authority.",
    }

    TlsUnsuitableCertificate {
        message: "A certificate of the directory server cannot be accepted.",
        advice: "Have the certificate that the detail describes issued again, as a certificate for server \
                 authentication (X.509 version 3) without unusual critical extensions.",
    }

    LimitExceeded {
        message: "The directory server sent more than is accepted.",
        advice: "Check that host and port are those of your directory; if they are, exclude unusually \
                 large objects with the filter, or contact support.",
    }

    TooManyAddresses {
        message: "An object of the directory has more than 10,000 addresses.",
        advice: "Nothing was changed. The detail names the object: remove addresses from it, or exclude it with \
                 the filter.",
    }

    Entangled {
        message: "Too many objects of the directory compete for the same addresses and accounts.",
        advice: "Nothing was changed. The detail names one of the objects: find the others that have its \
                 addresses, and give each address to only one object.",
    }

    CannotTellDisabled {
        message: "The settings exclude disabled users, but the directory shows of no user whether it is disabled.",
        advice: "Nothing was changed. Give the account that reads the directory the right to read the attribute that \
                 shows it: userAccountControl in Active Directory, nsAccountLock in FreeIPA and 389 Directory Server, \
                 msDS-UserAccountDisabled in AD LDS, loginDisabled in eDirectory. If your directory has none of these, \
                 let disabled users be imported, or leave them out with the filter. If the settings import no users, let \
                 disabled users be imported: that changes nothing then.",
    }

    ReadTooLarge {
        message: "The directory holds more than this installation can process in one run.",
        advice: "Nothing was changed, and nothing is wrong with your server or your password. Contact support \
                 to have the limit raised, or narrow the search base or the filter.",
    }

    NoSuchBase {
        message: "The search base does not exist in the directory.",
        advice: "Check the search base for typing errors (for example OU=Users,DC=corp,DC=example), and \
                 that the account may see it.",
    }

    FilterRefused {
        message: "The directory server refused the filter.",
        advice: "Check that the attributes and matching rules of the filter exist in your directory.",
    }

    InsufficientRights {
        message: "The account that reads the directory may not read the search base.",
        advice: "Give the account the right to list and read the objects below the search base. If your server \
                 refuses searches without an index in this way, index the attributes that carry addresses.",
    }

    StrongerAuthRequired {
        message: "The directory server accepts only encrypted connections.",
        advice: "Choose LDAPS or StartTLS.",
    }

    AddressNotAllowed {
        message: "Connections to the directory server's address are not allowed.",
        advice: "Enter a host that can be reached at a public address, or contact support to have \
                 yours allowed.",
    }

    PortNotAllowed {
        message: "Connections to this port of a directory server are not allowed.",
        advice: "Enter the port at which your directory accepts LDAP, usually 636 for LDAPS and 389 for StartTLS, or \
                 contact support to have yours allowed.",
    }

    PlaintextNotAllowed {
        message: "Unencrypted connections to directory servers are not allowed.",
        advice: "Choose LDAPS or StartTLS.",
    }

    AttributeNotAllowed {
        message: "The settings name an attribute that may not be read for addresses.",
        advice: "Nothing was read, and nothing was changed. The detail names the attribute. Take it out of the \
                 attributes in the settings, or contact support to have it allowed.",
    }

    NoSearchBase {
        message: "No search base is set, and the directory server names none.",
        advice: "Enter a search base, for example DC=corp,DC=example.",
    }

    CredentialUnreadable {
        message: "The stored password can no longer be opened.",
        advice: "Enter the password again.",
    }

    RunDeadline {
        message: "Reading the directory took longer than a run may take.",
        advice: "Narrow the search base or the filter, or check why the server answers slowly.",
    }

    RunInterrupted {
        message: "The run could not be completed in time because of a fault on our side.",
        advice: "Nothing was changed, and no change is needed in your directory. Start the run again; if it \
                 persists, contact support.",
    }

    WorkerLost {
        message: "The run was interrupted repeatedly on our side and was abandoned.",
        advice: "Nothing was changed, and no change is needed in your directory. Start the run again; if it \
                 persists, contact support.",
    }

    RevertRefused {
        message: "The sync could not be reverted.",
        advice: "Check the sync: only one that succeeded and changed accounts can be reverted, only once, and only \
                 for a time.",
    }

    Internal {
        message: "The run failed because of a fault on our side.",
        advice: "No change is needed. Try again later; if it persists, contact support.",
    }
}
