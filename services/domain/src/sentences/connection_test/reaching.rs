//! Steps up to an encrypted connection, apart from trust: the host's name, its addresses, the port, TLS.

use std::{net::SocketAddr, time::Duration};

use super::StepText;
use crate::{
    failure::FailureCode,
    sentences::words::{list, seconds},
};

/// Addresses of a host's name.
pub fn addresses(host: &str, all: &[String]) -> String {
    match all {
        [one] if one == host => format!("{host} is an address."),
        [one] => format!("{host} has the address {one}."),
        all => format!("{host} has the addresses {}.", list(all)),
    }
}

/// A host is given as an address, which may not be dialled.
pub fn not_allowed(code: FailureCode, host: &str) -> StepText {
    StepText::from(code).saying(format!("Connections to {host} are not allowed."))
}

/// A host's name is one for use within a network, and is not looked up.
pub fn private_name(code: FailureCode, host: &str) -> StepText {
    StepText::from(code).saying(format!(
        "{host} is a name for use within a network. It is not looked up from here."
    ))
}

/// A host's name has no address, or none that may be dialled: an answer that told these apart would show what only this
/// network's own resolver knows.
pub fn unresolved(code: FailureCode, host: &str) -> StepText {
    StepText::from(code).saying(format!(
        "The name {host} leads to no address that may be reached."
    ))
}

/// A connection stands.
pub fn connected(address: SocketAddr) -> String {
    format!("{} accepts connections on port {}.", address.ip(), address.port())
}

/// The server refuses connections.
pub fn refused(code: FailureCode, address: SocketAddr) -> StepText {
    let (ip, port) = (address.ip(), address.port());
    StepText::from(code).saying(format!("{ip} refuses connections on port {port}."))
}

/// No way leads to the server, says the system.
pub fn unreachable(code: FailureCode, address: SocketAddr, why: &str) -> StepText {
    let (ip, port) = (address.ip(), address.port());
    StepText::from(code).saying(format!("{ip} cannot be reached on port {port}: {why}."))
}

/// The server does not answer a connection.
pub fn silent(code: FailureCode, address: SocketAddr, after: Duration) -> StepText {
    let (ip, port, time) = (address.ip(), address.port(), seconds(after));
    StepText::from(code).saying(format!("{ip} did not answer on port {port} within {time}."))
}

/// The server does not answer `step` of a handshake.
pub fn handshake_silent(step: &str, after: Duration) -> StepText {
    StepText::new(
        format!(
            "The server accepted the connection but did not answer {step} within {}.",
            seconds(after)
        ),
        "Check that the port belongs to the chosen security (636 for LDAPS, 389 for StartTLS), and that no firewall \
         between us inspects encrypted connections.",
    )
}

/// The server refuses StartTLS with a text.
pub fn starttls_refused(code: FailureCode, answer: &str) -> StepText {
    StepText::from(code).saying(format!("{} It answered: {answer}", code.message()))
}

/// The server ended the connection before it answered anything.
pub fn hung_up() -> StepText {
    StepText::new(
        "The directory server closed the connection before it answered.",
        "Check that the port belongs to the chosen security (636 for LDAPS, 389 for StartTLS). If it does, check the \
         server's event log and the firewalls between us.",
    )
}

/// The time for finding a server ended before every host and address was tried.
pub fn out_of_reach(text: StepText, reach: Duration) -> StepText {
    let message = format!(
        "{} The limit for all hosts and addresses together is {}, so no other was tried.",
        text.message,
        seconds(reach)
    );
    text.saying(message)
}

/// An address did not do, and another one is left.
pub fn next_address(text: StepText) -> StepText {
    let message = format!("{} Trying the next address of this host.", text.message);
    text.saying(message)
}

#[cfg(test)]
mod tests {
    use super::addresses;

    #[test]
    fn a_host_that_is_an_address_is_not_said_to_have_one() {
        let all = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        assert_eq!(
            addresses("192.0.2.1", &all(&["192.0.2.1"])),
            "192.0.2.1 is an address."
        );
        assert_eq!(
            addresses("dc", &all(&["192.0.2.1"])),
            "dc has the address 192.0.2.1."
        );
        assert_eq!(
            addresses("dc", &all(&["192.0.2.1", "2001:db8::1"])),
            "dc has the addresses 192.0.2.1 and 2001:db8::1."
        );
    }
}
