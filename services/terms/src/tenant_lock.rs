//! The lock of a tenant: an advisory lock of PostgreSQL that the services take by the same key.

use rollcall_domain::TenantId;

/// The text whose hash is the key of the tenant's lock, `hashtextextended(key, 0)`. Old and new processes lock each other out
/// during an upgrade only if it never changes.
pub fn tenant_lock(tenant: &TenantId) -> String {
    format!("rollcall.tenant:{tenant}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_of_a_tenant_never_changes() {
        let tenant = TenantId::parse("acme").unwrap();
        assert_eq!(tenant_lock(&tenant), "rollcall.tenant:acme");
    }
}
