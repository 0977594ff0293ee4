//! Hosts, addresses and ports that may not be reached.

use rollcall_domain::Ports;
use rollcall_proto::v1::{Directory, TestStepKind, test_step::Findings};

use super::{FAILED, code, states_of, test, test_with, until_base};
use crate::{
    network::{NetworkPolicy, TenantlessNetworks, Zone},
    source::ldap::{
        Reader,
        script::{any_port, directory, reader, serve},
    },
};

/// Public addresses only, at any port.
fn nowhere() -> NetworkPolicy {
    NetworkPolicy::new(any_port(), &TenantlessNetworks::default(), &[])
}

#[tokio::test]
async fn an_address_that_the_operator_does_not_allow_is_not_dialled() {
    let server = serve(vec![until_base()]).await;
    let closed = Reader {
        networks: nowhere(),
        ..reader()
    };
    let (steps, _) = test_with(&closed, &directory(server.port)).await;
    assert_eq!(states_of(&steps), [(TestStepKind::Resolve, FAILED)]);
    assert_eq!(code(&steps[0]), "ADDRESS_NOT_ALLOWED");
    let Some(Findings::Resolve(found)) = &steps[0].findings else {
        panic!("{steps:?}")
    };
    assert_eq!(found.addresses, [""; 0]);
    assert!(!server.task.is_finished(), "a connection was made");
}

#[tokio::test]
async fn a_name_that_leads_only_to_addresses_that_are_not_allowed_looks_like_one_that_leads_nowhere() {
    let others = TenantlessNetworks {
        // A name that this machine knows.
        allow_zones: vec![Zone::try_from("localhost".to_owned()).unwrap()],
        ..TenantlessNetworks::default()
    };
    let closed = Reader {
        networks: NetworkPolicy::new(any_port(), &others, &[]),
        ..reader()
    };
    let mut told = Vec::new();
    for host in ["localhost", "nowhere.invalid"] {
        let directory = Directory {
            hosts: vec![host.to_owned()],
            ..directory(636)
        };
        let (mut steps, _) = test_with(&closed, &directory).await;
        assert_eq!(states_of(&steps), [(TestStepKind::Resolve, FAILED)]);
        assert_eq!(code(&steps[0]), "CANNOT_RESOLVE");
        steps[0].duration = None;
        told.push(format!("{:?}", steps[0]).replace(host, "HOST"));
    }
    assert_eq!(told[0], told[1]);
    assert!(!told[0].contains("127.0.0.1"), "{}", told[0]);
}

#[tokio::test]
async fn a_name_for_use_within_a_network_is_not_looked_up() {
    let (steps, _) = test(Vec::new(), |directory| {
        directory.hosts = vec!["dc1.corp.local".to_owned()];
    })
    .await;
    assert_eq!(states_of(&steps), [(TestStepKind::Resolve, FAILED)]);
    assert_eq!(code(&steps[0]), "ADDRESS_NOT_ALLOWED");
    assert!(steps[0].message.contains("not looked up"), "{:?}", steps[0]);
}

#[tokio::test]
async fn a_port_that_the_operator_does_not_list_is_not_dialled() {
    let server = serve(vec![until_base()]).await;
    let others = TenantlessNetworks::default();
    let strict = Reader {
        networks: NetworkPolicy::new(Ports::default(), &others, &[]),
        ..reader()
    };
    let (steps, _) = test_with(&strict, &directory(server.port)).await;
    assert_eq!(states_of(&steps), [(TestStepKind::Connect, FAILED)]);
    assert_eq!(code(&steps[0]), "PORT_NOT_ALLOWED");
    assert!(!server.task.is_finished(), "a connection was made");
}
