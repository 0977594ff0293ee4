//! Domains, for people.

use rollcall_client::view::{DomainList, DomainOwnerView, ReleasedView};

use super::{Look, facts, table, text};

/// A tenant's domains.
pub(crate) fn domains(list: &DomainList, look: &Look) -> String {
    if list.domains.is_empty() {
        return format!("Tenant {} has no domains.", list.tenant_id);
    }
    let mut table = table(&["domain", "alias of"], look);
    for domain in &list.domains {
        table.add_row([domain.name.as_str(), domain.alias_of.as_deref().unwrap_or("")]);
    }
    text(table)
}

/// The owner of a domain.
pub(crate) fn domain_owner(owner: &DomainOwnerView, look: &Look) -> String {
    let Some(tenant) = &owner.tenant_id else {
        return format!("No tenant owns {}, and it is not reserved.", owner.name);
    };
    let (of, reserved_for) = match owner.reserved_until {
        None => (Some(tenant.clone()), None),
        Some(_) => (None, Some(tenant.clone())),
    };
    facts(
        [
            ("domain", Some(owner.name.clone())),
            ("tenant", of),
            ("alias of", owner.alias_of.clone()),
            ("reserved for", reserved_for),
            (
                "until",
                owner.reserved_until.as_deref().map(|time| look.time(time)),
            ),
        ],
        look,
    )
}

/// A domain whose reservation was ended.
pub(crate) fn released(released: &ReleasedView) -> String {
    format!(
        "{} is no longer reserved for tenant {}: any tenant can register it.",
        released.name, released.tenant_id
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owner(tenant: Option<&str>, reserved_until: Option<&str>) -> String {
        let view = DomainOwnerView {
            name: "old.example".into(),
            tenant_id: tenant.map(str::to_owned),
            alias_of: None,
            reserved_until: reserved_until.map(str::to_owned),
        };
        domain_owner(&view, &Look::default())
    }

    #[test]
    fn an_operator_reads_whether_a_tenant_owns_a_domain_or_gave_it_up() {
        assert_eq!(
            owner(None, None),
            "No tenant owns old.example, and it is not reserved."
        );
        assert_eq!(owner(Some("acme"), None), "domain:  old.example\ntenant:  acme");
        assert_eq!(
            owner(Some("acme"), Some("2023-11-14T22:13:20Z")),
            "domain:        old.example\nreserved for:  acme\nuntil:         2023-11-14 22:13:20Z"
        );
    }
}
