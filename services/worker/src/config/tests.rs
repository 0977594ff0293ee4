use rollcall_chassis::config::{parse, undocumented};

use super::*;

const LEAST: [(&str, &str); 6] = [
    ("ROLLCALL_SERVER__LISTEN", "127.0.0.1:7102"),
    ("ROLLCALL_SERVER__INSECURE_LOOPBACK", "true"),
    ("ROLLCALL_AMQP__URL", "amqp://u:p@127.0.0.1/v"),
    ("ROLLCALL_RECONCILE__URL", "http://127.0.0.1:7103"),
    ("ROLLCALL_CREDENTIALS__KEY_FILES", "/keys/new.key,/keys/old.key"),
    ("ROLLCALL_SIGNING__PUBLIC_KEY_FILES", "/keys/s1.signing.pub"),
];

fn with(more: &[(&str, &str)]) -> Result<Config, String> {
    let variables = LEAST
        .iter()
        .chain(more)
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    parse("", variables).map_err(|error| error.to_string())
}

#[test]
fn listener_broker_reconcile_and_keys_are_all_that_must_be_given() {
    let config = with(&[]).unwrap();
    assert_eq!(config.credentials.key_files.len(), 2);
    assert_eq!(
        (
            config.lanes.interactive,
            config.lanes.scheduled,
            config.lanes.slow,
            config.lanes.tests
        ),
        (4, 4, 2, 16)
    );
    assert!(!config.directory.allow_plaintext);
    assert!(
        !config
            .network
            .policy()
            .of("")
            .networks
            .allows("127.0.0.1".parse().unwrap())
    );
}

#[test]
fn networks_come_as_a_list() {
    let config = with(&[("ROLLCALL_NETWORK__ALLOW", "127.0.0.0/8,fd00::/8")]).unwrap();
    let networks = config.network.policy().others.networks;
    assert!(networks.allows("127.9.9.9".parse().unwrap()));
    assert!(networks.allows("fd00::1".parse().unwrap()));
}

#[test]
fn tenants_with_networks_of_their_own_come_as_tables_or_as_a_list() {
    let listed = with(&[(
        "ROLLCALL_NETWORK__TENANTS",
        "acme allow=10.20.0.0/16 zone=acme.local, other allow=10.30.0.0/16",
    )]);
    let variables = LEAST.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let tables = r#"
        [[network.tenants]]
        tenant = "acme"
        allow = ["10.20.0.0/16"]
        zones = ["acme.local"]
        [[network.tenants]]
        tenant = "other"
        allow = ["10.30.0.0/16"]
    "#;
    let tables: Config = parse(tables, variables).unwrap();
    assert_eq!(listed.unwrap().network.tenants, tables.network.tenants);
    for wrong in [
        "acme",
        "acme allow=10.0.0.0/8,acme allow=10.0.0.0/8",
        "acme allow=x",
    ] {
        let error = with(&[("ROLLCALL_NETWORK__TENANTS", wrong)]).unwrap_err();
        assert!(error.contains("network.tenants"), "{wrong}: {error}");
    }
}

#[test]
fn ports_come_as_a_list_with_ranges() {
    let config = with(&[("ROLLCALL_NETWORK__PORTS", "636,1024-65535")]).unwrap();
    let ports = config.network.policy().ports;
    assert!(ports.allow(636) && ports.allow(1389) && !ports.allow(389));
    let error = with(&[("ROLLCALL_NETWORK__PORTS", "ldaps")]).unwrap_err();
    assert!(error.contains("network.ports"), "{error}");
}

#[test]
fn the_attributes_that_may_be_read_come_as_a_list() {
    let with = |list| with(&[("ROLLCALL_DIRECTORY__ADDRESS_ATTRIBUTES", list)]);
    let given = with("proxyAddresses,workMail").unwrap();
    assert_eq!(
        given.directory.address_attributes,
        PermittedAttributes::parse(["proxyAddresses", "workMail"]).unwrap()
    );
    for list in ["proxyAddresses,sn", "proxyAddresses,mail;lang-de", "mail", ""] {
        let error = with(list).unwrap_err();
        assert!(error.contains("directory.address_attributes"), "{list}: {error}");
    }
}

#[test]
fn every_mistake_is_named() {
    let error = with(&[
        ("ROLLCALL_NETWORK__DENY", "10.0.0.0/99"),
        ("ROLLCALL_DIRECTORY__PAGE_SIZE", "0"),
        ("ROLLCALL_LIMITS__RUN_SECONDS", "7200"),
        ("ROLLCALL_LANES__EXPRESS", "1"),
        ("ROLLCALL_LANES__TESTS", "0"),
    ])
    .unwrap_err();
    for key in [
        "network.deny",
        "directory.page_size",
        "limits.run_seconds",
        "lanes.express",
        "lanes.tests",
    ] {
        assert!(error.contains(key), "{error} does not name {key}");
    }
}

#[test]
fn what_all_slots_need_fits_into_the_process_or_the_configuration_is_refused() {
    let few = with(&[("ROLLCALL_LIMITS__PROCESS_BYTES", "100000000")]).unwrap_err();
    assert!(
        few.contains("limits.process_bytes") && few.contains("at least"),
        "{few}"
    );
    let many = with(&[("ROLLCALL_LANES__SLOW", "1000")]).unwrap_err();
    assert!(many.contains("limits.process_bytes"), "{many}");
    let small = with(&[("ROLLCALL_LIMITS__RUN_BYTES", "1000000")]).unwrap_err();
    assert!(small.contains("limits.run_bytes"), "{small}");
    // A worker of 512 MiB has room beside for its own code, buffers of its kernel, and what the allocator keeps.
    assert!(with(&[]).unwrap().limits.process_bytes <= 400 << 20);
}

#[test]
fn every_key_is_explained() {
    assert_eq!(undocumented::<Config>(), Vec::<String>::new());
}
