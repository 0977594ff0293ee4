//! `rollcall approve` and `revert`: what a person decides about a run that is over.

use rollcall_client::{
    Client, Newest, Service, get_run, newest_run,
    view::{RowView, RunView, StartedView},
};
use rollcall_proto::v1::{ApproveRunRequest, ListRowsRequest, RevertRunRequest, Row, Run, RunKind, Verdict};

use crate::{
    args::{Approve, Consent, Revert},
    confirm::{self, ask},
    error::Error,
    exit::Exit,
    follow::{Followed, follow},
    output::{Output, note},
    review,
    runs::detached,
    table,
};

/// Rows that are shown before the question: enough to see what it is about.
const SHOWN: i32 = 20;
/// Most rows that are listed of accounts left alone by a revert.
const LEFT_ALONE: i32 = 100;

/// Approves what a HELD run would do, and follows the run that does it.
pub(crate) async fn approve(client: &Client, approve: Approve, output: &mut Output) -> Result<Exit, Error> {
    let tenant = approve.tenant;
    let held = match approve.run {
        Some(run_id) => get_run(client, &tenant, &run_id).await?,
        None => newest_run(client, &tenant, Newest::Held).await?,
    };
    let counts = held.counts.unwrap_or_default();
    let question = format!(
        "Approve run {}, which would take addresses from {} and create {}?",
        held.run_id,
        table::count(counts.accounts_reduced, "account"),
        table::count(counts.accounts_created, "account")
    );
    let verdicts = review::verdicts(&RunView::from(&held));
    if !consents(client, &held, verdicts, approve.consent, &question, output).await? {
        return Ok(refused("approved"));
    }
    let request = ApproveRunRequest {
        tenant_id: tenant.clone(),
        run_id: held.run_id,
    };
    let answer = client.scheduler().await?.approve_run(request).await;
    let run_id = answer
        .map_err(client.failed(Service::Scheduler))?
        .into_inner()
        .run_id;
    watch(client, &tenant, run_id, approve.consent, output).await
}

/// Reverts a sync, follows the revert, and shows what it left alone.
pub(crate) async fn revert(client: &Client, revert: Revert, output: &mut Output) -> Result<Exit, Error> {
    let tenant = revert.tenant;
    let sync = get_run(client, &tenant, &revert.run).await?;
    let question = format!("Revert run {}?", sync.run_id);
    let verdicts = vec![Verdict::Add, Verdict::Update, Verdict::Remove];
    if !consents(client, &sync, verdicts, revert.consent, &question, output).await? {
        return Ok(refused("reverted"));
    }
    let request = RevertRunRequest {
        tenant_id: tenant.clone(),
        run_id: sync.run_id,
    };
    let answer = client.scheduler().await?.revert_run(request).await;
    let run_id = answer
        .map_err(client.failed(Service::Scheduler))?
        .into_inner()
        .run_id;
    watch(client, &tenant, run_id, revert.consent, output).await
}

/// Shows what it is about and asks, unless that was said beforehand.
async fn consents(
    client: &Client,
    run: &Run,
    verdicts: Vec<Verdict>,
    consent: Consent,
    question: &str,
    output: &mut Output,
) -> Result<bool, Error> {
    if !consent.yes {
        let (rows, more) = some_rows(client, run, verdicts, SHOWN).await?;
        let views: Vec<_> = rows.iter().map(RowView::from).collect();
        note(&table::rows(&views, output.look()).whole());
        if more {
            note(&format!(
                "There are more: rollcall rows {} {} --all",
                run.tenant_id, run.run_id
            ));
        }
    }
    Ok(ask(question, consent.yes)? == confirm::Consent::Given)
}

fn refused(what: &str) -> Exit {
    note(&format!("Not {what}."));
    Exit::Refused
}

async fn watch(
    client: &Client,
    tenant: &str,
    run_id: String,
    consent: Consent,
    output: &mut Output,
) -> Result<Exit, Error> {
    if consent.no_wait {
        let started = StartedView {
            run_id,
            already_queued: false,
        };
        output.answer(&started, |_| {
            format!(
                "Started run {0}. Follow it with: rollcall run {tenant} {0} --wait",
                started.run_id
            )
        })?;
        return Ok(Exit::Success);
    }
    note(&format!("Started run {run_id}."));
    match follow(client, tenant, &run_id, output).await? {
        Followed::Detached => Ok(detached(tenant, &run_id)),
        Followed::Ended(run) => {
            let left = left_alone(client, &run).await?;
            let view = RunView::from(&*run);
            output.answer(&view, |look| {
                let run = table::run(&view, look);
                match left.as_slice() {
                    [] => run,
                    left => run.and("Left alone", table::rows(left, look)),
                }
            })?;
            Ok(Exit::of_run(&run))
        }
    }
}

/// Rows of accounts that a revert left alone.
async fn left_alone(client: &Client, run: &Run) -> Result<Vec<RowView>, Error> {
    let skipped = run.counts.map_or(0, |counts| counts.skip);
    if run.kind() != RunKind::Revert || skipped == 0 {
        return Ok(Vec::new());
    }
    let (rows, _) = some_rows(client, run, vec![Verdict::Skip], LEFT_ALONE).await?;
    Ok(rows.iter().map(RowView::from).collect())
}

/// The first rows with these verdicts, and true if there are more.
async fn some_rows(
    client: &Client,
    run: &Run,
    verdicts: Vec<Verdict>,
    most: i32,
) -> Result<(Vec<Row>, bool), Error> {
    let request = ListRowsRequest {
        tenant_id: run.tenant_id.clone(),
        run_id: run.run_id.clone(),
        verdicts: verdicts.into_iter().map(i32::from).collect(),
        search: String::new(),
        page_size: most,
        page_token: String::new(),
    };
    let answer = client.results().await?.list_rows(request).await;
    let page = answer.map_err(client.failed(Service::Results))?.into_inner();
    Ok((page.rows, !page.next_page_token.is_empty()))
}
