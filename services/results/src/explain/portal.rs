//! Sentences about the portal's part.

use rollcall_domain::Days;
use rollcall_proto::v1::{Account, AccountAddress, AddressType, ObjectType, Origin};
use rollcall_terms::time::from_proto;

use super::{Facts, minute};

/// Says if the address is in the portal, and if it was, since when it is gone.
pub(super) fn sentences(address: &str, facts: &Facts) -> Vec<String> {
    match (&facts.account, facts.removed_accounts.first()) {
        (Some(account), _) => held(address, account),
        (None, Some(removed)) => vec![
            missing(address),
            was_removed(removed, facts.periods.removed_accounts),
        ],
        (None, None) => vec![missing(address)],
    }
}

/// Says neither that another customer has it, nor that no customer has.
fn missing(address: &str) -> String {
    format!("None of your accounts has {address}.")
}

fn held(address: &str, account: &Account) -> Vec<String> {
    let own = account.addresses.iter().find(|own| own.address == address);
    let address_type = own.map(AccountAddress::address_type).unwrap_or_default();
    let primary = &account.primary_address;
    let role = match address_type {
        AddressType::Primary => format!("the primary address of {}", kind(account.r#type())),
        AddressType::Alias => format!("an alias of {primary}"),
        AddressType::DomainAlias => format!("a domain alias of {primary}"),
        AddressType::Unspecified => format!("an address of {primary}"),
    };
    let mut sentences = vec![format!("{address} is in the portal, as {role}.")];
    if own.is_some_and(|own| own.origin() == Origin::Manual) {
        sentences.push("It is a manual address.".to_owned());
    }
    if account.is_protected {
        sentences.push("Its account is protected: no sync takes an address from it.".to_owned());
    }
    let stale_since = own.and_then(|own| own.stale_since.as_ref()).and_then(from_proto);
    if let Some(since) = stale_since {
        sentences.push(format!(
            "It has been stale since {}: no object in the directory gives it to its account.",
            minute(since)
        ));
    }
    sentences
}

fn kind(object_type: ObjectType) -> &'static str {
    match object_type {
        ObjectType::User => "a user",
        ObjectType::Group => "a group",
        ObjectType::Contact => "a contact",
        ObjectType::PublicFolder => "a public folder",
        ObjectType::Resource => "a resource",
        ObjectType::SharedMailbox => "a shared mailbox",
        ObjectType::Other | ObjectType::Unspecified => "an account",
    }
}

fn was_removed(account: &Account, kept: Days) -> String {
    let primary = &account.primary_address;
    let removed = account.remove_time.as_ref().and_then(from_proto);
    let Some(removed) = removed else {
        return format!("The account {primary}, which had it, was removed.");
    };
    let purge = removed.checked_add(kept.duration()).unwrap_or(removed);
    format!(
        "The account {primary}, which had it, was removed on {}; it can be restored until {}, and is then deleted for \
         good.",
        minute(removed),
        minute(purge)
    )
}
