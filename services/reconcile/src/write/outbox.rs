//! News for the portal, written in the transaction of the change and numbered for each tenant.

use jiff::Timestamp;
use prost::Message as _;
use rollcall_domain::{
    RunId, TenantId,
    plan::{AccountChange, ChangeKind},
};
use rollcall_proto::v1::{self, portal_event::Event};
use rollcall_terms::time;

use super::account_message::account_message;
use crate::{
    error::ReconcileError,
    store::{
        News, TenantLock,
        outbox::{self, EventRow},
    },
};

const SCHEMA_VERSION: u32 = 1;
/// So many events are written with the tenant's row; more are inserted by a statement of their own.
const FEW: usize = 64;

/// The parts that all events of a run have in common.
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
            time: Some(time::to_proto(self.time)),
            run_id: self.run.clone(),
            event: Some(event),
        }
    }
}

/// Reports each account that changed.
///
/// `run` did it; `None` if the portal itself did.
pub(crate) async fn account_changes(
    tenant: &mut TenantLock,
    run: Option<RunId>,
    changes: &[AccountChange],
) -> Result<(), ReconcileError> {
    if changes.is_empty() {
        return Ok(());
    }
    let sender = Sender {
        tenant: tenant.tenant.clone(),
        run: run.map(|run| run.to_string()).unwrap_or_default(),
        time: tenant.now(),
    };
    let first = tenant.row.history.outbox_sequence + 1;
    let event = |sequence: i64, change: &AccountChange| {
        let account = account_message(&change.after, sender.time);
        let event = v1::AccountEvent {
            account: Some(account),
            send_welcome: change.welcome,
        };
        sender.event(sequence, Event::Account(event))
    };
    let rows = (first..).zip(changes);
    if changes.len() <= FEW {
        for (sequence, change) in rows {
            tenant.report(News {
                sequence,
                routing_key: routing_key(change.kind),
                payload: event(sequence, change).encode_to_vec(),
            });
        }
    } else {
        let events = rows.map(|(sequence, change)| EventRow {
            sequence,
            routing_key: routing_key(change.kind),
            message: event(sequence, change),
        });
        outbox::write(tenant, events).await?;
    }
    tenant.row.history.outbox_sequence += i64::try_from(changes.len()).unwrap_or(i64::MAX);
    Ok(())
}

/// Reports that a run ended.
pub(crate) fn run_ended(tenant: &mut TenantLock, run: v1::Run) {
    let key = if run.state() == v1::RunState::Held {
        "run.held"
    } else {
        "run.finished"
    };
    let run_id = run.run_id.clone();
    put(tenant, key, run_id, Event::Run(run));
}

/// Reports that the tenant's schedule does not run until a person acts.
pub(crate) fn schedule_paused(tenant: &mut TenantLock, run: Option<RunId>, reason: v1::PausedReason) {
    let event = v1::SchedulePaused {
        reason: reason.into(),
    };
    let run_id = run.map(|run| run.to_string()).unwrap_or_default();
    put(tenant, "schedule.paused", run_id, Event::SchedulePaused(event));
}

fn put(tenant: &mut TenantLock, routing_key: &'static str, run: String, event: Event) {
    let sender = Sender {
        tenant: tenant.tenant.clone(),
        run,
        time: tenant.now(),
    };
    let sequence = tenant.row.history.outbox_sequence + 1;
    tenant.report(News {
        sequence,
        routing_key,
        payload: sender.event(sequence, event).encode_to_vec(),
    });
    tenant.row.history.outbox_sequence = sequence;
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
