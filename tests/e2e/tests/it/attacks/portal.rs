//! The portal of a tenant as it stands in the database, to be compared with what it was.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, ensure};
use rollcall_e2e::Tenant;
use sqlx::PgPool;
use uuid::Uuid;

/// An account with all that a run could change of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Account {
    pub(super) live: bool,
    pub(super) version: i64,
    primary: String,
    facts: String,
    /// Each of its addresses, with its type.
    addresses: BTreeMap<String, String>,
}

/// All accounts of a tenant, live and removed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Portal {
    pub(super) accounts: BTreeMap<Uuid, Account>,
    /// Facts about the last applied run.
    pub(super) tenant: String,
}

impl Portal {
    pub(super) async fn read(tenant: &Tenant, database: &PgPool) -> Result<Self> {
        let accounts: Vec<(Uuid, bool, i64, String, String)> = sqlx::query_as(
            "SELECT account_id, remove_time IS NULL, version, primary_address,
                    (to_jsonb(a) - '{version,created_version,remove_time}'::text[])::text
             FROM portal.account a WHERE tenant_id = $1",
        )
        .bind(&tenant.id)
        .fetch_all(database)
        .await?;
        let account = |(id, live, version, primary, facts)| {
            let addresses = BTreeMap::new();
            (
                id,
                Account {
                    live,
                    version,
                    primary,
                    facts,
                    addresses,
                },
            )
        };
        let mut accounts: BTreeMap<Uuid, Account> = accounts.into_iter().map(account).collect();
        let addresses: Vec<(bool, Uuid, String, String)> = sqlx::query_as(
            "SELECT true, account_id, address, concat_ws(' ', address_type, origin, stale_since)
             FROM portal.address WHERE tenant_id = $1
             UNION ALL
             SELECT false, account_id, address, concat_ws(' ', address_type, origin, stale_since)
             FROM portal.removed_address WHERE tenant_id = $1",
        )
        .bind(&tenant.id)
        .fetch_all(database)
        .await?;
        for (live, id, address, what) in addresses {
            let account = accounts.get_mut(&id).context("an address without an account")?;
            ensure!(account.live == live, "{address} is kept in the wrong place");
            account.addresses.insert(address, what);
        }
        let tenant = sqlx::query_scalar(
            "SELECT concat_ws(' ', applied, digest, inputs, server_id, account_version, removal_generation, portal_generation)
             FROM reconcile.tenant WHERE tenant_id = $1",
        )
        .bind(&tenant.id)
        .fetch_one(database)
        .await?;
        Ok(Self { accounts, tenant })
    }

    pub(super) fn live(&self) -> impl Iterator<Item = (&Uuid, &Account)> {
        self.accounts.iter().filter(|(_, account)| account.live)
    }

    /// The live addresses.
    pub(super) fn addresses(&self) -> BTreeSet<&str> {
        self.live()
            .flat_map(|(_, account)| account.addresses.keys().map(String::as_str))
            .collect()
    }

    /// Number of live accounts of this portal that have lost an address in the other one.
    pub(super) fn reduced(&self, after: &Self) -> u64 {
        let has_all = |id: &Uuid, before: &Account| {
            let after = after.accounts.get(id).filter(|after| after.live);
            after.is_some_and(|after| {
                before
                    .addresses
                    .keys()
                    .all(|address| after.addresses.contains_key(address))
            })
        };
        self.live().filter(|(id, account)| !has_all(id, account)).count() as u64
    }

    /// The live accounts, without the count of their changes.
    pub(super) fn facts(&self) -> BTreeMap<&Uuid, (&str, &BTreeMap<String, String>)> {
        self.live()
            .map(|(id, account)| (id, (account.facts.as_str(), &account.addresses)))
            .collect()
    }

    /// Each live account has addresses and is known by its only primary one; none has an address of another's.
    pub(super) fn check(&self) -> Result<()> {
        let held: usize = self.live().map(|(_, account)| account.addresses.len()).sum();
        ensure!(
            held == self.addresses().len(),
            "an address has two accounts: {self:?}"
        );
        for (id, account) in self.live() {
            let mut primaries = account
                .addresses
                .iter()
                .filter(|(_, what)| what.starts_with("PRIMARY"));
            let primary = primaries.next().map(|(address, _)| address);
            ensure!(
                primary == Some(&account.primary) && primaries.next().is_none(),
                "{id}: {account:?}"
            );
        }
        Ok(())
    }

    /// Whatever changes gets a version that it never had.
    pub(super) fn check_versions(&self, after: &Self) -> Result<()> {
        for (id, now) in &after.accounts {
            let Some(before) = self.accounts.get(id) else {
                continue;
            };
            let same =
                (before.live, &before.facts, &before.addresses) == (now.live, &now.facts, &now.addresses);
            ensure!(
                same == (before.version == now.version),
                "{id}: {before:?}, {now:?}"
            );
        }
        Ok(())
    }
}
