//! A tenant's directory and the request to it, from the settings as they are now.

use std::fmt;

use rollcall_domain::{
    AddressAttributes, PermittedAttributes,
    filter::{self, Filter},
    reading::HINTS,
};
use rollcall_proto::v1;

use super::last::LastServer;
use crate::source::error::ReadError;

/// Protection of the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// TLS from the first byte.
    Ldaps,
    /// Plain LDAP, raised to TLS before the bind.
    StartTls,
    /// No protection at all.
    Plaintext,
}

impl Security {
    fn default_port(self) -> u16 {
        if self == Self::Ldaps { 636 } else { 389 }
    }
}

/// A tenant's directory.
#[derive(Debug, Clone)]
pub struct Target {
    /// The tenant, which decides on the networks; empty for settings that are no tenant's.
    pub tenant_id: String,
    /// Tried in this order.
    pub hosts: Vec<String>,
    /// The port of each.
    pub port: u16,
    /// Protection of the connection.
    pub security: Security,
    /// The tenant's own authorities, PEM; empty for the system's.
    pub ca_certificates_pem: String,
    /// Bind user.
    pub username: String,
    /// Search bases. None: as the root DSE says. An empty one is the root of the tree.
    pub bases: Vec<String>,
    /// As it is sent.
    pub filter: String,
    /// Attributes that carry addresses.
    pub addresses: AddressAttributes,
    /// All that is asked.
    pub requested: Vec<String>,
    /// Server that is dialled first.
    pub(crate) last: Option<LastServer>,
}

impl Target {
    /// Reads the settings, which were checked when they were saved. Their attributes are checked again: the operator's
    /// list may have changed since then, and a worker reads no other attribute whoever asks for it.
    pub fn new(directory: &v1::Directory, permitted: &PermittedAttributes) -> Result<Self, ReadError> {
        let security = match directory.security() {
            v1::Security::Unspecified | v1::Security::Ldaps => Security::Ldaps,
            v1::Security::Starttls => Security::StartTls,
            v1::Security::Plaintext => Security::Plaintext,
        };
        let port = match directory.port {
            0 => security.default_port(),
            port => {
                u16::try_from(port).map_err(|_| ReadError::Settings("the port is not valid".to_owned()))?
            }
        };
        if directory.hosts.is_empty() {
            return Err(ReadError::Settings("no host is given".to_owned()));
        }
        let addresses = addresses(directory, permitted)?;
        Ok(Self {
            tenant_id: String::new(),
            hosts: directory.hosts.clone(),
            port,
            security,
            ca_certificates_pem: directory.ca_certificates_pem.clone(),
            username: directory.bind_username.clone(),
            bases: directory.search_bases.clone(),
            filter: composed(&directory.filter, &addresses)?,
            requested: requested(&addresses),
            addresses,
            last: None,
        })
    }
}

impl Target {
    /// The hosts in the order in which they are dialled.
    pub(super) fn hosts_in_turn(&self) -> impl Iterator<Item = &String> {
        let is_last = |host: &&String| self.last.as_ref().is_some_and(|last| last.has_host(host));
        let (first, others): (Vec<_>, Vec<_>) = self.hosts.iter().partition(is_last);
        first.into_iter().chain(others)
    }
}

fn addresses(
    directory: &v1::Directory,
    permitted: &PermittedAttributes,
) -> Result<AddressAttributes, ReadError> {
    let attributes = AddressAttributes::parse(&directory.attributes)
        .map_err(|error| ReadError::Settings(error.to_string()))?;
    let attributes = permitted.admit(attributes)?;
    match directory.primary_attribute.as_str() {
        "" => Ok(attributes),
        name => attributes
            .with_primary(name)
            .map_err(|error| ReadError::Settings(format!("the primary attribute: {error}"))),
    }
}

fn composed(filter: &str, attributes: &AddressAttributes) -> Result<String, ReadError> {
    let filter = match filter {
        "" => None,
        text => {
            Some(Filter::parse(text).map_err(|error| ReadError::Settings(format!("the filter: {error}")))?)
        }
    };
    Ok(filter::compose(filter.as_ref(), attributes))
}

/// The attributes that carry addresses, the hints, and what identifies an object.
fn requested(attributes: &AddressAttributes) -> Vec<String> {
    let mut requested: Vec<String> = attributes.iter().map(ToString::to_string).collect();
    for hint in HINTS {
        if !requested.iter().any(|known| known.eq_ignore_ascii_case(hint)) {
            requested.push((*hint).to_owned());
        }
    }
    requested
}

/// A server that was dialled: the host that was named, and the address that it has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Server {
    /// As in the settings.
    pub host: String,
    /// As it was dialled.
    pub address: std::net::SocketAddr,
}

impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.host, self.address)
    }
}
