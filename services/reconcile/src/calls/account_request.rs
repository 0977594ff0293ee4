//! The portal's requests about an account, checked field by field.

use std::collections::BTreeSet;

use rollcall_chassis::status::Violations;
use rollcall_domain::{AccountId, Address, ObjectType, edit::AccountEdit, sentences::field};
use rollcall_proto::{limits, v1};
use rollcall_terms::Twin as _;

/// The most addresses that a manual change may give an account.
const MOST_ADDRESSES: usize = limits::account::ADDRESSES_MAX_ITEMS;

/// Checks an account as the portal wants it, or names every field that is wrong.
pub(super) fn account_edit(account: &v1::Account, violations: &mut Violations) -> Option<AccountEdit> {
    let id = if account.account_id.is_empty() {
        Some(None)
    } else {
        violations
            .check("account.account_id", AccountId::parse(&account.account_id))
            .map(Some)
    };
    let primary = violations.check(
        "account.primary_address",
        Address::parse(&account.primary_address),
    );
    let addresses = addresses(account, primary.as_ref(), violations);
    let object_type = violations.check("account.type", object_type(account.r#type));
    Some(AccountEdit {
        id: id?,
        primary: primary?,
        addresses: addresses?,
        object_type: object_type?,
        hsr_enabled: account.hsr_enabled,
        is_protected: account.is_protected,
    })
}

fn addresses(
    account: &v1::Account,
    primary: Option<&Address>,
    violations: &mut Violations,
) -> Option<Vec<Address>> {
    // The primary may be among those given, or come on top of them.
    if account.addresses.len() > MOST_ADDRESSES {
        too_many(account.addresses.len(), violations);
        return None;
    }
    let mut seen = BTreeSet::new();
    let mut whole = true;
    for (position, given) in account.addresses.iter().enumerate() {
        let field = format!("account.addresses[{position}].address");
        let Some(address) = violations.check(&field, Address::parse(&given.address)) else {
            whole = false;
            continue;
        };
        if seen.contains(&address) {
            violations.push(field, field::already_listed(address.as_str()));
            whole = false;
            continue;
        }
        seen.insert(address);
    }
    if !whole {
        return None;
    }
    let mut addresses: Vec<Address> = seen.into_iter().collect();
    if let Some(primary) = primary
        && let Err(place) = addresses.binary_search(primary)
    {
        addresses.insert(place, primary.clone());
    }
    if addresses.len() > MOST_ADDRESSES {
        too_many(addresses.len(), violations);
        return None;
    }
    Some(addresses)
}

fn too_many(found: usize, violations: &mut Violations) {
    violations.push("account.addresses", field::addresses(MOST_ADDRESSES, found));
}

/// The type; `None` if it is not given.
fn object_type(number: i32) -> Result<Option<ObjectType>, String> {
    if number == 0 {
        return Ok(None);
    }
    let known = v1::ObjectType::try_from(number).ok();
    known
        .and_then(ObjectType::of_message)
        .map(Some)
        .ok_or_else(|| field::not_an_object_type(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(primary: &str, addresses: &[&str]) -> v1::Account {
        v1::Account {
            primary_address: primary.to_owned(),
            addresses: addresses
                .iter()
                .map(|address| v1::AccountAddress {
                    address: (*address).to_owned(),
                    ..v1::AccountAddress::default()
                })
                .collect(),
            ..v1::Account::default()
        }
    }

    fn refused(account: &v1::Account) -> String {
        let mut violations = Violations::default();
        assert_eq!(account_edit(account, &mut violations), None);
        format!("{violations:?}")
    }

    #[test]
    fn the_primary_is_among_the_addresses_whether_it_is_given_twice_or_once() {
        for given in [&["z@a.example"][..], &["z@a.example", "M@a.example"]] {
            let wanted = account_edit(&account(" M@A.example", given), &mut Violations::default()).unwrap();
            let texts: Vec<_> = wanted.addresses.iter().map(Address::as_str).collect();
            assert_eq!(texts, ["m@a.example", "z@a.example"]);
            assert_eq!(wanted.primary.as_str(), "m@a.example");
        }
    }

    #[test]
    fn every_wrong_field_is_named() {
        let message = refused(&v1::Account {
            account_id: "x".to_owned(),
            r#type: 99,
            ..account("", &["a@a.example", "no address", "A@a.example"])
        });
        for field in [
            "account.account_id",
            "account.type",
            "account.primary_address",
            "account.addresses[1].address",
            "account.addresses[2].address",
        ] {
            assert!(message.contains(field), "{field}: {message}");
        }
    }

    #[test]
    fn a_thousand_addresses_are_the_most_and_the_primary_counts() {
        let many: Vec<String> = (0..MOST_ADDRESSES)
            .map(|number| format!("a{number}@a.example"))
            .collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        let wanted = account_edit(&account("a0@a.example", &many), &mut Violations::default());
        assert_eq!(wanted.map(|wanted| wanted.addresses.len()), Some(MOST_ADDRESSES));
        assert!(refused(&account("other@a.example", &many)).contains("at most 1000"));
    }

    #[test]
    fn a_type_that_is_not_given_is_left_open() {
        let wanted = account_edit(&account("a@a.example", &[]), &mut Violations::default());
        assert_eq!(wanted.map(|wanted| wanted.object_type), Some(None));
    }
}
