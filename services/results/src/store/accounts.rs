//! Accounts.

use futures::TryStreamExt as _;
use rollcall_chassis::{
    pg::{Access, PgTimestamp},
    status::ApiError,
};
use rollcall_domain::account;
use rollcall_proto::v1::{Account, AccountAddress, AddressType, ObjectType, Origin};
use rollcall_terms::names;
use rollcall_terms::time::to_proto;
use uuid::Uuid;

use super::Store;
use crate::page::Position;

/// Most addresses that the accounts of one page have, unless one account has more: it is read whole.
const MOST_ADDRESSES: usize = 10_000;

/// Accounts that stand together.
#[derive(Debug)]
pub(crate) struct AccountsRead {
    pub(crate) accounts: Vec<Account>,
    /// True if others were asked for too, and are left for the next page: these have addresses enough.
    pub(crate) full: bool,
}

impl Store {
    /// A page of a tenant's accounts, by primary address, from after this one on. An account may have thousands of
    /// addresses, and what is read stays in memory: so a page may end early.
    pub(crate) async fn accounts(
        &self,
        tenant_id: &str,
        filter: &AccountFilter,
        after: Option<Position>,
        limit: usize,
    ) -> Result<AccountsRead, ApiError> {
        let after = after.unwrap_or_default();
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let after_id = Uuid::from_u128(after.id);
        let mut tx = self.tenant(tenant_id, Access::Read).await?;
        let mut records = if filter.removed {
            sqlx::query_file_as!(
                Record,
                "sql/account/page_of_removed.sql",
                tenant_id,
                &filter.search,
                after.text,
                after_id,
                limit
            )
            .fetch(tx.connection())
        } else {
            sqlx::query_file_as!(
                Record,
                "sql/account/page.sql",
                tenant_id,
                &filter.search,
                after.text,
                after_id,
                limit
            )
            .fetch(tx.connection())
        };
        let mut read = Vec::new();
        while let Some(record) = records.try_next().await? {
            if fills(&read, &record) {
                return Ok(AccountsRead {
                    accounts: gathered(&read),
                    full: true,
                });
            }
            read.push(record);
        }
        Ok(AccountsRead {
            accounts: gathered(&read),
            full: false,
        })
    }
}

/// Filter of a tenant's accounts.
#[derive(Debug, Clone, Default)]
pub(crate) struct AccountFilter {
    /// Removed ones instead of live ones.
    pub(crate) removed: bool,
    /// Beginning of any of the addresses, in lower case; empty: anything.
    pub(crate) search: String,
}

/// An account with one of its addresses; null for an account without any.
#[derive(Debug, Clone)]
pub(super) struct Record {
    pub(super) account_id: Uuid,
    pub(super) primary_address: String,
    pub(super) r#type: String,
    pub(super) origin: String,
    pub(super) hsr_enabled: bool,
    pub(super) is_protected: bool,
    pub(super) stale_since: Option<PgTimestamp>,
    pub(super) remove_time: Option<PgTimestamp>,
    pub(super) address: Option<String>,
    pub(super) address_type: Option<String>,
    pub(super) address_origin: Option<String>,
    pub(super) address_stale_since: Option<PgTimestamp>,
}

/// True if so much was read that the account of the next record belongs on the next page.
fn fills(read: &[Record], next: &Record) -> bool {
    let last = read.last();
    read.len() >= MOST_ADDRESSES && last.is_some_and(|last| last.account_id != next.account_id)
}

/// Accounts from records that stand together and in order.
pub(super) fn gathered(records: &[Record]) -> Vec<Account> {
    let same = |one: &Record, other: &Record| one.account_id == other.account_id;
    records
        .chunk_by(same)
        .filter_map(|of_one| Some(account_of(of_one.first()?, of_one)))
        .collect()
}

fn account_of(first: &Record, records: &[Record]) -> Account {
    let primary = first.primary_address.as_str();
    let mut addresses: Vec<AccountAddress> = records.iter().filter_map(address).collect();
    addresses.sort_by(|one, other| {
        account::order_of_addresses(
            (one.address == primary, &one.address),
            (other.address == primary, &other.address),
        )
    });
    Account {
        account_id: first.account_id.to_string(),
        primary_address: primary.to_owned(),
        last_name: account::last_name(primary).to_owned(),
        addresses,
        r#type: names::from_nullable::<ObjectType>(Some(&first.r#type)).into(),
        origin: names::from_nullable::<Origin>(Some(&first.origin)).into(),
        hsr_enabled: first.hsr_enabled,
        is_protected: first.is_protected,
        stale_since: first.stale_since.map(|time| to_proto(time.0)),
        remove_time: first.remove_time.map(|time| to_proto(time.0)),
    }
}

fn address(record: &Record) -> Option<AccountAddress> {
    Some(AccountAddress {
        address: record.address.clone()?,
        address_type: names::from_nullable::<AddressType>(record.address_type.as_deref()).into(),
        origin: names::from_nullable::<Origin>(record.address_origin.as_deref()).into(),
        stale_since: record.address_stale_since.map(|time| to_proto(time.0)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(account: u128, address: Option<&str>) -> Record {
        Record {
            account_id: Uuid::from_u128(account),
            primary_address: format!("p{account}@sub.acme.example"),
            r#type: "USER".into(),
            origin: "SYNCED".into(),
            hsr_enabled: true,
            is_protected: false,
            stale_since: None,
            remove_time: None,
            address: address.map(str::to_owned),
            address_type: address.map(|_| "ALIAS".to_owned()),
            address_origin: address.map(|_| "MANUAL".to_owned()),
            address_stale_since: None,
        }
    }

    #[test]
    fn records_of_one_account_become_one_account() {
        let records = [
            record(1, Some("a@x")),
            record(1, Some("b@x")),
            record(2, Some("c@x")),
            record(3, None),
        ];
        let accounts = gathered(&records);
        let addresses: Vec<Vec<&str>> = accounts
            .iter()
            .map(|account| account.addresses.iter().map(|own| own.address.as_str()).collect())
            .collect();
        assert_eq!(addresses, [vec!["a@x", "b@x"], vec!["c@x"], vec![]]);
    }

    #[test]
    fn a_page_ends_between_two_accounts_once_it_has_addresses_enough() {
        let mut read: Vec<Record> = (1..MOST_ADDRESSES).map(|_| record(1, Some("a@x"))).collect();
        assert!(!fills(&read, &record(2, Some("b@x"))));
        read.push(record(1, Some("a@x")));
        assert!(!fills(&read, &record(1, Some("a@x"))));
        assert!(fills(&read, &record(2, Some("b@x"))));
    }

    #[test]
    fn the_last_name_is_the_primary_s_domain() {
        assert_eq!(gathered(&[record(1, None)])[0].last_name, "sub.acme.example");
    }
}
