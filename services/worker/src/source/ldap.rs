//! Reads a directory that speaks LDAP: from host names to objects with claims.
//!
//! Whatever a server sends is bounded before it is parsed, and a read either comes to its end or is an error:
//! every result code is looked at, no referral is followed, and nothing here grows with the directory.

pub(crate) mod bounds;
pub(crate) mod error;
pub(crate) mod frame;
pub(crate) mod guard;
pub(crate) mod limits;
pub(crate) mod session;
pub(crate) mod target;
pub(crate) mod tls;

mod alert;
#[cfg(test)]
pub(crate) mod ber;
pub(crate) mod bind;
mod bind_request;
mod confirm;
pub(crate) mod connection;
mod credit;
pub(crate) mod dial;
pub(crate) mod distrust;
pub(crate) mod entry;
pub(crate) mod excerpt;
mod explain;
mod identity;
mod last;
pub(crate) mod message;
pub(crate) mod oid;
mod pages;

pub(crate) mod paging;
mod policy;
pub(crate) mod ranges;
pub(crate) mod reach;
mod reference;
pub(crate) mod root_dse;
#[cfg(test)]
pub(crate) mod script;
pub(crate) mod search;
mod span;
mod starttls;
pub(crate) mod strip;
pub(crate) mod walk;
mod words;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use rollcall_chassis::credential::SecretString;
use rollcall_domain::PermittedAttributes;
use rollcall_proto::{internal::v1::DirectoryServer, v1};
use tokio::time::Instant;

use crate::{
    memory::Memory,
    network::NetworkPolicy,
    source::bind_gate::BindGate,
    source::{Source, error::ReadError, signs::Signs},
};
use dial::Dialler;
use error::DirectoryError;
use last::LastServer;
use limits::Limits;
use session::Session;
use target::{Security, Target};
use tls::{SystemRoots, Trust};

/// Reads directories.
#[derive(Debug)]
pub(crate) struct Reader {
    /// The part of the world that it may reach.
    pub networks: NetworkPolicy,
    /// Bounds that it accepts.
    pub limits: Limits,
    /// Memory that large messages borrow from.
    pub memory: Arc<Memory>,
    /// Connections without any protection are allowed.
    pub allow_plaintext: bool,
    /// Attributes that may be read for addresses.
    pub permitted_attributes: PermittedAttributes,
    /// Authorities trusted for tenants without authorities of their own.
    pub system_roots: SystemRoots,
}

impl Reader {
    /// Connects to the first server of `target` that takes the bind. No other is asked once one has refused the
    /// credentials. `signs` shows how it goes.
    pub(crate) async fn open(
        &self,
        target: &Arc<Target>,
        password: &str,
        gate: &BindGate,
        signs: Arc<Signs>,
    ) -> Result<Session, DirectoryError> {
        let mut dialler = self.dialler(target)?;
        dialler.signs = signs;
        let (connection, missed) = dialler.open(target, password, gate).await?;
        Session::begin(connection, Arc::clone(target), missed).await
    }

    /// A dialler for connections to `target`, if the operator allows any. Its time runs from now on.
    pub(crate) fn dialler(&self, target: &Target) -> Result<Dialler<'_>, DirectoryError> {
        if target.security == Security::Plaintext && !self.allow_plaintext {
            return Err(DirectoryError::PlaintextNotAllowed);
        }
        if !self.networks.ports.allow(target.port) {
            return Err(DirectoryError::PortNotAllowed(target.port));
        }
        Ok(Dialler {
            access: self.networks.of(&target.tenant_id),
            limits: &self.limits,
            memory: &self.memory,
            trust: Trust::new(&target.ca_certificates_pem, &self.system_roots)?,
            until: Instant::now() + self.limits.reach,
            signs: Arc::default(),
        })
    }
}

/// A tenant's LDAP directory.
#[derive(Debug)]
pub(crate) struct LdapSource {
    reader: Arc<Reader>,
    target: Arc<Target>,
    gate: BindGate,
}

impl LdapSource {
    /// The one of settings, which were checked when they were saved, of the tenant whose binds pass `gate`. The server of
    /// the last applied read is dialled first.
    pub(crate) fn new(
        reader: Arc<Reader>,
        gate: BindGate,
        directory: &v1::Directory,
        last: Option<&DirectoryServer>,
    ) -> Result<Self, ReadError> {
        let mut target = Target::new(directory, &reader.permitted_attributes)?;
        gate.tenant_id().clone_into(&mut target.tenant_id);
        let networks = &reader.networks.of(gate.tenant_id()).networks;
        target.last = last.and_then(|last| LastServer::new(last, networks));
        let target = Arc::new(target);
        Ok(Self { reader, target, gate })
    }
}

impl Source for LdapSource {
    type Open = Session;

    async fn open(&self, password: SecretString, signs: Arc<Signs>) -> Result<Session, ReadError> {
        let opened = self
            .reader
            .open(&self.target, password.expose(), &self.gate, signs);
        Ok(opened.await?)
    }
}
