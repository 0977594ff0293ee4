//! Accounts and sums of verdicts are those of the control tenant, and no address was missing in between.

use anyhow::Result;
use rollcall_e2e::Tenant;
use sqlx::PgPool;

use super::Case;

/// The result of a script, without anything that differs from tenant to tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Expected {
    accounts: Vec<String>,
    /// Of all runs that were applied: additions, updates, removals.
    sums: (i64, i64, i64),
    /// Of the last run: what it kept, left as stale and skipped, and how many accounts there were.
    last: Option<(i64, i64, i64, i64)>,
}

impl Expected {
    /// The result of a tenant's runs.
    pub(crate) async fn read(database: &PgPool, tenant: &Tenant) -> Result<Self> {
        let accounts = sqlx::query_scalar(
            "SELECT concat_ws(' ', replace(a.primary_address, $2, ''), a.type, a.origin, a.hsr_enabled, a.is_protected,
                              a.stale_since IS NOT NULL, a.remove_time IS NOT NULL, d.listed)
             FROM portal.account a
             LEFT JOIN LATERAL (
                 SELECT string_agg(concat_ws('/', replace(address, $2, ''), address_type, origin,
                                             stale_since IS NOT NULL), ' ' ORDER BY address) AS listed
                 FROM (SELECT account_id, address, address_type, origin, stale_since
                       FROM portal.address WHERE tenant_id = $1
                       UNION ALL
                       SELECT account_id, address, address_type, origin, stale_since
                       FROM portal.removed_address WHERE tenant_id = $1) AS live_and_removed
                 WHERE account_id = a.account_id) AS d ON true
             WHERE a.tenant_id = $1 ORDER BY 1",
        )
        .bind(&tenant.id)
        .bind(&tenant.domain)
        .fetch_all(database)
        .await?;
        let sums = sqlx::query_as(
            "SELECT coalesce(sum((counts ->> 'add')::bigint), 0)::bigint,
                    coalesce(sum((counts ->> 'update')::bigint), 0)::bigint,
                    coalesce(sum((counts ->> 'remove')::bigint), 0)::bigint
             FROM reconcile.run_outcome WHERE tenant_id = $1 AND state = 'SUCCEEDED'",
        )
        .bind(&tenant.id)
        .fetch_one(database)
        .await?;
        let last = sqlx::query_as(
            "SELECT coalesce((counts ->> 'keep')::bigint, 0), coalesce((counts ->> 'stale')::bigint, 0),
                    coalesce((counts ->> 'skip')::bigint, 0), coalesce((counts ->> 'accounts')::bigint, 0)
             FROM reconcile.run_outcome
             WHERE tenant_id = $1 AND state = 'SUCCEEDED' ORDER BY end_time DESC LIMIT 1",
        )
        .bind(&tenant.id)
        .fetch_optional(database)
        .await?;
        Ok(Self { accounts, sums, last })
    }
}

pub(super) async fn judge(case: &Case<'_>, tenant: &Tenant) -> Result<Vec<String>> {
    let mut violations = Vec::new();
    let (found, expected) = (
        Expected::read(&case.world.database, tenant).await?,
        &case.expected,
    );
    if found.accounts != expected.accounts {
        let only = |these: &[String], those: &[String]| -> Vec<String> {
            these.iter().filter(|one| !those.contains(one)).cloned().collect()
        };
        violations.push(format!(
            "accounts differ from the control tenant's: only here {:?}, only there {:?}",
            only(&found.accounts, &expected.accounts),
            only(&expected.accounts, &found.accounts)
        ));
    }
    if (found.sums, found.last) != (expected.sums, expected.last) {
        violations.push(format!(
            "verdicts differ from the control tenant's: {:?} {:?} instead of {:?} {:?}",
            found.sums, found.last, expected.sums, expected.last
        ));
    }
    let missing: Vec<String> = sqlx::query_scalar(
        "SELECT DISTINCT address FROM chaos.missing_address WHERE tenant_id = $1 ORDER BY address",
    )
    .bind(&tenant.id)
    .fetch_all(&case.world.database)
    .await?;
    let may_go: Vec<String> = case.leaving.iter().map(|local| tenant.address(local)).collect();
    let lost: Vec<&String> = missing
        .iter()
        .filter(|address| !may_go.contains(address))
        .collect();
    if !lost.is_empty() {
        violations.push(format!("addresses were missing for a time: {lost:?}"));
    }
    Ok(violations)
}
