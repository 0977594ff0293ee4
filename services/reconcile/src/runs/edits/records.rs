//! Descriptions of the portal's writes for their records.

use std::collections::BTreeSet;

use rollcall_domain::plan::AccountState;
use rollcall_proto::v1;
use rollcall_terms::{Twin as _, audit::Details, names};

/// An account by its id, and its changes.
pub(super) fn account(before: Option<&AccountState>, after: &AccountState) -> Details {
    let addresses = |account: &AccountState| -> BTreeSet<String> {
        let states = account.addresses.iter();
        states.map(|state| state.address.to_string()).collect()
    };
    let old = before.map(addresses).unwrap_or_default();
    let new = addresses(after);
    let details = Details::default()
        .with("account_id", after.id.to_string())
        .listed("added", new.difference(&old).map(String::as_str))
        .listed("removed", old.difference(&new).map(String::as_str));
    let fields = |account: &AccountState| {
        let primary = account.primary().map(|primary| primary.address.to_string());
        [
            ("primary_address", primary.unwrap_or_default()),
            ("type", type_name(account).to_owned()),
            ("hsr_enabled", account.hsr_enabled.to_string()),
            ("is_protected", account.is_protected.to_string()),
        ]
    };
    let Some(before) = before else {
        return fields(after)
            .into_iter()
            .fold(details, |details, (name, value)| details.with(name, value));
    };
    let changes = fields(before).into_iter().zip(fields(after));
    changes
        .filter(|((_, old), (_, new))| old != new)
        .fold(details, |details, ((name, old), (_, new))| {
            details.changed(name, old, new)
        })
}

fn type_name(account: &AccountState) -> &'static str {
    let object_type: v1::ObjectType = account.object_type.message();
    names::to_sql(object_type).unwrap_or_default()
}

/// Domains that are new in a list and those that are no longer in it; one whose alias is another's now is both.
pub(super) fn domains(before: &[v1::Domain], after: &[v1::Domain]) -> Details {
    let texts = |domains: &[v1::Domain]| domains.iter().map(text).collect::<BTreeSet<_>>();
    let (old, new) = (texts(before), texts(after));
    Details::default()
        .listed("added", new.difference(&old).map(String::as_str))
        .listed("removed", old.difference(&new).map(String::as_str))
}

fn text(domain: &v1::Domain) -> String {
    let v1::Domain { name, alias_of } = domain;
    if alias_of.is_empty() {
        name.clone()
    } else {
        format!("{name} (alias of {alias_of})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_domains_is_recorded_by_what_it_changed() {
        let domain = |name: &str, alias_of: &str| v1::Domain {
            name: name.to_owned(),
            alias_of: alias_of.to_owned(),
        };
        let before = [domain("a.example", ""), domain("b.example", "a.example")];
        let after = [
            domain("a.example", ""),
            domain("b.example", ""),
            domain("c.example", ""),
        ];
        let recorded = domains(&before, &after).into_inner();
        let recorded: Vec<_> = recorded
            .iter()
            .map(|detail| (&*detail.name, &*detail.value))
            .collect();
        assert_eq!(
            recorded,
            [
                ("added", "b.example, c.example"),
                ("removed", "b.example (alias of a.example)")
            ]
        );
        assert!(domains(&after, &after).into_inner().is_empty());
    }
}
