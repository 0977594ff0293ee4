//! The known facts of one address.

use rollcall_chassis::{
    pg::{Access, TenantTx},
    status::ApiError,
};
use rollcall_domain::{Days, Periods};
use rollcall_proto::v1::{Account, DomainStanding, Row, Run};

use super::{RowRecord, Store, accounts, runs};
use crate::explain::Facts;
use crate::run_key::RunKey;

impl Store {
    /// The known facts of an address, all of one moment. `domain` is `None` for a text that is no e-mail address.
    pub(crate) async fn facts(
        &self,
        tenant_id: &str,
        address: &str,
        domain: Option<&str>,
    ) -> Result<Facts, ApiError> {
        let mut snapshot = self.tenant(tenant_id, Access::Snapshot).await?;
        let mut facts = Facts {
            standing: standing(&mut snapshot, tenant_id, domain).await?,
            account: holder(&mut snapshot, tenant_id, address).await?,
            removed_accounts: removed(&mut snapshot, tenant_id, address).await?,
            last_change: last_change(&mut snapshot, tenant_id, address).await?,
            periods: periods(&mut snapshot).await?,
            ..Facts::default()
        };
        if let Some((read, shown)) = runs::last_read(&mut snapshot, tenant_id).await? {
            facts.rows = rows(&mut snapshot, &shown, address).await?;
            facts.read = Some(read);
        }
        Ok(facts)
    }
}

/// The periods that reconcile is configured with: the usual ones until it has first started.
async fn periods(snapshot: &mut TenantTx) -> Result<Periods, ApiError> {
    let row = sqlx::query_file!("sql/period/configured.sql")
        .fetch_optional(snapshot.connection())
        .await?;
    Ok(row.map_or_else(Periods::default, |row| Periods {
        previews: Days(row.preview_days),
        rows: Days(row.rows_days),
        summaries: Days(row.summary_days),
        removed_accounts: Days(row.removed_days),
    }))
}

async fn standing(
    snapshot: &mut TenantTx,
    tenant_id: &str,
    domain: Option<&str>,
) -> Result<DomainStanding, ApiError> {
    let Some(domain) = domain else {
        return Ok(DomainStanding::Unspecified);
    };
    let is_alias = sqlx::query_file_scalar!("sql/domain/is_alias.sql", tenant_id, domain)
        .fetch_optional(snapshot.connection())
        .await?;
    Ok(match is_alias {
        Some(true) => DomainStanding::OwnAlias,
        Some(false) => DomainStanding::Own,
        None => DomainStanding::NotRegistered,
    })
}

async fn rows(snapshot: &mut TenantTx, run: &RunKey, address: &str) -> Result<Vec<Row>, ApiError> {
    let records = sqlx::query_file_as!(
        RowRecord,
        "sql/run_row/of_address.sql",
        &run.tenant_id,
        run.run_id,
        address
    )
    .fetch_all(snapshot.connection())
    .await?;
    Ok(records.into_iter().map(Row::from).collect())
}

async fn holder(
    snapshot: &mut TenantTx,
    tenant_id: &str,
    address: &str,
) -> Result<Option<Account>, ApiError> {
    let records = sqlx::query_file_as!(accounts::Record, "sql/account/holder.sql", tenant_id, address)
        .fetch_all(snapshot.connection())
        .await?;
    Ok(accounts::gathered(&records).into_iter().next())
}

async fn removed(snapshot: &mut TenantTx, tenant_id: &str, address: &str) -> Result<Vec<Account>, ApiError> {
    let records = sqlx::query_file_as!(
        accounts::Record,
        "sql/account/removed_with_address.sql",
        tenant_id,
        address
    )
    .fetch_all(snapshot.connection())
    .await?;
    Ok(accounts::gathered(&records))
}

/// `None` as well if the run's summary is no longer kept.
async fn last_change(
    snapshot: &mut TenantTx,
    tenant_id: &str,
    address: &str,
) -> Result<Option<(Run, Row)>, ApiError> {
    let change = sqlx::query_file!("sql/address_change/last.sql", tenant_id, address)
        .fetch_optional(snapshot.connection())
        .await?;
    let Some(change) = change else { return Ok(None) };
    let row = RowRecord {
        row_id: change.row_id,
        address: change.address,
        verdict: change.verdict,
        reason: change.reason,
        address_type: change.address_type,
        primary_address: change.primary_address,
        directory_type: change.directory_type,
        directory_primary: change.directory_primary,
        object_type: change.object_type,
        object_id: change.object_id,
        object_dn: change.object_dn,
        other: change.other,
        previous_verdict: None,
    };
    let key = RunKey {
        tenant_id: tenant_id.to_owned(),
        run_id: change.run_id,
    };
    let run = runs::find(snapshot, &key).await?;
    Ok(run.map(|run| (run, row.into())))
}
