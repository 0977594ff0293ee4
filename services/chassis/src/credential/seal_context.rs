//! Context of a seal: it opens in no other.

use rollcall_proto::v1::Directory;
use rollcall_terms::PasswordTarget;

/// Purpose of a sealed password. A seal for one does not open for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose<'a> {
    /// To be stored with the tenant's settings.
    Settings,
    /// For one connection test.
    Test {
        /// The test's id.
        test_id: &'a str,
        /// Time from which the test may no longer begin, in seconds of the Unix epoch.
        expire_seconds: i64,
    },
}

/// The purpose, the tenant, and where its password may be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SealContext<'a> {
    /// Purpose of the password.
    pub purpose: Purpose<'a>,
    /// The tenant's id.
    pub tenant_id: &'a str,
    /// The server, and the way to it.
    pub target: PasswordTarget<'a>,
}

impl<'a> SealContext<'a> {
    /// The context of a tenant's settings, as both the scheduler and the worker have them.
    pub fn new(purpose: Purpose<'a>, tenant_id: &'a str, directory: &'a Directory) -> Self {
        Self {
            purpose,
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
        match self.purpose {
            Purpose::Settings => put(b"settings"),
            Purpose::Test {
                test_id,
                expire_seconds,
            } => {
                put(b"test");
                put(test_id.as_bytes());
                put(&expire_seconds.to_be_bytes());
            }
        }
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
