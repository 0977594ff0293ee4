use super::*;

fn networks(allow: &[&str], deny: &[&str]) -> Networks {
    let parse = |given: &[&str]| {
        given
            .iter()
            .map(|text| Network::try_from((*text).to_owned()).unwrap())
            .collect::<Vec<_>>()
    };
    Networks::new(&parse(allow), &parse(deny))
}

fn allows(networks: &Networks, address: &str) -> bool {
    networks.allows(address.parse().unwrap())
}

#[test]
fn every_reserved_range_is_refused_from_its_first_address_to_its_last() {
    let reserved = [
        ("0.0.0.0", "0.255.255.255"),
        ("10.0.0.0", "10.255.255.255"),
        ("100.64.0.0", "100.127.255.255"),
        ("127.0.0.0", "127.255.255.255"),
        ("169.254.0.0", "169.254.255.255"),
        ("172.16.0.0", "172.31.255.255"),
        ("192.0.0.0", "192.0.0.255"),
        ("192.0.2.0", "192.0.2.255"),
        ("192.88.99.0", "192.88.99.255"),
        ("192.168.0.0", "192.168.255.255"),
        ("198.18.0.0", "198.19.255.255"),
        ("198.51.100.0", "198.51.100.255"),
        ("203.0.113.0", "203.0.113.255"),
        ("224.0.0.0", "239.255.255.255"),
        ("240.0.0.0", "255.255.255.255"),
        ("::", "::"),
        ("::1", "::1"),
        ("::10.0.0.1", "::255.255.255.255"),
        ("64:ff9b:1::", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff"),
        ("100::", "100::ffff:ffff:ffff:ffff"),
        ("2001::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff"),
        ("2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"),
        ("2002::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
        ("3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff"),
        ("5f00::", "5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
        ("fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
        ("fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
        ("fec0::", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
        ("ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
    ];
    for (first, last) in reserved {
        assert!(!allows(&Networks::default(), first), "{first}");
        assert!(!allows(&Networks::default(), last), "{last}");
    }
}

#[test]
fn the_neighbours_of_reserved_ranges_are_public() {
    let public = [
        "1.0.0.0",
        "9.255.255.255",
        "11.0.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "126.255.255.255",
        "128.0.0.0",
        "169.253.255.255",
        "169.255.0.0",
        "172.15.255.255",
        "172.32.0.0",
        "192.0.1.0",
        "192.0.3.0",
        "192.88.98.255",
        "192.167.255.255",
        "192.169.0.0",
        "198.17.255.255",
        "198.20.0.0",
        "198.51.99.255",
        "203.0.112.255",
        "203.0.114.0",
        "223.255.255.255",
        "2000::1",
        "2001:200::",
        "2001:db7:ffff::",
        "2001:db9::",
        "2003::",
        "2a00::1",
        "3ffe:ffff::",
        "3fff:1000::",
    ];
    for address in public {
        assert!(allows(&Networks::default(), address), "{address}");
    }
}

#[test]
fn an_ipv4_address_is_seen_through_an_ipv6_one() {
    let default = Networks::default();
    for hidden in [
        "::ffff:127.0.0.1",
        "::ffff:10.1.2.3",
        "::ffff:169.254.169.254",
        "64:ff9b::10.0.0.1",
    ] {
        assert!(!allows(&default, hidden), "{hidden}");
    }
    assert!(allows(&default, "::ffff:8.8.8.8"));
    assert!(allows(&default, "64:ff9b::8.8.8.8"));
    assert!(allows(&networks(&["10.0.0.0/8"], &[]), "::ffff:10.1.2.3"));
    assert!(!allows(&networks(&[], &["8.8.8.0/24"]), "::ffff:8.8.8.8"));
}

#[test]
fn allow_adds_to_public_addresses_and_deny_wins() {
    let networks = networks(
        &["10.0.0.0/8", "fd00::/8", "127.0.0.5"],
        &["10.9.0.0/16", "8.8.8.8"],
    );
    for address in ["10.0.0.1", "fd00::1", "127.0.0.5", "9.9.9.9"] {
        assert!(allows(&networks, address), "{address}");
    }
    for address in ["10.9.0.1", "8.8.8.8", "127.0.0.6", "192.168.0.1"] {
        assert!(!allows(&networks, address), "{address}");
    }
}

#[test]
fn what_is_no_network_is_refused_with_what_was_expected() {
    let error = Network::try_from("10.0.0.0/33".to_owned()).unwrap_err();
    assert!(
        error.contains("10.0.0.0/33") && error.contains("expected"),
        "{error}"
    );
}
