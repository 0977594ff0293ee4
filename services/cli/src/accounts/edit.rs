//! Applies the options of `account put` to an account: only given fields change.

use rollcall_proto::v1::{Account, AccountAddress, ObjectType};

use crate::args::EditAccount;

/// The account with everything that is given changed; without one, a new one that is named by its address.
pub(super) fn apply(edit: EditAccount, before: Option<Account>) -> Account {
    let named = edit.account.account;
    let mut account = before.unwrap_or_else(|| Account {
        primary_address: named.clone(),
        addresses: vec![address(named)],
        ..Account::default()
    });
    account.addresses.extend(edit.aliases.into_iter().map(address));
    account.addresses.retain(|entry| {
        let dropped = |given: &String| given.trim().eq_ignore_ascii_case(&entry.address);
        !edit.dropped.iter().any(dropped)
    });
    if let Some(primary) = edit.primary {
        account.primary_address = primary;
    }
    if let Some(object_type) = edit.object_type {
        account.set_type(ObjectType::from(object_type));
    }
    account.hsr_enabled = edit.hsr.unwrap_or(account.hsr_enabled);
    account.is_protected = edit.protected.unwrap_or(account.is_protected);
    account
}

fn address(address: String) -> AccountAddress {
    AccountAddress {
        address,
        ..AccountAddress::default()
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::args::{AccountCommand, Args, Command};

    fn edit(line: &[&str]) -> EditAccount {
        let words = ["rollcall", "account", "put", "acme"].iter().chain(line);
        let Command::Account(AccountCommand::Put(edit)) = Args::try_parse_from(words).unwrap().command else {
            panic!("not account put")
        };
        edit
    }

    fn addresses(account: &Account) -> Vec<&str> {
        account
            .addresses
            .iter()
            .map(|entry| entry.address.as_str())
            .collect()
    }

    #[test]
    fn a_new_account_is_named_by_its_address() {
        let made = apply(
            edit(&["press@a.example", "--alias", "media@a.example", "--hsr"]),
            None,
        );
        assert_eq!(made.primary_address, "press@a.example");
        assert_eq!(addresses(&made), ["press@a.example", "media@a.example"]);
        assert!(made.hsr_enabled && !made.is_protected && made.account_id.is_empty());
    }

    #[test]
    fn of_an_account_that_is_there_only_what_is_given_changes() {
        let mut before = apply(
            edit(&[
                "press@a.example",
                "--alias",
                "media@a.example",
                "--object-type",
                "group",
                "--protected",
            ]),
            None,
        );
        before.account_id = "id".into();
        let line = [
            "press@a.example",
            "--drop",
            "MEDIA@a.example",
            "--primary",
            "news@a.example",
        ];
        let after = apply(edit(&line), Some(before.clone()));
        assert_eq!(
            (after.account_id.as_str(), after.primary_address.as_str()),
            ("id", "news@a.example")
        );
        assert_eq!(addresses(&after), ["press@a.example"]);
        assert_eq!((after.r#type, after.is_protected), (before.r#type, true));
    }
}
