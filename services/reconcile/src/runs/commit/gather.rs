//! Gathers the facts that a decision rests on. All of them are read here: deciding asks for nothing.

use rollcall_domain::{
    Hints,
    plan::{ApprovedAddresses, Withholding},
};
use rollcall_proto::{internal::v1::DirectoryServer, v1};

use crate::{
    decide::{
        compare::{OpenRow, OpenRows},
        compare_preview::{ShownRow, ShownRows},
        facts::{Approved, DirectoryRead, Facts, HeldBefore, RemovalFacts, ReviewedPreview},
        rules::rules,
    },
    error::ReconcileError,
    store::{ReadyRun, TenantLock, domains, guard, history, portal, sightings},
    work::Turns,
};

/// Everything that is known of the tenant, for a read. From the portal's rows on, statements are about all of them.
pub(super) async fn facts(
    tenant: &mut TenantLock,
    ready: &ReadyRun,
    read: &DirectoryRead,
    turns: &Turns,
) -> Result<Facts, ReconcileError> {
    let ReadyRun { request, current } = ready;
    let rules = rules(&current.settings)?;
    let earlier = guard::earlier_runs(tenant).await?;
    tenant.prefer_hash_joins().await?;
    let domains = domains::own(tenant).await?;
    let portal = portal::all(tenant).await?;
    let (may_go, approved) = approval(tenant, ready, read).await?.unzip();
    let withholding = Withholding {
        removals_paused: tenant.removals_paused(current),
        other_server: is_of_other_server(tenant.row.last_read.server.as_ref(), read),
        approved: may_go,
    };
    let removal = removal(tenant, ready, approved.is_some()).await?;
    let preview = preview(tenant, ready, turns).await?;
    let vanished = vanished(tenant, read, turns).await?;
    let make = |content, row_id| OpenRow { content, row_id };
    let open = history::open_rows(tenant, make).await?;
    Ok(Facts {
        kind: request.kind(),
        settings: current.settings.clone(),
        rules,
        portal_generation: tenant.row.generations.portal,
        removal,
        withholding,
        approved,
        domains,
        portal,
        open: turns.take(|| OpenRows::new(open)).await,
        preview,
        vanished,
        reduced_lately: earlier.reduced(),
        is_first_applied: tenant.row.history.applied == 0,
        held_before: earlier
            .held_content
            .zip(earlier.held_rows_of)
            .map(|(content, rows_of)| HeldBefore { content, rows_of }),
    })
}

/// The approval that the run stands for: the addresses that may go if they are absent, which are all that were shown
/// to go or to be absent, the removals among them, and the objects that may get an account. `None` for an ordinary run, and for one whose approval no longer
/// holds: that is an ordinary run then.
async fn approval(
    tenant: &mut TenantLock,
    ready: &ReadyRun,
    read: &DirectoryRead,
) -> Result<Option<(ApprovedAddresses, Approved)>, ReconcileError> {
    let request = &ready.request;
    let is_one = request.trigger() == v1::RunTrigger::Approval;
    let Some(held) = request.acts_on_run_id.filter(|_| is_one) else {
        return Ok(None);
    };
    let decided_by = ready.decided_by(tenant.row.generations);
    let Some(held) = guard::approved_run(tenant, held, decided_by).await? else {
        tracing::info!("settings or domains changed, or the rows are gone: nothing counts as approved");
        return Ok(None);
    };
    let addresses = guard::approved_addresses(tenant, held.rows_of).await?;
    let new_objects = guard::approved_new_objects(tenant, held.rows_of, &read.directory).await?;
    let taken = addresses.iter().filter(|row| row.taken);
    let approved = Approved {
        addresses: taken.map(|row| row.address.clone()).collect(),
        new_objects,
        reason: held.reason(),
        hints: held.hints()?,
    };
    let may_go = addresses.into_iter().map(|row| row.address).collect();
    Ok(Some((may_go, approved)))
}

/// The hints that vanished since the last applied read. Which objects showed one is looked up only if none does now.
async fn vanished(
    tenant: &mut TenantLock,
    read: &DirectoryRead,
    turns: &Turns,
) -> Result<Hints, ReconcileError> {
    let suspected = tenant.row.last_read.hints.without(read.directory.hints());
    if suspected.is_empty() {
        return Ok(Hints::NONE);
    }
    let sightings = sightings::of_last_read(tenant).await?;
    Ok(turns.take(|| sightings.vanished(&read.directory)).await)
}

fn is_of_other_server(last: Option<&DirectoryServer>, read: &DirectoryRead) -> bool {
    match (last, read.server()) {
        (Some(last), Some(now)) => last.id != now.id,
        _ => false,
    }
}

/// Removals, as the settings, the operator and earlier runs leave them. A preview is never the first removal, since the
/// sync then follows a preview.
async fn removal(
    tenant: &mut TenantLock,
    ready: &ReadyRun,
    is_approved: bool,
) -> Result<RemovalFacts, ReconcileError> {
    let (switched_on, last_seen) = (ready.current.removal_generation, tenant.row.generations.removal);
    // Neither a preview nor a run that may not remove is the first removal.
    let may_remove = ready.request.kind() == v1::RunKind::Sync && !tenant.removals_paused(&ready.current);
    let first = switched_on.filter(|_| may_remove && !is_approved && switched_on != last_seen);
    let shown_before_first = match first {
        Some(switched_on) => Some(guard::removals_of_preview(tenant, switched_on).await?),
        None => None,
    };
    Ok(RemovalFacts {
        is_on: ready.current.removes(),
        switched_on,
        last_seen,
        shown_before_first,
    })
}

async fn preview(
    tenant: &mut TenantLock,
    ready: &ReadyRun,
    turns: &Turns,
) -> Result<Option<ReviewedPreview>, ReconcileError> {
    let Some(run) = ready.request.expect_preview_run_id else {
        return Ok(None);
    };
    let rows = history::rows_of_preview(tenant, run, |row| {
        ShownRow::new(
            row.row_id,
            &row.address,
            &row.object_id,
            row.verdict.as_deref(),
            row.reason.as_deref(),
        )
    })
    .await?;
    let rows = turns.take(|| ShownRows::new(rows)).await;
    Ok(Some(ReviewedPreview { run, rows }))
}
