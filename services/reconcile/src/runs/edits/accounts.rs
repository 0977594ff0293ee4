//! The portal's own writes to its accounts. Each takes the tenant's lock, reads only the rows that it touches, and is
//! applied by the code that applies runs. It raises the tenant's generation, so that no run takes the portal for
//! unchanged.

use rollcall_chassis::audit::{Act, Record};
use rollcall_domain::{
    AccountId, TenantId,
    edit::{self, AccountEdit},
    plan::{AccountChange, AccountState, ChangeKind},
};
use rollcall_proto::v1;

use super::records;
use crate::{
    decide::account_ids::AccountIds,
    error::{AccountRefused, ReconcileError},
    ids::AccountKey,
    reports::Reports,
    store::{Store, TenantLock, accounts, domains},
    write::{self, account_message, outbox},
};

/// Makes a manual account, or changes an account.
pub(crate) async fn put_account(
    store: &Store,
    reports: &Reports,
    act: &Act,
    tenant: &TenantId,
    wanted: &AccountEdit,
) -> Result<v1::Account, ReconcileError> {
    let mut tx = TenantLock::open(&store.calls, tenant).await?;
    let before = match wanted.id {
        Some(id) => Some(live(&mut tx, id).await?),
        None => None,
    };
    let added = edit::added(before.as_ref(), wanted);
    let domains = domains::of_addresses(&mut tx, &wanted.addresses).await?;
    edit::check_registered(&added, &domains)?;
    accounts::check_free(&mut tx, &added).await?;
    let after = match &before {
        Some(before) => edit::changed(before, wanted, &domains)?,
        None => edit::made(AccountIds::new(tx.now()).next(), wanted, &domains)?,
    };
    let Some(before) = before else {
        return save(reports, act, tx, ChangeKind::Created, None, after).await;
    };
    if after == before {
        return keep(act, tx, &after).await;
    }
    let kind = if edit::primary(&before) == edit::primary(&after) {
        ChangeKind::Changed
    } else {
        ChangeKind::Renamed
    };
    save(reports, act, tx, kind, Some(before), after).await
}

/// Removes an account, softly.
pub(crate) async fn remove_account(
    store: &Store,
    reports: &Reports,
    act: &Act,
    key: &AccountKey,
) -> Result<v1::Account, ReconcileError> {
    let mut tx = TenantLock::open(&store.calls, &key.tenant).await?;
    let before = live(&mut tx, key.account).await?;
    if before.is_protected {
        return Err(AccountRefused::Protected.into());
    }
    let after = AccountState {
        removed: true,
        ..before.clone()
    };
    save(reports, act, tx, ChangeKind::Removed, Some(before), after).await
}

/// Makes a removed account live again, with the addresses that it had.
pub(crate) async fn restore_account(
    store: &Store,
    reports: &Reports,
    act: &Act,
    key: &AccountKey,
) -> Result<v1::Account, ReconcileError> {
    let mut tx = TenantLock::open(&store.calls, &key.tenant).await?;
    let before = accounts::one(&mut tx, key.account).await?;
    if !before.removed {
        return Err(AccountRefused::NotRemoved.into());
    }
    let addresses: Vec<_> = before
        .addresses
        .iter()
        .map(|state| state.address.clone())
        .collect();
    let domains = domains::of_addresses(&mut tx, &addresses).await?;
    edit::check_registered(&addresses, &domains)?;
    accounts::check_free(&mut tx, &addresses).await?;
    let mut after = AccountState {
        removed: false,
        ..before.clone()
    };
    // An object has one account. If its own is another one by now, this one has no object until a sync finds it.
    if accounts::object_has_other(&mut tx, &before).await? {
        after.object_id = None;
    }
    save(reports, act, tx, ChangeKind::Restored, Some(before), after).await
}

/// Protects an account, or ends its protection.
pub(crate) async fn set_protected(
    store: &Store,
    reports: &Reports,
    act: &Act,
    key: &AccountKey,
    is_protected: bool,
) -> Result<v1::Account, ReconcileError> {
    let mut tx = TenantLock::open(&store.calls, &key.tenant).await?;
    let before = live(&mut tx, key.account).await?;
    if before.is_protected == is_protected {
        return keep(act, tx, &before).await;
    }
    let after = AccountState {
        is_protected,
        ..before.clone()
    };
    save(reports, act, tx, ChangeKind::Changed, Some(before), after).await
}

/// Records a write that asks for the account as it is, and returns it.
async fn keep(
    act: &Act,
    mut tenant: TenantLock,
    account: &AccountState,
) -> Result<v1::Account, ReconcileError> {
    let details = records::account(Some(account), account);
    tenant.record(Record::of(act).details(details)).await?;
    let message = account_message(account, tenant.now());
    tenant.commit().await?;
    Ok(message)
}

/// Applies a change, records it, reports it to the portal, and returns the account as it is now.
async fn save(
    reports: &Reports,
    act: &Act,
    mut tenant: TenantLock,
    kind: ChangeKind,
    before: Option<AccountState>,
    after: AccountState,
) -> Result<v1::Account, ReconcileError> {
    let details = records::account(before.as_ref(), &after);
    tenant.record(Record::of(act).details(details)).await?;
    let is_live = |account: &AccountState| i64::from(!account.removed);
    let more = is_live(&after) - before.as_ref().map(is_live).unwrap_or_default();
    let changes = [AccountChange {
        kind,
        before,
        after,
        welcome: false,
    }];
    write::accounts::changes(&mut tenant, &changes).await?;
    outbox::account_changes(&mut tenant, None, &changes).await?;
    tenant.row.generations.portal += 1;
    tenant.row.history.accounts += more;
    let [AccountChange { after, .. }] = changes;
    let account = account_message(&after, tenant.now());
    tenant.commit().await?;
    reports.wake_relay();
    Ok(account)
}

/// An account that is not removed.
async fn live(tenant: &mut TenantLock, id: AccountId) -> Result<AccountState, ReconcileError> {
    let account = accounts::one(tenant, id).await?;
    if account.removed {
        return Err(AccountRefused::AlreadyRemoved.into());
    }
    Ok(account)
}
