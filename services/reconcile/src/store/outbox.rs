//! The outbox: events for the portal, until the broker has confirmed them.

use rollcall_chassis::pg::{Access, TenantTx};

use super::{bulk, gate::Gate, tenant_lock::TenantLock};
use crate::error::{During, ReconcileError};

const INSERT: &str = include_str!("../../sql/outbox/insert.sql");

/// An event with its place in the tenant's sequence.
pub(crate) struct EventRow<M> {
    pub(crate) sequence: i64,
    pub(crate) routing_key: &'static str,
    pub(crate) message: M,
}

/// Writes many events of a tenant.
pub(crate) async fn write<M: prost::Message>(
    tenant: &mut TenantLock,
    events: impl Iterator<Item = EventRow<M>>,
) -> Result<(), ReconcileError> {
    let id = tenant.tenant.clone();
    bulk::insert(tenant.connection(), INSERT, events, |row, event| {
        row.text(id.as_str());
        row.bigint(event.sequence);
        row.text(event.routing_key);
        row.message(&event.message);
    })
    .await
    .during("write the accounts' events")?;
    Ok(())
}

/// Age of the oldest event that waits.
pub(crate) struct Oldest {
    pub(crate) seconds: i64,
    /// Number of tenants with events that wait.
    pub(crate) tenants: i64,
}

/// Reads how old the oldest event is.
pub(crate) async fn oldest(gate: &Gate) -> Result<Oldest, ReconcileError> {
    let mut tx = gate.fleet(Access::Read).await?;
    sqlx::query_file_as!(Oldest, "sql/outbox/oldest.sql")
        .fetch_one(tx.connection())
        .await
        .during("read how old the outbox is")
}

/// Tenants with events that wait, at most so many.
pub(crate) async fn tenants(gate: &Gate, most: i64) -> Result<Vec<String>, ReconcileError> {
    let mut tx = gate.fleet(Access::Read).await?;
    sqlx::query_file_scalar!("sql/outbox/tenants.sql", most)
        .fetch_all(tx.connection())
        .await
        .during("read whose events wait")
}

/// An event that waits.
pub(crate) struct WaitingEvent {
    pub(crate) sequence: i64,
    pub(crate) routing_key: String,
    pub(crate) payload: Vec<u8>,
}

/// A tenant's outbox, which no other process relays at the same time.
pub(crate) struct OutboxLock {
    transaction: TenantTx,
    tenant: String,
}

impl OutboxLock {
    /// `None` if another process has it.
    pub(crate) async fn try_open(gate: &Gate, tenant: &str) -> Result<Option<Self>, ReconcileError> {
        let mut transaction = gate.tenant_named(tenant, Access::Write).await?;
        let locked = sqlx::query_file_scalar!("sql/outbox/lock.sql", tenant)
            .fetch_one(transaction.connection())
            .await
            .during("lock the tenant's outbox")?;
        let tenant = tenant.to_owned();
        Ok(if locked {
            Some(Self { transaction, tenant })
        } else {
            None
        })
    }

    /// The events after this one, up to so many and so many bytes.
    pub(crate) async fn next(
        &mut self,
        after: i64,
        most: i64,
        bytes: i64,
    ) -> Result<Vec<WaitingEvent>, ReconcileError> {
        sqlx::query_file_as!(
            WaitingEvent,
            "sql/outbox/next.sql",
            &self.tenant,
            after,
            most,
            bytes
        )
        .fetch_all(self.transaction.connection())
        .await
        .during("read the tenant's events")
    }

    /// Deletes the events after the first up to the second, and gives the outbox back.
    pub(crate) async fn delete(mut self, after: i64, last: i64) -> Result<(), ReconcileError> {
        sqlx::query_file!("sql/outbox/delete.sql", &self.tenant, after, last)
            .execute(self.transaction.connection())
            .await
            .during("delete what was confirmed")?;
        self.transaction.commit().await.during("commit")
    }
}
