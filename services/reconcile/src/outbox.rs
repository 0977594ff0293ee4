//! What the portal is to hear, written in the transaction that did it and numbered for each tenant.

use jiff::Timestamp;
use prost::Message as _;
use rollcall_chassis::pg;
use rollcall_domain::{
    RunId, TenantId,
    plan::{AccountChange, ChangeKind},
};
use rollcall_proto::v1::{self, portal_event::Event};

use crate::{
    convert,
    copy::copy_in,
    error::{During, ReconcileError},
    tenant::TenantTx,
};

const SCHEMA_VERSION: u32 = 1;
const COPY: &str =
    "COPY reconcile.outbox (tenant_id, sequence, routing_key, payload) FROM STDIN (FORMAT binary)";

/// What all events of a run have in common.
struct Sender {
    tenant: TenantId,
    run: String,
    time: Timestamp,
}

impl Sender {
    fn event(&self, sequence: i64, event: Event) -> v1::PortalEvent {
        v1::PortalEvent {
            schema_version: SCHEMA_VERSION,
            tenant_id: self.tenant.to_string(),
            sequence,
            time: Some(pg::to_proto(self.time)),
            run_id: self.run.clone(),
            event: Some(event),
        }
    }
}

/// Tells of each account that changed.
pub(crate) async fn account_changes(
    tenant: &mut TenantTx,
    run: RunId,
    changes: &[AccountChange],
) -> Result<(), ReconcileError> {
    if changes.is_empty() {
        return Ok(());
    }
    let sender = Sender {
        tenant: tenant.tenant.clone(),
        run: run.to_string(),
        time: tenant.now(),
    };
    let first = tenant.row.outbox_sequence + 1;
    let rows = (first..).zip(changes);
    copy_in(tenant.connection(), COPY, rows, |row, (sequence, change)| {
        let account = convert::account(&change.after, sender.time);
        let event = v1::AccountEvent {
            account: Some(account),
            send_welcome: change.welcome,
        };
        row.text(sender.tenant.as_str());
        row.bigint(sequence);
        row.text(routing_key(change.kind));
        row.message(&sender.event(sequence, Event::Account(event)));
    })
    .await
    .during("write the accounts' events")?;
    tenant.row.outbox_sequence += i64::try_from(changes.len()).unwrap_or(i64::MAX);
    Ok(())
}

/// Tells that a run ended.
pub(crate) async fn run_finished(tenant: &mut TenantTx, run: v1::Run) -> Result<(), ReconcileError> {
    let sender = Sender {
        tenant: tenant.tenant.clone(),
        run: run.run_id.clone(),
        time: tenant.now(),
    };
    let sequence = tenant.row.outbox_sequence + 1;
    sqlx::query(
        "INSERT INTO reconcile.outbox (tenant_id, sequence, routing_key, payload) VALUES ($1, $2, $3, $4)",
    )
    .bind(sender.tenant.as_str())
    .bind(sequence)
    .bind("run.finished")
    .bind(sender.event(sequence, Event::Run(run)).encode_to_vec())
    .execute(tenant.connection())
    .await
    .during("write the run's event")?;
    tenant.row.outbox_sequence = sequence;
    Ok(())
}

fn routing_key(kind: ChangeKind) -> &'static str {
    match kind {
        ChangeKind::Created => "account.created",
        ChangeKind::Restored => "account.restored",
        ChangeKind::Removed => "account.removed",
        ChangeKind::Renamed => "account.renamed",
        ChangeKind::Changed => "account.changed",
    }
}
