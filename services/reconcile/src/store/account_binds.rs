//! Binds of accounts of directory servers, over all tenants.

use jiff::{SignedDuration, Timestamp};
use rollcall_chassis::pg::{Access, PgTimestamp};
use rollcall_domain::TenantId;

use super::gate::Gate;
use crate::{
    account_binds::{Account, AccountBinds},
    error::{During, ReconcileError},
};

/// Changes the binds of an account, alone. An account of which nothing is to be remembered is forgotten.
pub(crate) async fn change<T>(
    gate: &Gate,
    account: &Account,
    change: impl FnOnce(&mut AccountBinds, Timestamp) -> T,
) -> Result<T, ReconcileError> {
    const DURING: &str = "count the binds of an account";
    let mut transaction = gate.pool.shared().begin().await.during(DURING)?;
    let row = sqlx::query_file!("sql/refused_bind/lock.sql", account.as_slice())
        .fetch_one(&mut *transaction)
        .await
        .during(DURING)?;
    let time = |time: Option<PgTimestamp>| time.map(|PgTimestamp(time)| time);
    let mut binds = AccountBinds {
        refused: row.refused,
        paused_until: time(row.paused_until),
        under_way: row.under_way,
        under_way_until: time(row.under_way_until),
    };
    let changed = change(&mut binds, row.now.0);
    let saved = if binds == AccountBinds::default() {
        sqlx::query_file!("sql/refused_bind/forget.sql", account.as_slice())
            .execute(&mut *transaction)
            .await
    } else {
        sqlx::query_file!(
            "sql/refused_bind/save.sql",
            account.as_slice(),
            binds.refused,
            binds.paused_until.map(PgTimestamp) as Option<PgTimestamp>,
            binds.under_way,
            binds.under_way_until.map(PgTimestamp) as Option<PgTimestamp>
        )
        .execute(&mut *transaction)
        .await
    };
    saved.during(DURING)?;
    transaction.commit().await.during(DURING)?;
    Ok(changed)
}

/// True if the directory accepted the tenant's credential of this generation when it saw it last, and the last applied read
/// was of this address.
pub(crate) async fn is_proven(
    gate: &Gate,
    tenant: &TenantId,
    credential_generation: i64,
    address: &str,
) -> Result<bool, ReconcileError> {
    let mut tx = gate.tenant(tenant, Access::Read).await?;
    let proven = sqlx::query_file_scalar!(
        "sql/tenant/is_proven.sql",
        tenant.as_str(),
        credential_generation,
        address
    )
    .fetch_optional(tx.connection())
    .await
    .during("look at the last bind of a credential")?;
    Ok(proven.flatten().unwrap_or_default())
}

/// Forgets accounts of which nothing was heard for so long, at most so many, and answers how many.
pub(crate) async fn drop_expired(
    gate: &Gate,
    after: SignedDuration,
    most: i64,
) -> Result<u64, ReconcileError> {
    let dropped = sqlx::query_file!("sql/refused_bind/drop_expired.sql", after.as_secs_f64(), most)
        .execute(gate.pool.shared())
        .await
        .during("forget binds of accounts")?;
    Ok(dropped.rows_affected())
}
