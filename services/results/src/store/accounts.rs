//! Accounts.

use rollcall_chassis::{
    names,
    pg::{PgTimestamp, to_proto},
    status::ApiError,
};
use rollcall_proto::v1::{Account, AccountAddress, AddressType, ObjectType, Origin};
use uuid::Uuid;

use super::Store;
use crate::page::Position;

impl Store {
    /// A page of a tenant's accounts, by primary address, from after this one on.
    pub(crate) async fn accounts(
        &self,
        tenant_id: &str,
        filter: &AccountFilter,
        after: Option<Position>,
        limit: usize,
    ) -> Result<Vec<Account>, ApiError> {
        let after = after.unwrap_or_default();
        let sql = if filter.removed {
            include_str!("removed_accounts.sql")
        } else {
            include_str!("accounts.sql")
        };
        let records: Vec<Record> = sqlx::query_as(sql)
            .bind(tenant_id)
            .bind(&filter.search)
            .bind(after.text)
            .bind(Uuid::from_u128(after.id))
            .bind(i64::try_from(limit).unwrap_or(i64::MAX))
            .fetch_all(&self.pool)
            .await?;
        Ok(gathered(&records))
    }
}

/// Which accounts of a tenant.
#[derive(Debug, Clone, Default)]
pub(crate) struct AccountFilter {
    /// Removed ones instead of live ones.
    pub(crate) removed: bool,
    /// What any address begins with, in lower case; empty: anything.
    pub(crate) search: String,
}

/// An account with one of its addresses; null for an account without any.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(super) struct Record {
    account_id: Uuid,
    primary_address: String,
    r#type: String,
    origin: String,
    hsr_enabled: bool,
    protected: bool,
    stale_since: Option<PgTimestamp>,
    remove_time: Option<PgTimestamp>,
    address: Option<String>,
    address_type: Option<String>,
    address_origin: Option<String>,
    address_stale_since: Option<PgTimestamp>,
}

/// Accounts from records that stand together and in order.
pub(super) fn gathered(records: &[Record]) -> Vec<Account> {
    let same = |one: &Record, other: &Record| one.account_id == other.account_id;
    records
        .chunk_by(same)
        .filter_map(|of_one| Some(account(of_one.first()?, of_one)))
        .collect()
}

fn account(first: &Record, records: &[Record]) -> Account {
    let domain = first
        .primary_address
        .rsplit_once('@')
        .map_or("", |(_, domain)| domain);
    Account {
        account_id: first.account_id.to_string(),
        primary_address: first.primary_address.clone(),
        addresses: records.iter().filter_map(address).collect(),
        r#type: names::from_nullable::<ObjectType>(Some(&first.r#type)).into(),
        origin: names::from_nullable::<Origin>(Some(&first.origin)).into(),
        hsr_enabled: first.hsr_enabled,
        protected: first.protected,
        last_name: domain.to_owned(),
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
            protected: false,
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
    fn the_last_name_is_the_primary_s_domain() {
        assert_eq!(gathered(&[record(1, None)])[0].last_name, "sub.acme.example");
    }
}
