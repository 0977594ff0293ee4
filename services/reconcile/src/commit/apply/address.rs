//! Addresses that go and come when accounts change. All that go do so before any comes: an address that moves from
//! one account to another, or is swapped between two, never has two owners.

use std::collections::BTreeMap;

use rollcall_domain::{
    Address, AddressType, Origin, TenantId,
    plan::{AccountChange, AccountState, AddressState},
};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{
    copy::{RowWriter, copy_in},
    error::{During, ReconcileError},
};

const COPY_LIVE: &str = "COPY portal.address (tenant_id, address, account_id, stale_since, address_type, origin) \
     FROM STDIN (FORMAT binary)";
const COPY_REMOVED: &str = "COPY portal.removed_address \
     (tenant_id, address, account_id, stale_since, address_type, origin) FROM STDIN (FORMAT binary)";

/// Addresses that one statement deletes.
const BATCH: usize = 10_000;

/// Addresses that go and come, both those that count and those that removed accounts keep.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Difference<'a> {
    gone: Vec<&'a str>,
    come: Vec<(Uuid, &'a AddressState)>,
    /// Accounts whose kept addresses go, all of them.
    forgotten: Vec<Uuid>,
    kept: Vec<(Uuid, &'a AddressState)>,
}

impl<'a> Difference<'a> {
    /// Of all changes of a plan.
    pub(super) fn of(changes: &'a [AccountChange]) -> Self {
        let mut difference = Self::default();
        for change in changes {
            difference.add(change);
        }
        difference
    }

    fn add(&mut self, change: &'a AccountChange) {
        let account = change.after.id.as_uuid();
        let after = Held::of(Some(&change.after));
        let before = Held::of(change.before.as_ref());
        if before.kept != after.kept {
            if !before.kept.is_empty() {
                self.forgotten.push(account);
            }
            self.kept.extend(after.kept.iter().map(|state| (account, state)));
        }
        if before.live.is_empty() {
            self.come.extend(after.live.iter().map(|state| (account, state)));
            return;
        }
        let had = by_address(before.live);
        let has = by_address(after.live);
        self.gone.extend(
            had.iter()
                .filter(|(key, state)| has.get(*key) != Some(*state))
                .map(|(key, _)| key.as_str()),
        );
        let come = has.into_iter().filter(|(key, state)| had.get(key) != Some(state));
        self.come.extend(come.map(|(_, state)| (account, state)));
    }

    /// Writes it.
    pub(super) async fn apply(
        self,
        connection: &mut PgConnection,
        tenant: &TenantId,
    ) -> Result<(), ReconcileError> {
        for gone in self.gone.chunks(BATCH) {
            sqlx::query_file!("sql/address/delete.sql", tenant.as_str(), gone)
                .execute(&mut *connection)
                .await
                .during("take addresses away")?;
        }
        for forgotten in self.forgotten.chunks(BATCH) {
            sqlx::query_file!("sql/removed_address/delete.sql", tenant.as_str(), forgotten)
                .execute(&mut *connection)
                .await
                .during("forget the addresses of accounts that return")?;
        }
        let mut come = self.come;
        // In the order of the index, which is then written from its one end to the other.
        come.sort_unstable_by(|(_, a), (_, b)| a.address.cmp(&b.address));
        let write = |row: &mut RowWriter<'_>, (account, state): (Uuid, &AddressState)| {
            row.text(tenant.as_str());
            row.text(state.address.as_str());
            row.uuid(account);
            row.optional_time(state.stale_since);
            row.text(AddressType::as_str(state.address_type));
            row.text(Origin::as_str(state.origin));
        };
        if !come.is_empty() {
            copy_in(connection, COPY_LIVE, come.into_iter(), write)
                .await
                .during("write the new addresses")?;
        }
        if !self.kept.is_empty() {
            copy_in(connection, COPY_REMOVED, self.kept.into_iter(), write)
                .await
                .during("keep the addresses of removed accounts")?;
        }
        Ok(())
    }
}

/// An account's addresses: those that count, and those that a removed account keeps.
struct Held<'a> {
    live: &'a [AddressState],
    kept: &'a [AddressState],
}

impl<'a> Held<'a> {
    fn of(account: Option<&'a AccountState>) -> Self {
        match account {
            None => Self { live: &[], kept: &[] },
            Some(account) if account.removed => Self {
                live: &[],
                kept: &account.addresses,
            },
            Some(account) => Self {
                live: &account.addresses,
                kept: &[],
            },
        }
    }
}

fn by_address(states: &[AddressState]) -> BTreeMap<&Address, &AddressState> {
    states.iter().map(|state| (&state.address, state)).collect()
}

#[cfg(test)]
mod tests;
