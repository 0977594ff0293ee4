//! One record, and the table.

use rollcall_domain::{RunId, TenantId};
use rollcall_terms::{
    Refusal,
    audit::{Details, OK},
};
use sqlx::{
    PgConnection, PgPool,
    types::{Json, Uuid},
};

use super::Act;

/// A record to be written. The database adds the time and the service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    pub(super) caller: String,
    pub(super) actor: Option<String>,
    pub(super) tenant_id: Option<String>,
    pub(super) method: String,
    details: Details,
    run_id: Option<Uuid>,
    pub(super) outcome: &'static str,
    /// Calls for which it stands.
    pub(super) calls: u64,
}

impl Record {
    /// An act that succeeded, on all tenants unless one is named.
    pub fn of(act: &Act) -> Self {
        Self {
            caller: act.caller.clone(),
            actor: act.actor.clone(),
            tenant_id: None,
            method: act.method.clone(),
            details: Details::default(),
            run_id: None,
            outcome: OK,
            calls: 1,
        }
    }

    /// A call that was refused.
    pub(super) fn refused(act: &Act, refusal: Refusal) -> Self {
        Self {
            outcome: refusal.as_str(),
            tenant_id: act.tenant().map(ToString::to_string),
            ..Self::of(act)
        }
    }

    /// Refusals that were not recorded one by one, with what they have in common.
    pub(super) fn of_many(
        caller: String,
        tenant_id: Option<String>,
        method: String,
        outcome: &'static str,
        calls: u64,
    ) -> Self {
        Self {
            caller,
            actor: None,
            tenant_id,
            method,
            details: Details::default(),
            run_id: None,
            outcome,
            calls,
        }
    }

    /// The tenant that it is about.
    #[must_use]
    pub fn tenant(mut self, tenant: &TenantId) -> Self {
        self.tenant_id = Some(tenant.as_str().to_owned());
        self
    }

    /// The run that was asked for or acted on.
    #[must_use]
    pub fn run(mut self, run: RunId) -> Self {
        self.run_id = Some(run.as_uuid());
        self
    }

    /// Description of what was done, without a secret.
    #[must_use]
    pub fn details(mut self, details: Details) -> Self {
        self.details = details;
        self
    }

    /// Writes it in the transaction of the act.
    pub async fn write(self, connection: &mut PgConnection) -> sqlx::Result<()> {
        write_all(connection, &[self]).await
    }
}

/// Writes records, in their order.
pub(super) async fn write_all(connection: &mut PgConnection, records: &[Record]) -> sqlx::Result<()> {
    let texts = |text: fn(&Record) -> &str| records.iter().map(text).collect::<Vec<_>>();
    let options = |text: fn(&Record) -> Option<&str>| records.iter().map(text).collect::<Vec<_>>();
    let details: Vec<_> = records.iter().map(|record| Json(&record.details)).collect();
    let runs: Vec<_> = records.iter().map(|record| record.run_id).collect();
    let calls: Vec<_> = records
        .iter()
        .map(|record| i64::try_from(record.calls).unwrap_or(i64::MAX))
        .collect();
    sqlx::query_file!(
        "sql/audit/insert.sql",
        &texts(|record| &record.caller) as &[&str],
        &options(|record| record.actor.as_deref()) as &[Option<&str>],
        &options(|record| record.tenant_id.as_deref()) as &[Option<&str>],
        &texts(|record| &record.method) as &[&str],
        &details as &[Json<&Details>],
        &runs as &[Option<Uuid>],
        &texts(|record| record.outcome) as &[&str],
        &calls
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Makes the months of records ahead, and drops those that are over. Any number of processes may; one role does.
pub async fn keep_months(pool: &PgPool) -> sqlx::Result<()> {
    sqlx::query_file_scalar!("sql/audit/keep_months.sql")
        .fetch_one(pool)
        .await?;
    Ok(())
}
