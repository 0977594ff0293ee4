//! `[network]`: where directories may be.

use std::collections::BTreeSet;

use rollcall_chassis::config::{Problems, from_list};
use rollcall_domain::Ports;
use serde::Deserialize;

use crate::network::{Network, NetworkPolicy, TenantNetworks, TenantlessNetworks, Zone};

/// `[network]`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct NetworkConfig {
    /// Beside public addresses.
    pub(crate) allow: Vec<Network>,
    /// Networks that are refused, whatever else allows them.
    pub(crate) deny: Vec<Network>,
    /// Zones whose names are looked up, although only a network of its own knows them.
    pub(crate) allow_zones: Vec<Zone>,
    /// Zones whose names are not looked up, whatever else allows them.
    pub(crate) deny_zones: Vec<Zone>,
    /// Ports that may be dialled.
    #[serde(deserialize_with = "from_list")]
    pub(crate) ports: Ports,
    /// Tenants that reach networks of their own instead.
    pub(crate) tenants: Vec<TenantNetworks>,
}

impl NetworkConfig {
    /// The part of the world that the worker may reach.
    pub(crate) fn policy(&self) -> NetworkPolicy {
        let Self {
            allow,
            deny,
            allow_zones,
            deny_zones,
            ports,
            tenants,
        } = self.clone();
        let others = TenantlessNetworks {
            allow,
            deny,
            allow_zones,
            deny_zones,
        };
        NetworkPolicy::new(ports, &others, &tenants)
    }

    pub(super) fn validate(&self, problems: &mut Problems) {
        let mut seen = BTreeSet::new();
        for entry in &self.tenants {
            if !seen.insert(entry.tenant.as_str()) {
                problems.push("network.tenants", format!("{} is given twice", entry.tenant));
            }
        }
    }
}
