//! Networks and zones by tenant. A tenant behind a VPN reaches only its own, and no other tenant reaches those.

use std::{collections::HashMap, fmt};

use rollcall_domain::{Ports, TenantId};
use serde::{
    Deserialize, Deserializer,
    de::{self, MapAccess, Visitor, value::MapAccessDeserializer},
};

use super::{Network, Networks, Zone, Zones};

/// `[[network.tenants]]`: what one tenant's directories may be, in place of what all others' may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TenantNetworks {
    /// The tenant.
    pub(crate) tenant: TenantId,
    /// Its own networks.
    pub(crate) allow: Vec<Network>,
    /// Networks that are refused, whatever else allows them.
    pub(crate) deny: Vec<Network>,
    /// Zones whose names are looked up, besides those of the internet.
    pub(crate) zones: Vec<Zone>,
    /// It may reach public addresses as well.
    pub(crate) public: bool,
}

/// It as a table of the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    tenant: String,
    allow: Vec<Network>,
    #[serde(default)]
    deny: Vec<Network>,
    #[serde(default)]
    zones: Vec<Zone>,
    #[serde(default)]
    public: bool,
}

impl TryFrom<Table> for TenantNetworks {
    type Error = String;

    fn try_from(table: Table) -> Result<Self, String> {
        let tenant =
            TenantId::parse(&table.tenant).map_err(|error| format!("{:?}: {error}", table.tenant))?;
        if table.allow.is_empty() {
            return Err(format!("{tenant}: expected a network in allow"));
        }
        Ok(Self {
            tenant,
            allow: table.allow,
            deny: table.deny,
            zones: table.zones,
            public: table.public,
        })
    }
}

impl TenantNetworks {
    /// Reads it as a variable says it: `acme allow=10.20.0.0/16 deny=10.20.9.0/24 zone=acme.local public`.
    fn parse(text: &str) -> Result<Self, String> {
        let mut words = text.split_whitespace();
        let mut table = Table {
            tenant: words.next().unwrap_or_default().to_owned(),
            allow: Vec::new(),
            deny: Vec::new(),
            zones: Vec::new(),
            public: false,
        };
        for word in words {
            match word.split_once('=') {
                Some(("allow", network)) => table.allow.push(network.to_owned().try_into()?),
                Some(("deny", network)) => table.deny.push(network.to_owned().try_into()?),
                Some(("zone", zone)) => table.zones.push(zone.to_owned().try_into()?),
                None if word == "public" => table.public = true,
                _ => return Err(format!("{word:?} is not allow=, deny=, zone= or public")),
            }
        }
        table.try_into()
    }
}

impl<'de> Deserialize<'de> for TenantNetworks {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Either)
    }
}

/// A table of the file, or the text of a variable.
struct Either;

impl<'de> Visitor<'de> for Either {
    type Value = TenantNetworks;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a tenant and its networks")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<TenantNetworks, E> {
        TenantNetworks::parse(text).map_err(E::custom)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<TenantNetworks, A::Error> {
        let table = Table::deserialize(MapAccessDeserializer::new(map))?;
        table.try_into().map_err(de::Error::custom)
    }
}

/// The part of the world that a tenant's directories may be in.
#[derive(Debug, Clone, Default)]
pub(crate) struct Access {
    /// Addresses that may be dialled.
    pub(crate) networks: Networks,
    /// Names that are looked up.
    pub(crate) zones: Zones,
}

/// The operator's networks, for all tenants.
#[derive(Debug, Clone, Default)]
pub(crate) struct NetworkPolicy {
    /// Ports that may be dialled.
    pub(crate) ports: Ports,
    /// Of tenants that have no entry, and of tests without a tenant.
    pub(crate) others: Access,
    tenants: HashMap<String, Access>,
}

impl NetworkPolicy {
    /// What `tenants` list is theirs alone. `others`' refused networks and zones are refused for them as well.
    pub(crate) fn new(ports: Ports, others: &TenantlessNetworks, tenants: &[TenantNetworks]) -> Self {
        let theirs: Vec<_> = tenants.iter().flat_map(|entry| &entry.allow).copied().collect();
        let zones: Vec<_> = tenants.iter().flat_map(|entry| &entry.zones).cloned().collect();
        let deny = [&others.deny[..], &theirs].concat();
        let deny_zones = [&others.deny_zones[..], &zones].concat();
        let access = |entry: &TenantNetworks| {
            let denied = [&others.deny[..], &entry.deny].concat();
            let networks = if entry.public {
                Networks::new(&entry.allow, &denied)
            } else {
                Networks::only(&entry.allow, &denied)
            };
            let zones = Zones::new(&entry.zones, &others.deny_zones);
            (entry.tenant.to_string(), Access { networks, zones })
        };
        Self {
            ports,
            others: Access {
                networks: Networks::new(&others.allow, &deny),
                zones: Zones::new(&others.allow_zones, &deny_zones),
            },
            tenants: tenants.iter().map(access).collect(),
        }
    }

    /// The access of a tenant; an empty id is that of no tenant.
    pub(crate) fn of(&self, tenant_id: &str) -> &Access {
        self.tenants.get(tenant_id).unwrap_or(&self.others)
    }
}

/// Networks and zones of tenants that have no entry.
#[derive(Debug, Clone, Default)]
pub(crate) struct TenantlessNetworks {
    /// Beside public addresses.
    pub(crate) allow: Vec<Network>,
    /// Refused in any case.
    pub(crate) deny: Vec<Network>,
    /// Beside the internet's names.
    pub(crate) allow_zones: Vec<Zone>,
    /// Refused in any case.
    pub(crate) deny_zones: Vec<Zone>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::zones::Lookup;

    fn networks(texts: &[&str]) -> Vec<Network> {
        let parse = |text: &&str| Network::try_from((*text).to_owned()).unwrap();
        texts.iter().map(parse).collect()
    }

    fn policy(entries: &[&str]) -> NetworkPolicy {
        let others = TenantlessNetworks {
            allow: networks(&["10.0.0.0/8"]),
            deny: networks(&["10.66.0.0/16"]),
            ..TenantlessNetworks::default()
        };
        let entries: Vec<_> = entries
            .iter()
            .map(|text| TenantNetworks::parse(text).unwrap())
            .collect();
        NetworkPolicy::new(Ports::default(), &others, &entries)
    }

    fn reached(policy: &NetworkPolicy, tenant: &str, addresses: [&str; 4]) -> [bool; 4] {
        addresses.map(|address| policy.of(tenant).networks.allows(address.parse().unwrap()))
    }

    #[test]
    fn a_tenant_with_networks_of_its_own_reaches_only_them_and_no_other_tenant_does() {
        let policy = policy(&[
            "acme allow=10.20.0.0/16 deny=10.20.9.0/24",
            "umbrella allow=10.30.0.0/16",
        ]);
        let addresses = ["10.20.1.1", "10.20.9.1", "10.30.1.1", "9.9.9.9"];
        assert_eq!(reached(&policy, "acme", addresses), [true, false, false, false]);
        assert_eq!(
            reached(&policy, "umbrella", addresses),
            [false, false, true, false]
        );
        for other in ["", "initech", "ACME"] {
            assert_eq!(
                reached(&policy, other, addresses),
                [false, false, false, true],
                "{other}"
            );
        }
        assert!(policy.of("").networks.allows("10.1.1.1".parse().unwrap()));
    }

    #[test]
    fn what_is_refused_for_all_is_refused_for_a_tenant_that_lists_it() {
        let policy = policy(&["acme allow=10.64.0.0/10"]);
        let addresses = ["10.65.1.1", "10.66.1.1", "10.67.1.1", "10.1.1.1"];
        assert_eq!(reached(&policy, "acme", addresses), [true, false, true, false]);
    }

    #[test]
    fn a_tenant_may_reach_public_addresses_as_well() {
        let policy = policy(&["acme allow=10.20.0.0/16 public"]);
        let addresses = ["10.20.1.1", "9.9.9.9", "10.1.1.1", "127.0.0.1"];
        assert_eq!(reached(&policy, "acme", addresses), [true, true, false, false]);
    }

    #[test]
    fn a_zone_of_a_tenant_is_looked_up_only_for_it() {
        let policy = policy(&["acme allow=10.20.0.0/16 zone=acme.local zone=ad.acme.example"]);
        let looked_up = |tenant: &str, host: &str| policy.of(tenant).zones.lookup(host) != Lookup::Refused;
        assert!(looked_up("acme", "dc1.acme.local") && looked_up("acme", "dc1.ad.acme.example"));
        assert!(!looked_up("umbrella", "dc1.acme.local") && !looked_up("", "dc1.ad.acme.example"));
        assert!(!looked_up("acme", "dc1.umbrella.local"));
    }

    #[test]
    fn an_entry_that_says_something_else_is_refused() {
        for (text, said) in [
            ("", "expected"),
            ("acme", "expected a network"),
            ("a/b allow=10.0.0.0/8", "a/b"),
            ("acme allow=10.0.0.0/99", "10.0.0.0/99"),
            ("acme allow=10.0.0.0/8 everything", "everything"),
        ] {
            let error = TenantNetworks::parse(text).unwrap_err();
            assert!(error.contains(said), "{text}: {error}");
        }
    }
}
