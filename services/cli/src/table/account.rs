//! Accounts.

use rollcall_client::view::{AccountView, AddressView};

use super::{Width, at, facts, filled, text, word, yes};

/// A tenant's accounts.
pub(crate) fn accounts(accounts: &[AccountView], width: Width) -> String {
    if accounts.is_empty() {
        return "No accounts.".to_owned();
    }
    let rows = accounts.iter().map(line).collect();
    let header = [
        "primary address",
        "further addresses",
        "type",
        "origin",
        "HSR",
        "stale since",
        "removed",
    ];
    text(filled(header, rows, width))
}

/// One account, in full.
pub(crate) fn account(account: &AccountView, width: Width) -> String {
    let about = [
        ("account", Some(account.account_id.clone())),
        ("primary address", Some(account.primary_address.clone())),
        (
            "further addresses",
            Some(further(account)).filter(|addresses| !addresses.is_empty()),
        ),
        ("type", Some(word(account.object_type).to_owned())),
        ("origin", Some(word(account.origin).to_owned())),
        ("HSR", Some(yes(account.hsr_enabled).to_owned())),
        ("protected", Some(yes(account.is_protected).to_owned())),
        ("stale since", at(account.stale_since.as_deref())),
        ("removed", at(account.remove_time.as_deref())),
    ];
    facts(about, width)
}

fn further(account: &AccountView) -> String {
    let further: Vec<_> = account.addresses.iter().skip(1).map(further_address).collect();
    further.join("\n")
}

fn line(account: &AccountView) -> [String; 7] {
    [
        account.primary_address.clone(),
        further(account),
        word(account.object_type).to_owned(),
        word(account.origin).to_owned() + if account.is_protected { ", protected" } else { "" },
        yes(account.hsr_enabled).to_owned(),
        at(account.stale_since.as_deref()).unwrap_or_default(),
        at(account.remove_time.as_deref()).unwrap_or_default(),
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
