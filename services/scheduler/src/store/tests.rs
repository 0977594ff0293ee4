//! The store on a database of its own for each test, as the scheduler's role. These tests need PostgreSQL.

mod due;
mod months;
mod periods;
mod plans;
mod publishing;
mod records;
mod requests;
mod schema;
mod settings;
mod sweeping;
mod wall;

use std::time::Duration;

use anyhow::{Context as _, Result};
use jiff::Timestamp;
use rollcall_chassis::{
    amqp::Lane,
    audit::{Act, Record},
    pg::tenant_lock::{TenantLocks, Waits},
};
use rollcall_domain::{RunId, TenantId};
use rollcall_proto::{
    internal::v1::SealedCredential,
    v1::{RunKind, RunTrigger, Settings},
};
use rollcall_stores::{Role, TestDatabase};
use sqlx::types::Uuid;

use super::{NewRequest, NewSettings, RemovalSwitch, Store};
use crate::validation::Rhythm;

const TENANT: &str = "acme";

/// A store, and the database that it stands on.
struct Ground {
    database: TestDatabase,
    store: Store,
    tenant: TenantId,
}

impl Ground {
    async fn new() -> Result<Self> {
        let database = TestDatabase::create().await?;
        let locks = TenantLocks::new(Waits {
            call: Duration::from_secs(5),
            run: Duration::from_secs(5),
            calls: 8,
        });
        let store = Store::new(database.pool(Role::Scheduler).await?, locks);
        let tenant = TenantId::parse(TENANT)?;
        Ok(Self {
            database,
            store,
            tenant,
        })
    }

    /// A ground on which the tenant has a domain, and settings with an hourly schedule that is due then.
    async fn with_schedule(next: Timestamp) -> Result<Self> {
        let ground = Self::new().await?;
        let domain =
            format!("INSERT INTO portal.domain (name, tenant_id) VALUES ('acme.example', '{TENANT}')");
        ground.as_reconcile(&domain).await?;
        ground.put(Some(next), RemovalSwitch::Off, true).await?;
        Ok(ground)
    }

    async fn put(&self, next: Option<Timestamp>, removal: RemovalSwitch, new_credential: bool) -> Result<()> {
        let rhythm = Rhythm::stored(1, "UTC").context("a rhythm")?;
        let mut change = self.store.change(&self.tenant).await?;
        change
            .put_settings(NewSettings {
                settings: &Settings::default(),
                credential: &SealedCredential {
                    key_id: "first".to_owned(),
                    ..SealedCredential::default()
                },
                new_credential,
                removal,
                schedule: next.map(|next| (&rhythm, next)),
            })
            .await?;
        Ok(change.commit().await?)
    }

    /// Asks for a manual sync.
    async fn ask(&self, lane: Lane) -> Result<RunId> {
        let run_id = RunId::from_uuid(Uuid::now_v7());
        let mut change = self.store.change(&self.tenant).await?;
        change
            .insert_request(NewRequest {
                run_id,
                lane,
                kind: RunKind::Sync,
                trigger: RunTrigger::Manual,
                acts_on: None,
                expects: None,
                requested_by: &act("SyncNow"),
                traceparent: None,
            })
            .await?;
        change.commit().await?;
        Ok(run_id)
    }

    /// Writes what reconcile would.
    async fn as_reconcile(&self, statements: &str) -> Result<()> {
        self.database.run(Role::Reconcile, statements).await
    }

    /// Notes the state of a run, as reconcile would.
    async fn note(&self, run: RunId, state: &str, ended: bool) -> Result<()> {
        let end = if ended { "now()" } else { "NULL" };
        let outcome = format!(
            "INSERT INTO reconcile.run_outcome (tenant_id, run_id, kind, trigger, state, attempt, end_time)
             VALUES ('{TENANT}', '{run}', 'SYNC', 'MANUAL', '{state}', 1, {end})"
        );
        self.as_reconcile(&outcome).await
    }

    /// Notes that a run, the tenant's last one, did not reach its directory in time.
    async fn note_slow_failure(&self, run: RunId) -> Result<()> {
        self.note(run, "FAILED", true).await?;
        let last = format!(
            "INSERT INTO reconcile.tenant (tenant_id) VALUES ('{TENANT}') ON CONFLICT DO NOTHING;
             INSERT INTO reconcile.last_run (tenant_id, run_id, state, failure_code)
             VALUES ('{TENANT}', '{run}', 'FAILED', 'CONNECT_TIMEOUT')"
        );
        self.as_reconcile(&last).await
    }

    /// Makes what the scheduler noted older.
    async fn age(&self, column: &str) -> Result<()> {
        let older = format!("UPDATE scheduler.run_request SET {column} = {column} - interval '1 hour'");
        self.database.run(Role::Scheduler, &older).await
    }
}

/// A call of the portal for a person.
fn act(method: &str) -> Act {
    Act::new("portal", Some("ann".to_owned()), method)
}

/// The record of such a call.
fn record(method: &str) -> Record {
    Record::of(&act(method))
}

fn time(text: &str) -> Result<Timestamp> {
    Ok(text.parse()?)
}

#[tokio::test]
async fn all_views_of_reconcile_are_there_and_may_be_read() -> Result<()> {
    let ground = Ground::new().await?;
    assert!(ground.store.is_ready().await?);
    assert!(ground.store.domains(&ground.tenant).await?.is_empty());
    Ok(())
}
