//! The store on a database of its own for each test, as the role of results, which may only read. The rows come from
//! the roles of the views' owners. These tests need PostgreSQL.

mod accounts;
mod audit;
mod explain;
mod fleet;
mod plans;
mod rows;
mod runs;
mod wall;

use anyhow::{Result, anyhow};
use rollcall_chassis::{
    pg::{Access, TenantTx},
    status::ApiError,
};
use rollcall_stores::{Role, TestDatabase};
use uuid::Uuid;

use super::Store;
use crate::run_key::RunKey;

/// A store, and the database that it stands on.
struct Ground {
    database: TestDatabase,
    store: Store,
}

impl Ground {
    async fn new() -> Result<Self> {
        let database = TestDatabase::create().await?;
        let store = Store::new(database.pool(Role::Results).await?);
        Ok(Self { database, store })
    }

    /// A transaction about the tenant acme.
    async fn acme(&self) -> Result<TenantTx> {
        self.store.tenant("acme", Access::Read).await.map_err(refused)
    }

    async fn as_scheduler(&self, statements: &str) -> Result<()> {
        self.database.run(Role::Scheduler, statements).await
    }

    async fn as_reconcile(&self, statements: &str) -> Result<()> {
        self.database.run(Role::Reconcile, statements).await
    }

    /// A run of the tenant acme that was asked for, and that no worker has begun.
    async fn ask(&self, kind: &str) -> Result<RunKey> {
        let run_id = Uuid::now_v7();
        self.as_scheduler(&format!(
            "INSERT INTO scheduler.run_request (run_id, tenant_id, kind, trigger, lane)
             VALUES ('{run_id}', 'acme', '{kind}', 'MANUAL', 'interactive')"
        ))
        .await?;
        Ok(RunKey {
            tenant_id: "acme".to_owned(),
            run_id,
        })
    }

    /// Notes the result of a run; `columns` are set besides, as in `add = 3`.
    async fn note(&self, run: &RunKey, state: &str, columns: &str) -> Result<()> {
        let RunKey { tenant_id, run_id } = run;
        let end = if state == "RUNNING" { "NULL" } else { "now()" };
        let columns = if columns.is_empty() {
            String::new()
        } else {
            format!(", {columns}")
        };
        self.as_reconcile(&format!(
            "INSERT INTO reconcile.run_outcome (tenant_id, run_id, kind, trigger, state, attempt, start_time)
             SELECT tenant_id, run_id, kind, trigger, '{state}', 1, now()
             FROM scheduler.reconcile_all_run_requests
             WHERE run_id = '{run_id}'
             ON CONFLICT DO NOTHING;
             UPDATE reconcile.run_outcome SET state = '{state}', end_time = {end}{columns}
             WHERE tenant_id = '{tenant_id}' AND run_id = '{run_id}'"
        ))
        .await
    }

    /// An applied sync that made the next state of the history, and the rows that it wrote: address, verdict, steady
    /// verdict.
    async fn applied(&self, state: i64, rows: &[(&str, &str, Option<&str>)]) -> Result<RunKey> {
        let run = self.ask("SYNC").await?;
        self.note(
            &run,
            "SUCCEEDED",
            &format!("history = {state}, applied = true, rows_expire_time = now() + interval '1 day'"),
        )
        .await?;
        for (number, (address, verdict, steady)) in rows.iter().enumerate() {
            let row = state * 100 + i64::try_from(number)?;
            let null = || "NULL".to_owned();
            // A row without a steady verdict is the news of this run only.
            let valid_to = steady.map_or_else(|| (state + 1).to_string(), |_| null());
            let steady = steady.map_or_else(null, |verdict| format!("'{verdict}'"));
            self.as_reconcile(&format!(
                "INSERT INTO reconcile.claim_history (tenant_id, row_id, valid_from, valid_to, content, address,
                     entry_verdict, steady_verdict, primary_address, directory_type, directory_primary, object_id,
                     object_dn)
                 VALUES ('acme', {row}, {state}, {valid_to}, gen_random_uuid(), '{address}', '{verdict}', {steady},
                     '{address}', 'PRIMARY', '{address}', 'object-{row}', 'CN={row}')"
            ))
            .await?;
        }
        Ok(run)
    }

    /// A live or removed account with its addresses, the primary first.
    async fn account(&self, addresses: &[&str], removed: bool) -> Result<()> {
        let (account, primary) = (Uuid::now_v7(), addresses.first().copied().unwrap_or_default());
        let (remove_time, table) = if removed {
            ("now()", "removed_address")
        } else {
            ("NULL", "address")
        };
        self.as_reconcile(&format!(
            "INSERT INTO portal.account (tenant_id, account_id, hsr_enabled, is_protected, type, origin, primary_address,
                 remove_time)
             VALUES ('acme', '{account}', true, false, 'USER', 'SYNCED', '{primary}', {remove_time})"
        ))
        .await?;
        for address in addresses {
            let kind = if *address == primary { "PRIMARY" } else { "ALIAS" };
            self.as_reconcile(&format!(
                "INSERT INTO portal.{table} (tenant_id, account_id, address, address_type, origin)
                 VALUES ('acme', '{account}', '{address}', '{kind}', 'SYNCED')"
            ))
            .await?;
        }
        Ok(())
    }
}

/// The refusal of a call, as an error of a test.
fn refused(error: ApiError) -> anyhow::Error {
    anyhow!("{:?}", tonic::Status::from(error))
}

#[tokio::test]
async fn every_view_is_published_and_may_be_read() -> Result<()> {
    let ground = Ground::new().await?;
    assert!(ground.store.is_published().await?);
    ground
        .database
        .run_as_owner(
            Role::Reconcile,
            "REVOKE SELECT ON results.account FROM rollcall_results",
        )
        .await?;
    assert!(!ground.store.is_published().await?);
    Ok(())
}
