//! Context to which a seal is bound.

use rollcall_proto::v1::Directory;

/// The tenant, and where its password may be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding<'a> {
    /// The tenant's id.
    pub tenant_id: &'a str,
    /// The directory's hosts, in their order.
    pub hosts: &'a [String],
    /// The port as it is in the settings.
    pub port: i32,
    /// The security mode's number in the contract.
    pub security: i32,
    /// The CA certificates as they are in the settings.
    pub ca_certificates_pem: &'a str,
    /// The bind username.
    pub bind_username: &'a str,
}

impl<'a> Binding<'a> {
    /// The binding of a tenant's settings, as both the scheduler and the worker have them. Every field is named, so
    /// that a new one does not compile until its author has decided if the password may be sent under another value of
    /// it.
    pub fn new(tenant_id: &'a str, directory: &'a Directory) -> Self {
        let Directory {
            hosts,
            port,
            security,
            ca_certificates_pem,
            bind_username,
            server_type: _,
            bind_password: _,
            search_base: _,
            filter: _,
            attributes: _,
        } = directory;
        Self {
            tenant_id,
            hosts,
            port: *port,
            security: *security,
            ca_certificates_pem,
            bind_username,
        }
    }

    /// One text for one binding: every part is preceded by its length, so that no two bindings run together.
    pub(super) fn associated_data(&self) -> Vec<u8> {
        let mut data = Vec::new();
        let mut put = |part: &[u8]| {
            data.extend_from_slice(&(part.len() as u64).to_be_bytes());
            data.extend_from_slice(part);
        };
        put(self.tenant_id.as_bytes());
        put(&(self.hosts.len() as u64).to_be_bytes());
        for host in self.hosts {
            put(host.as_bytes());
        }
        put(&self.port.to_be_bytes());
        put(&self.security.to_be_bytes());
        put(self.ca_certificates_pem.as_bytes());
        put(self.bind_username.as_bytes());
        data
    }
}
