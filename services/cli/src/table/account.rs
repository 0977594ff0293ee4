//! Accounts.

use rollcall_client::view::{AccountView, AddressView};

use super::{Look, facts, filled, text, word, yes};

/// A tenant's accounts.
pub(crate) fn accounts(accounts: &[AccountView], look: &Look) -> String {
    if accounts.is_empty() {
        return "No accounts.".to_owned();
    }
    let rows = accounts.iter().map(|account| line(account, look)).collect();
    let header = [
        "primary address",
        "further addresses",
        "type",
        "origin",
        "HSR",
        "stale since",
        "removed",
    ];
    text(filled(header, rows, look))
}

/// One account, in full.
pub(crate) fn account(account: &AccountView, look: &Look) -> String {
    let about = [
        ("account", Some(account.account_id.clone())),
        ("primary address", Some(account.primary_address.clone())),
        (
            "further addresses",
            Some(further(account, look)).filter(|addresses| !addresses.is_empty()),
        ),
        ("type", Some(word(account.object_type).to_owned())),
        ("origin", Some(word(account.origin).to_owned())),
        ("HSR", Some(yes(account.hsr_enabled).to_owned())),
        ("protected", Some(yes(account.is_protected).to_owned())),
        ("stale since", look.at(account.stale_since.as_deref())),
        ("removed", look.at(account.remove_time.as_deref())),
    ];
    facts(about, look)
}

fn further(account: &AccountView, look: &Look) -> String {
    let further: Vec<_> = account.addresses.iter().skip(1).map(further_address).collect();
    further.join(look.line_break(", "))
}

fn line(account: &AccountView, look: &Look) -> [String; 7] {
    [
        account.primary_address.clone(),
        further(account, look),
        word(account.object_type).to_owned(),
        word(account.origin).to_owned() + if account.is_protected { ", protected" } else { "" },
        yes(account.hsr_enabled).to_owned(),
        look.at(account.stale_since.as_deref()).unwrap_or_default(),
        look.at(account.remove_time.as_deref()).unwrap_or_default(),
    ]
}

fn further_address(address: &AddressView) -> String {
    let mut notes = Vec::new();
    if address.address_type == Some("DOMAIN_ALIAS") {
        notes.push("domain alias");
    }
    if address.origin == Some("MANUAL") {
        notes.push("manual");
    }
    if address.stale_since.is_some() {
        notes.push("stale");
    }
    if notes.is_empty() {
        address.address.clone()
    } else {
        format!("{} ({})", address.address, notes.join(", "))
    }
}
