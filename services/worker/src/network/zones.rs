//! Names that a worker may look up. Customers name hosts, and the resolver may know more than the internet's names.
//!
//! A name for use within a network is not looked up, unless the operator lists its zone. Any other name is asked for as it
//! stands: no search list makes another one of it.

use std::fmt;

use serde::Deserialize;

/// Ends of names that are no domains of the internet: reserved (RFC 6761, 6762, 7686, 8375, 9476; ICANN's .internal), or
/// in wide use within networks and therefore never delegated.
const PRIVATE: [&str; 16] = [
    "alt",
    "arpa",
    "corp",
    "domain",
    "home",
    "host",
    "internal",
    "intranet",
    "lan",
    "local",
    "localdomain",
    "localhost",
    "mail",
    "onion",
    "private",
    "test",
];

/// A domain, with all names below it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Zone(String);

impl TryFrom<String> for Zone {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let name = canonical(&text);
        let is_label = |label: &str| {
            !label.is_empty()
                && label
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
        };
        if name.split('.').all(is_label) {
            Ok(Self(name))
        } else {
            Err(format!(
                "{text:?} is not a zone: expected a name such as corp.local"
            ))
        }
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Zone {
    fn holds(&self, name: &str) -> bool {
        is_within(name, &self.0)
    }
}

/// The zones whose names are looked up or not, whatever they are by default.
#[derive(Debug, Clone, Default)]
pub(crate) struct Zones {
    allow: Vec<Zone>,
    deny: Vec<Zone>,
}

/// The way to look up a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Lookup {
    /// As it stands, in the internet's names.
    Public(String),
    /// As this machine knows it: by the operator's leave.
    Listed(String),
    /// Not at all.
    Refused,
}

impl Zones {
    /// Those of the internet and of `allow`, without `deny`.
    pub(crate) fn new(allow: &[Zone], deny: &[Zone]) -> Self {
        Self {
            allow: allow.to_vec(),
            deny: deny.to_vec(),
        }
    }

    /// The way to look up the name of a host.
    pub(crate) fn lookup(&self, host: &str) -> Lookup {
        let name = canonical(host);
        if self.deny.iter().any(|zone| zone.holds(&name)) {
            Lookup::Refused
        } else if self.allow.iter().any(|zone| zone.holds(&name)) {
            Lookup::Listed(name)
        } else if is_private(&name) {
            Lookup::Refused
        } else {
            Lookup::Public(format!("{name}."))
        }
    }
}

/// True if only a network of its own knows the name.
fn is_private(name: &str) -> bool {
    !name.contains('.') || PRIVATE.iter().any(|zone| is_within(name, zone))
}

fn is_within(name: &str, zone: &str) -> bool {
    name.strip_suffix(zone)
        .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

fn canonical(name: &str) -> String {
    name.trim_end_matches('.').to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zones(allow: &[&str], deny: &[&str]) -> Zones {
        let parse = |names: &[&str]| {
            names
                .iter()
                .map(|name| Zone::try_from((*name).to_owned()).unwrap())
                .collect::<Vec<_>>()
        };
        Zones::new(&parse(allow), &parse(deny))
    }

    #[test]
    fn a_name_of_the_internet_is_looked_up_as_it_stands() {
        for (host, asked) in [
            ("dc1.corp.example", "dc1.corp.example."),
            ("DC1.Corp.Example.", "dc1.corp.example."),
            ("ldap.internal.example.com", "ldap.internal.example.com."),
            ("mylocal.de", "mylocal.de."),
        ] {
            assert_eq!(
                Zones::default().lookup(host),
                Lookup::Public(asked.to_owned()),
                "{host}"
            );
        }
    }

    #[test]
    fn a_name_for_use_within_a_network_is_not_looked_up() {
        for host in [
            "dc1",
            "localhost",
            "dc1.corp.local",
            "DC1.CORP.LOCAL.",
            "metadata.google.internal",
            "router.home.arpa",
            "5.0.0.10.in-addr.arpa",
            "dc1.corp",
            "nas.lan",
            "x.localhost",
            "",
            ".",
        ] {
            assert_eq!(Zones::default().lookup(host), Lookup::Refused, "{host}");
        }
    }

    #[test]
    fn the_operator_lists_zones_that_are_looked_up_and_others_that_are_not() {
        let zones = zones(
            &["acme.local", "localhost"],
            &["office.example", "secret.acme.local"],
        );
        for (host, lookup) in [
            ("dc1.acme.local", Lookup::Listed("dc1.acme.local".to_owned())),
            ("acme.local", Lookup::Listed("acme.local".to_owned())),
            ("localhost", Lookup::Listed("localhost".to_owned())),
            ("dc1.notacme.local", Lookup::Refused),
            ("db.secret.acme.local", Lookup::Refused),
            ("wiki.office.example", Lookup::Refused),
            (
                "backoffice.example",
                Lookup::Public("backoffice.example.".to_owned()),
            ),
        ] {
            assert_eq!(zones.lookup(host), lookup, "{host}");
        }
    }

    #[test]
    fn what_is_no_zone_is_refused() {
        for text in ["", ".", "a..b", "*.local", "corp local"] {
            assert!(Zone::try_from(text.to_owned()).is_err(), "{text}");
        }
    }
}
