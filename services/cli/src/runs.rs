//! `rollcall preview`, `sync`, `cancel`, `runs` and `run`.

use rollcall_client::{
    Client, Newest, Service, fetch, get_run, newest_run,
    view::{CancelView, RunList, RunView, StartedView},
};
use rollcall_proto::v1::{CancelRunRequest, ListRunsRequest, PreviewUsersRequest, SyncNowRequest};

use crate::{
    args::{ListRuns, RunId, ShowRun, Start, Sync},
    error::Error,
    exit::Exit,
    follow::{Followed, follow},
    output::{Output, note},
    table::{self, Shown},
    tenant,
};

/// Starts a preview, and waits for its end unless `--no-wait` is given.
pub(crate) async fn preview(client: &Client, start: Start, output: &mut Output) -> Result<Exit, Error> {
    let request = PreviewUsersRequest {
        tenant_id: start.tenant.clone(),
    };
    let mut scheduler = client.scheduler().await?;
    let answer = scheduler
        .preview_users(request)
        .await
        .map_err(client.failed(Service::Scheduler))?
        .into_inner();
    let started = StartedView {
        run_id: answer.run_id,
        already_queued: answer.already_queued,
    };
    after_start(client, &start, started, output).await
}

/// Starts a sync, and waits for its end unless `--no-wait` is given.
pub(crate) async fn sync(client: &Client, sync: Sync, output: &mut Output) -> Result<Exit, Error> {
    let start = sync.start;
    let request = SyncNowRequest {
        tenant_id: start.tenant.clone(),
        expect_preview_run_id: sync.expect.unwrap_or_default(),
    };
    let mut scheduler = client.scheduler().await?;
    let answer = scheduler
        .sync_now(request)
        .await
        .map_err(client.failed(Service::Scheduler))?
        .into_inner();
    let started = StartedView {
        run_id: answer.run_id,
        already_queued: answer.already_queued,
    };
    after_start(client, &start, started, output).await
}

async fn after_start(
    client: &Client,
    start: &Start,
    started: StartedView,
    output: &mut Output,
) -> Result<Exit, Error> {
    let result = if started.already_queued {
        "Already waiting: run"
    } else {
        "Started run"
    };
    if start.no_wait {
        output.answer(&started, |_| {
            format!(
                "{result} {0}. Follow it with: rollcall run {1} {0} --wait",
                started.run_id, start.tenant
            )
        })?;
        return Ok(Exit::Success);
    }
    note(&format!("{result} {}.", started.run_id));
    to_the_end(client, &start.tenant, &started.run_id, output).await
}

async fn to_the_end(client: &Client, tenant: &str, run_id: &str, output: &mut Output) -> Result<Exit, Error> {
    match follow(client, tenant, run_id, output).await? {
        Followed::Ended(run) => {
            let view = RunView::from(&*run);
            output.answer(&view, |look| table::run(&view, look))?;
            Ok(Exit::of_run(&run))
        }
        Followed::Detached => Ok(detached(tenant, run_id)),
    }
}

/// Shows the commands for a run that is no longer followed.
pub(crate) fn detached(tenant: &str, run_id: &str) -> Exit {
    note(&format!(
        "Detached: the run continues.\n  follow it again:  rollcall run {tenant} {run_id} --wait\n  \
         cancel it:        rollcall cancel {tenant} {run_id}"
    ));
    Exit::Detached
}

/// Cancels a run.
pub(crate) async fn cancel(client: &Client, run: RunId, output: &mut Output) -> Result<Exit, Error> {
    let request = CancelRunRequest {
        tenant_id: run.tenant,
        run_id: run.run.clone(),
    };
    let mut scheduler = client.scheduler().await?;
    scheduler
        .cancel_run(request)
        .await
        .map_err(client.failed(Service::Scheduler))?;
    let view = CancelView {
        run_id: run.run,
        cancelled: true,
    };
    output.answer(&view, |_| {
        format!("Run {} is cancelled; nothing from it is applied.", view.run_id)
    })?;
    Ok(Exit::Success)
}

/// Lists a tenant's runs.
pub(crate) async fn list(client: &Client, list: ListRuns, output: &mut Output) -> Result<Exit, Error> {
    let failed = client.failed(Service::Results);
    let mut results = client.results().await?;
    let fetched = fetch(list.limit.most(), async |page_size, page_token| {
        let request = ListRunsRequest {
            tenant_id: list.tenant.clone(),
            page_size,
            page_token,
        };
        let page = results.list_runs(request).await.map_err(&failed)?.into_inner();
        Ok((page.runs, page.next_page_token))
    })
    .await?;
    if fetched.entries.is_empty() {
        tenant::check_known(client, &list.tenant).await?;
    }
    let view = RunList {
        runs: fetched.entries.iter().map(RunView::from).collect(),
        more: fetched.more,
    };
    output.answer(&view, |look| {
        Shown::from(table::runs(&view.runs, look)).with(table::and_more(view.more))
    })?;
    Ok(Exit::Success)
}

/// Shows a run, or follows it to its end.
pub(crate) async fn show(client: &Client, show: ShowRun, output: &mut Output) -> Result<Exit, Error> {
    let run_id = match show.run {
        Some(run_id) => run_id,
        None => newest_run(client, &show.tenant, Newest::Any).await?.run_id,
    };
    if show.wait {
        return to_the_end(client, &show.tenant, &run_id, output).await;
    }
    let run = get_run(client, &show.tenant, &run_id).await?;
    let view = RunView::from(&run);
    output.answer(&view, |look| table::run(&view, look))?;
    Ok(Exit::Success)
}
