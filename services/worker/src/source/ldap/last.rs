//! The server of the last applied read, which the next read dials first, and why another one answers.
//!
//! Controllers of one domain lag behind each other: whoever reads now one and now another sees a change come, go and come
//! again. What is remembered only orders the hosts of the settings and the addresses that they have now, so it never leads
//! to a server that these do not name.

use std::net::{IpAddr, SocketAddr};

use rollcall_domain::sentences::read as sentences;
use rollcall_proto::internal::v1::DirectoryServer;

use super::{error::DirectoryError, excerpt::excerpt};
use crate::network::Networks;

#[cfg(test)]
mod tests;

/// The server of the last applied read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LastServer {
    host: String,
    address: IpAddr,
    /// The operator still allows connections to it. Otherwise its address is not shown.
    is_allowed: bool,
    /// Identity among the servers of the same directory.
    id: String,
}

impl LastServer {
    /// The server as it was remembered; `None` if its address cannot be read. Connections may go to `networks`.
    pub(super) fn new(server: &DirectoryServer, networks: &Networks) -> Option<Self> {
        let address = server.address.parse().ok()?;
        Some(Self {
            host: server.host.clone(),
            address,
            is_allowed: networks.allows(address),
            id: server.id.clone(),
        })
    }

    /// True if this is its host.
    pub(super) fn has_host(&self, host: &str) -> bool {
        self.host == host
    }

    /// True if this address of a host is its own.
    pub(super) fn is_at(&self, host: &str, address: SocketAddr) -> bool {
        self.has_host(host) && self.address == address.ip()
    }

    /// Reason why the server at this address of `host`, known by `id`, was read instead; empty if it is the same one.
    pub(super) fn reason(&self, host: &str, address: SocketAddr, id: &str, missed: &Missed) -> String {
        if !self.is_allowed {
            return sentences::last_is_not_allowed(&self.host);
        }
        if !self.is_at(host, address) {
            let last = format!("{} ({})", self.host, self.address);
            return match missed {
                Missed::NotDialled => sentences::last_is_no_host(&last),
                Missed::OtherAddresses => sentences::last_has_other_addresses(&last),
                Missed::Failed(why) => sentences::last_failed(&last, why),
            };
        }
        // A server without a name of its own is known by its port as well.
        if self.id == id || self.id == address.to_string() || id == address.to_string() {
            String::new()
        } else {
            sentences::last_was_other(&self.id)
        }
    }
}

/// Reason why the server of the last read was not read again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum Missed {
    /// Its host is not one of the settings' any longer.
    #[default]
    NotDialled,
    /// Its host has only other addresses now.
    OtherAddresses,
    /// It failed.
    Failed(String),
}

impl Missed {
    /// It failed for this reason.
    pub(super) fn failed(error: &DirectoryError) -> Self {
        Self::Failed(excerpt(error.cause().to_string()))
    }
}
