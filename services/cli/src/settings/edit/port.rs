//! The port that goes with a security mode.

use rollcall_proto::v1::{Directory, Security};

use crate::error::Error;

/// Ports of a directory server without TLS from the first byte, each with the one that has it: of a directory, and of a
/// global catalog.
const PAIRS: [(i32, i32); 2] = [(389, 636), (3268, 3269)];

/// The port for another security mode. A port of LDAPS speaks nothing else, and the others do not speak it; nobody but
/// the administrator knows the partner of a port of their own.
pub(super) fn for_mode(directory: &Directory, mode: Security) -> Result<i32, Error> {
    let port = directory.port;
    // None: the server's settings take the mode's own.
    if port == 0 || is_tls_first(mode) == is_tls_first(directory.security()) {
        return Ok(port);
    }
    let pair = PAIRS
        .iter()
        .find(|(without, with)| [*without, *with].contains(&port));
    match pair {
        Some((_, with)) if is_tls_first(mode) => Ok(*with),
        Some((without, _)) => Ok(*without),
        None => Err(Error::PortNeeded {
            port,
            mode: mode.as_str_name().trim_start_matches("SECURITY_"),
        }),
    }
}

fn is_tls_first(mode: Security) -> bool {
    matches!(mode, Security::Ldaps | Security::Unspecified)
}
