//! Applies the options of `account put` to an account: only given fields change.

use rollcall_domain::Address;
use rollcall_proto::v1::{Account, AccountAddress, ObjectType};

use crate::{args::EditAccount, error::Error};

/// Sources of an account's addresses: options, the name of the account, or the portal, which had them before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct GivenAddresses {
    /// Source of the primary address.
    pub(super) primary: String,
    /// Source of each address of the list.
    pub(super) addresses: Vec<String>,
}

/// The account with everything that is given changed, and the source of each of its addresses; without one, a new one that
/// is named by its address. An address that is to be dropped must be one of the account's.
pub(super) fn apply(edit: EditAccount, before: Option<Account>) -> Result<(Account, GivenAddresses), Error> {
    let named = edit.account;
    let is_new = before.is_none();
    let mut account = before.unwrap_or_else(|| Account {
        primary_address: named.account.clone(),
        ..Account::default()
    });
    for dropped in &edit.dropped {
        let count = account.addresses.len();
        let address = normalised(dropped);
        account.addresses.retain(|entry| entry.address != address);
        if account.addresses.len() == count {
            return Err(Error::NotItsAddress {
                tenant: named.tenant,
                account: named.account,
                address: dropped.clone(),
            });
        }
    }
    let mut given = GivenAddresses {
        primary: if is_new {
            "ACCOUNT".to_owned()
        } else {
            account.primary_address.clone()
        },
        addresses: account
            .addresses
            .iter()
            .map(|entry| entry.address.clone())
            .collect(),
    };
    given
        .addresses
        .extend(edit.aliases.iter().map(|alias| format!("--alias {alias}")));
    account.addresses.extend(edit.aliases.into_iter().map(address));
    if let Some(primary) = edit.primary {
        if is_new {
            given.addresses.push("ACCOUNT".to_owned());
            account.addresses.push(address(named.account));
        }
        "--primary".clone_into(&mut given.primary);
        account.primary_address = primary;
    }
    let is_primary = |dropped: &&String| normalised(dropped) == normalised(&account.primary_address);
    if let Some(dropped) = edit.dropped.iter().find(is_primary) {
        return Err(Error::DropsPrimary {
            address: dropped.clone(),
        });
    }
    if let Some(object_type) = edit.object_type {
        account.set_type(ObjectType::from(object_type));
    }
    account.hsr_enabled = edit.hsr.unwrap_or(account.hsr_enabled);
    account.is_protected = edit.protected.unwrap_or(account.is_protected);
    Ok((account, given))
}

/// An address or id as the portal has it. What is no address is left to the service to refuse.
pub(super) fn normalised(given: &str) -> String {
    Address::parse(given).map_or_else(
        |_| given.trim().to_lowercase(),
        |address| address.as_str().to_owned(),
    )
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

    fn put(line: &[&str], before: Option<Account>) -> (Account, GivenAddresses) {
        apply(edit(line), before).unwrap()
    }

    #[test]
    fn a_new_account_is_named_by_its_address_which_is_said_once() {
        let (made, given) = put(&["press@a.example", "--alias", "media@a.example", "--hsr"], None);
        assert_eq!(made.primary_address, "press@a.example");
        assert_eq!(addresses(&made), ["media@a.example"]);
        assert_eq!(
            (given.primary.as_str(), &given.addresses[..]),
            ("ACCOUNT", &["--alias media@a.example".to_owned()][..])
        );
        assert!(made.hsr_enabled && !made.is_protected && made.account_id.is_empty());
        let (made, given) = put(&["press@a.example", "--primary", "news@a.example"], None);
        assert_eq!(
            (made.primary_address.as_str(), addresses(&made)),
            ("news@a.example", vec!["press@a.example"])
        );
        assert_eq!(
            (given.primary.as_str(), &given.addresses[..]),
            ("--primary", &["ACCOUNT".to_owned()][..])
        );
    }

    /// An account with two addresses, the second of them in an internationalised domain.
    fn stored() -> Account {
        let entries = ["press@a.example", "media@xn--bcher-kva.example"];
        let mut account = Account {
            account_id: "id".into(),
            primary_address: "press@a.example".into(),
            addresses: entries.map(|entry| address(entry.to_owned())).to_vec(),
            is_protected: true,
            ..Account::default()
        };
        account.set_type(ObjectType::Group);
        account
    }

    #[test]
    fn of_an_account_that_is_there_only_what_is_given_changes() {
        let line = [
            "press@a.example",
            "--drop",
            "MEDIA@Bücher.example",
            "--alias",
            "x@a.example",
            "--primary",
            "news@a.example",
        ];
        let (after, given) = put(&line, Some(stored()));
        assert_eq!(
            (after.account_id.as_str(), after.primary_address.as_str()),
            ("id", "news@a.example")
        );
        assert_eq!(addresses(&after), ["press@a.example", "x@a.example"]);
        assert_eq!((after.r#type, after.is_protected), (stored().r#type, true));
        assert_eq!(given.addresses, ["press@a.example", "--alias x@a.example"]);
    }

    #[test]
    fn an_address_that_the_account_does_not_have_cannot_be_dropped() {
        for (line, before) in [
            (["press@a.example", "--drop", "meida@a.example"], Some(stored())),
            (["new@a.example", "--drop", "new@a.example"], None),
        ] {
            let refused = apply(edit(&line), before);
            assert!(matches!(refused, Err(Error::NotItsAddress { address, .. }) if address == line[2]));
        }
    }

    #[test]
    fn the_primary_address_is_dropped_only_for_another_one() {
        let line = ["press@a.example", "--drop", "Press@a.example"];
        let refused = apply(edit(&line), Some(stored()));
        assert!(matches!(refused, Err(Error::DropsPrimary { .. })));
        let (after, _) = put(
            &[&line[..], &["--primary", "news@a.example"]].concat(),
            Some(stored()),
        );
        assert_eq!(addresses(&after), ["media@xn--bcher-kva.example"]);
    }
}
