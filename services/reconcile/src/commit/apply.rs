//! The accounts' changes, set by set: what is new is copied, what changes goes in arrays.

mod address;

use rollcall_chassis::pg::PgTimestamp;
use rollcall_domain::{
    ObjectId, TenantId,
    plan::{AccountChange, AccountState, ChangeKind},
};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{
    copy::copy_in,
    error::{During, ReconcileError},
    tenant::TenantTx,
};

const COPY_ACCOUNTS: &str = "COPY portal.account (tenant_id, account_id, hsr_enabled, protected, stale_since, \
     type, origin, primary_address, object_id, created_version, version) FROM STDIN (FORMAT binary)";

/// Accounts that one statement updates.
const BATCH: usize = 10_000;

/// Applies all changes to accounts and addresses, and gives the accounts the next version: none is taken, and none
/// comes back, if nothing changes.
pub(crate) async fn changes(
    tenant: &mut TenantTx,
    changes: &[AccountChange],
) -> Result<Option<i64>, ReconcileError> {
    if changes.is_empty() {
        return Ok(None);
    }
    tenant.row.account_version += 1;
    let version = tenant.row.account_version;
    let id = tenant.tenant.clone();
    let connection = tenant.connection();
    let (created, known): (Vec<_>, Vec<_>) = changes
        .iter()
        .partition(|change| change.kind == ChangeKind::Created);
    for batch in known.chunks(BATCH) {
        update(connection, &id, version, batch).await?;
    }
    create(connection, &id, version, &created).await?;
    address::Difference::of(changes).apply(connection, &id).await?;
    Ok(Some(version))
}

async fn create(
    connection: &mut PgConnection,
    tenant: &TenantId,
    version: i64,
    created: &[&AccountChange],
) -> Result<(), ReconcileError> {
    copy_in(connection, COPY_ACCOUNTS, created.iter(), |row, change| {
        let account = &change.after;
        row.text(tenant.as_str());
        row.uuid(account.id.as_uuid());
        row.boolean(account.hsr_enabled);
        row.boolean(account.is_protected);
        row.optional_time(account.stale_since);
        row.text(account.object_type.as_str());
        row.text(account.origin.as_str());
        row.text(primary(account));
        row.optional_text(account.object_id.as_ref().map(ObjectId::as_str));
        row.bigint(version);
        row.bigint(version);
    })
    .await
    .during("write the new accounts")?;
    Ok(())
}

async fn update(
    connection: &mut PgConnection,
    tenant: &TenantId,
    version: i64,
    changed: &[&AccountChange],
) -> Result<(), ReconcileError> {
    let accounts = || changed.iter().map(|change| &change.after);
    let ids: Vec<Uuid> = accounts().map(|account| account.id.as_uuid()).collect();
    let hsr_enabled: Vec<bool> = accounts().map(|account| account.hsr_enabled).collect();
    let is_protected: Vec<bool> = accounts().map(|account| account.is_protected).collect();
    let stale_since: Vec<_> = accounts()
        .map(|account| account.stale_since.map(PgTimestamp))
        .collect();
    let removed: Vec<bool> = accounts().map(|account| account.removed).collect();
    let types: Vec<&str> = accounts().map(|account| account.object_type.as_str()).collect();
    let origins: Vec<&str> = accounts().map(|account| account.origin.as_str()).collect();
    let primaries: Vec<&str> = accounts().map(primary).collect();
    let object_ids: Vec<_> = accounts()
        .map(|account| account.object_id.as_ref().map(ObjectId::as_str))
        .collect();
    // Nulls within an array are beyond the compiler's check; the statement says its type.
    sqlx::query_file!(
        "sql/account/update.sql",
        tenant.as_str(),
        &ids,
        &hsr_enabled,
        &is_protected,
        &stale_since as &[Option<PgTimestamp>],
        &removed,
        &types,
        &origins,
        &primaries,
        &object_ids as &[Option<&str>],
        version
    )
    .execute(connection)
    .await
    .during("update the accounts")?;
    Ok(())
}

fn primary(account: &AccountState) -> &str {
    account
        .primary()
        .map(|primary| primary.address.as_str())
        .unwrap_or_default()
}
