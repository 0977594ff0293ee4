//! Context of a seal: it opens in no other.

use rollcall_proto::v1::Directory;
use rollcall_terms::PasswordTarget;

/// The tenant, and where its password may be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SealContext<'a> {
    /// The tenant's id.
    pub tenant_id: &'a str,
    /// The server, and the way to it.
    pub target: PasswordTarget<'a>,
}

impl<'a> SealContext<'a> {
    /// The context of a tenant's settings, as both the scheduler and the worker have them.
    pub fn new(tenant_id: &'a str, directory: &'a Directory) -> Self {
        Self {
            tenant_id,
            target: directory.into(),
        }
    }

    /// One text for one context: every part is preceded by its length, so that no two contexts run together. Every part
    /// is named, so that a new one does not compile until it stands here.
    pub(super) fn associated_data(&self) -> Vec<u8> {
        let PasswordTarget {
            hosts,
            port,
            security,
            ca_certificates_pem,
            bind_username,
        } = self.target;
        let mut data = Vec::new();
        let mut put = |part: &[u8]| {
            data.extend_from_slice(&(part.len() as u64).to_be_bytes());
            data.extend_from_slice(part);
        };
        put(self.tenant_id.as_bytes());
        put(&(hosts.len() as u64).to_be_bytes());
        for host in hosts {
            put(host.as_bytes());
        }
        put(&port.to_be_bytes());
        put(&security.to_be_bytes());
        put(ca_certificates_pem.as_bytes());
        put(bind_username.as_bytes());
        data
    }
}
