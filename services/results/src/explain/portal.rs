//! Sentences about the portal's part.

use rollcall_domain::{AddressType, Days, ObjectType, sentences::explain as sentences};
use rollcall_proto::v1::{Account, AccountAddress, Origin};
use rollcall_terms::{Twin as _, time::from_proto};

use super::Facts;

/// Says if the address is in the portal, and if it was, since when it is gone.
pub(super) fn sentences(address: &str, facts: &Facts) -> Vec<String> {
    match (&facts.account, facts.removed_accounts.first()) {
        (Some(account), _) => held(address, account),
        (None, Some(removed)) => vec![
            sentences::not_in_portal(address),
            was_removed(removed, facts.periods.removed_accounts),
        ],
        (None, None) => vec![sentences::not_in_portal(address)],
    }
}

fn held(address: &str, account: &Account) -> Vec<String> {
    let own = account.addresses.iter().find(|own| own.address == address);
    let address_type = own
        .map(AccountAddress::address_type)
        .and_then(AddressType::of_message);
    let object_type = ObjectType::of_message(account.r#type());
    let mut said = vec![sentences::in_portal(
        address,
        address_type,
        &account.primary_address,
        object_type,
    )];
    if own.is_some_and(|own| own.origin() == Origin::Manual) {
        said.push(sentences::MANUAL.to_owned());
    }
    if account.is_protected {
        said.push(sentences::PROTECTED.to_owned());
    }
    let stale_since = own.and_then(|own| own.stale_since.as_ref()).and_then(from_proto);
    said.extend(stale_since.map(sentences::stale_since));
    said
}

fn was_removed(account: &Account, kept: Days) -> String {
    let primary = &account.primary_address;
    let Some(removed) = account.remove_time.as_ref().and_then(from_proto) else {
        return sentences::removed(primary);
    };
    let purged = removed.checked_add(kept.duration()).unwrap_or(removed);
    sentences::removed_until(primary, removed, purged)
}
