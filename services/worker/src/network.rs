//! Networks to which a worker may connect. Customers name hosts, so the operator names networks, ports and zones.
//!
//! Public addresses are allowed, and those that `allow` adds. Those that `deny` names are refused in any case. The
//! address that is checked is the one that is dialled, so a name that resolves differently the next time gains nothing.
//! An IPv4 address in an IPv6 one (mapped, or behind NAT64) is judged as the IPv4 address.

mod tenants;
mod zones;

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

use ipnet::IpNet;
use serde::Deserialize;

pub(crate) use tenants::{Access, NetworkPolicy, TenantNetworks, TenantlessNetworks};
pub(crate) use zones::{Lookup, Zone, Zones};

#[cfg(test)]
mod tests;

/// A network such as `10.0.0.0/8`, or a single address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Network(IpNet);

impl TryFrom<String> for Network {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse::<IpNet>()
            .or_else(|_| text.parse::<IpAddr>().map(IpNet::from))
            .map(|network| Self(network.trunc()))
            .map_err(|_| format!("{text:?} is not a network: expected one such as 10.0.0.0/8, or an address"))
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The networks that a worker may reach.
#[derive(Debug, Clone)]
pub(crate) struct Networks {
    allow: Vec<IpNet>,
    deny: Vec<IpNet>,
    public: bool,
}

impl Default for Networks {
    fn default() -> Self {
        Self::new(&[], &[])
    }
}

impl Networks {
    /// Public addresses and `allow`, without `deny`.
    pub(crate) fn new(allow: &[Network], deny: &[Network]) -> Self {
        Self {
            public: true,
            ..Self::only(allow, deny)
        }
    }

    /// Only `allow`, without `deny`.
    pub(crate) fn only(allow: &[Network], deny: &[Network]) -> Self {
        let networks = |given: &[Network]| given.iter().map(|network| network.0).collect();
        Self {
            allow: networks(allow),
            deny: networks(deny),
            public: false,
        }
    }

    /// True if `address` may be dialled.
    pub(crate) fn allows(&self, address: IpAddr) -> bool {
        let seen = see_through(address);
        let within = |networks: &[IpNet]| {
            networks
                .iter()
                .any(|network| network.contains(&seen) || network.contains(&address))
        };
        !within(&self.deny) && (within(&self.allow) || self.public && is_public(seen))
    }
}

/// The address that a packet in the end goes to.
fn see_through(address: IpAddr) -> IpAddr {
    let IpAddr::V6(v6) = address else { return address };
    if let Some(v4) = v6.to_ipv4_mapped() {
        return IpAddr::V4(v4);
    }
    match v6.octets() {
        // NAT64 (RFC 6052).
        [0x00, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0, a, b, c, d] => IpAddr::V4(Ipv4Addr::new(a, b, c, d)),
        _ => address,
    }
}

fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

/// Addresses that the IANA special-purpose registry does not reserve.
fn is_public_v4(address: Ipv4Addr) -> bool {
    !matches!(
        address.octets(),
        [0 | 10 | 127 | 224..=255, ..] // this network, private, loopback, multicast and reserved
            | [100, 64..=127, ..] // shared by carriers
            | [169, 254, ..] // link-local, and the clouds' metadata
            | [172, 16..=31, ..]
            | [192, 0, 0 | 2, _] // protocol assignments, documentation
            | [192, 88, 99, _] // 6to4 relays
            | [192, 168, ..]
            | [198, 18 | 19, ..] // benchmarks
            | [198, 51, 100, _] // documentation
            | [203, 0, 113, _]
    )
}

/// Global unicast is 2000::/3; some of it is reserved.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let reserved = matches!(
        address.segments(),
        [0x2001, 0..=0x1ff | 0x0db8, ..] // protocol assignments (Teredo among them), documentation
            | [0x2002, ..] // 6to4
            | [0x3fff, 0..=0x0fff, ..] // documentation
    );
    address.segments()[0] & 0xe000 == 0x2000 && !reserved
}
