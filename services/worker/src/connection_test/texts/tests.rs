use std::{io, time::Duration};

use super::{unbound, unconnected, unprotected};
use crate::source::ldap::{error::DirectoryError, guard::GuardError};

#[test]
fn a_refused_connection_and_a_silent_one_are_distinguished() {
    let address = "192.0.2.1:636".parse().unwrap();
    let refused = DirectoryError::Connect(io::ErrorKind::ConnectionRefused.into());
    assert_eq!(
        unconnected(address, &refused).message,
        "192.0.2.1 refuses connections on port 636."
    );
    let silent = DirectoryError::ConnectTimeout {
        step: "connecting",
        after: Duration::from_secs(10),
    };
    let told = unconnected(address, &silent);
    assert_eq!(
        told.message,
        "192.0.2.1 did not answer on port 636 within 10 seconds."
    );
    assert!(told.advice.contains("firewall"), "{told:?}");
}

#[test]
fn a_server_that_hangs_up_before_it_answers_is_told_as_such_in_either_step() {
    let hung_up = DirectoryError::HungUp(GuardError::Closed);
    for told in [unprotected(&hung_up), unbound(&hung_up)] {
        assert!(told.message.contains("before it answered"), "{told:?}");
        assert!(told.advice.contains("636 for LDAPS"), "{told:?}");
    }
}

#[test]
fn silence_in_the_middle_of_a_handshake_is_no_matter_of_reachability() {
    let silent = DirectoryError::ConnectTimeout {
        step: "the TLS handshake",
        after: Duration::from_secs(1),
    };
    let told = unprotected(&silent);
    assert_eq!(
        told.message,
        "The server accepted the connection but did not answer the TLS handshake within 1 second."
    );
    assert!(told.advice.contains("636 for LDAPS"), "{told:?}");
}
