//! `rollcall preview`, `sync`, `cancel`, `runs` and `run`.

use rollcall_proto::v1::{
    CancelRunRequest, GetRunRequest, ListRunsRequest, PreviewUsersRequest, Run, RunState, SyncNowRequest,
};

use crate::{
    args::{ListRuns, RunId, Service, ShowRun, Start, Sync},
    client::Client,
    error::Error,
    exit::Exit,
    follow::{Followed, follow},
    output::Output,
    pages::fetch,
    table,
    view::{CancelView, RunList, RunView, StartedView},
};

/// How far back the newest run of a kind is looked for.
const LOOK_BACK: u32 = 1000;

/// Starts a preview, and waits for its end unless told not to.
pub async fn preview(client: &Client, start: Start, output: &mut Output) -> Result<Exit, Error> {
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

/// Starts a sync, and waits for its end unless told not to.
pub async fn sync(client: &Client, sync: Sync, output: &mut Output) -> Result<Exit, Error> {
    let start = sync.start;
    let request = SyncNowRequest {
        tenant_id: start.tenant.clone(),
        expect_preview_run_id: sync.expect,
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
    output.note(&format!("{result} {}.", started.run_id));
    to_the_end(client, &start.tenant, &started.run_id, output).await
}

async fn to_the_end(client: &Client, tenant: &str, run_id: &str, output: &mut Output) -> Result<Exit, Error> {
    match follow(client, tenant, run_id, output).await? {
        Followed::Ended(run) => {
            let view = RunView::from(&*run);
            output.answer(&view, |width| table::run(&view, width))?;
            Ok(Exit::of_run(&run))
        }
        Followed::Detached => Ok(detached(tenant, run_id, output)),
    }
}

/// Says how to go on with a run that is followed no more.
pub(crate) fn detached(tenant: &str, run_id: &str, output: &Output) -> Exit {
    output.note(&format!(
        "Detached: the run continues.\n  follow it again:  rollcall run {tenant} {run_id} --wait\n  \
         cancel it:        rollcall cancel {tenant} {run_id}"
    ));
    Exit::Detached
}

/// Cancels a run.
pub async fn cancel(client: &Client, run: RunId, output: &mut Output) -> Result<Exit, Error> {
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
pub async fn list(client: &Client, list: ListRuns, output: &mut Output) -> Result<Exit, Error> {
    let failed = client.failed(Service::Results);
    let mut results = client.results().await?;
    let fetched = fetch(list.limit, async |page_size, page_token| {
        let request = ListRunsRequest {
            tenant_id: list.tenant.clone(),
            page_size,
            page_token,
        };
        let page = results.list_runs(request).await.map_err(&failed)?.into_inner();
        Ok((page.runs, page.next_page_token))
    })
    .await?;
    let view = RunList {
        runs: fetched.entries.iter().map(RunView::from).collect(),
        more: fetched.more,
    };
    output.answer(&view, |width| {
        table::and_more(table::runs(&view.runs, width), view.more)
    })?;
    Ok(Exit::Success)
}

/// Shows a run, or follows it to its end.
pub async fn show(client: &Client, show: ShowRun, output: &mut Output) -> Result<Exit, Error> {
    let run_id = match show.run {
        Some(run_id) => run_id,
        None => newest(client, &show.tenant, Newest::Any).await?.run_id,
    };
    if show.wait {
        return to_the_end(client, &show.tenant, &run_id, output).await;
    }
    let run = get(client, &show.tenant, &run_id).await?;
    let view = RunView::from(&run);
    output.answer(&view, |width| table::run(&view, width))?;
    Ok(Exit::Success)
}

/// A run as it is now.
pub(crate) async fn get(client: &Client, tenant: &str, run_id: &str) -> Result<Run, Error> {
    let request = GetRunRequest {
        tenant_id: tenant.to_owned(),
        run_id: run_id.to_owned(),
    };
    let answer = client.results().await?.get_run(request).await;
    let answer = answer.map_err(client.failed(Service::Results))?.into_inner();
    answer.run.ok_or(Error::Incomplete {
        service: Service::Results,
        what: "the run",
    })
}

/// Which of a tenant's runs the newest is looked for among.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Newest {
    /// All of them.
    Any,
    /// Those that have verdicts to show.
    WithRows,
    /// Those that met objects in the directory.
    Read,
    /// Those that are HELD.
    Held,
}

impl Newest {
    fn is_meant(self, run: &Run) -> bool {
        match self {
            Self::Any => true,
            Self::WithRows => matches!(run.state(), RunState::Succeeded | RunState::Held),
            Self::Read => {
                matches!(run.state(), RunState::Succeeded | RunState::Held)
                    && run.counts.is_some_and(|counts| counts.objects > 0)
            }
            Self::Held => run.state() == RunState::Held,
        }
    }

    /// What the runs that are meant are, after "no run".
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Any => "",
            Self::WithRows | Self::Read => " that SUCCEEDED",
            Self::Held => " that is HELD",
        }
    }
}

/// A tenant's newest run of those that are meant.
pub async fn newest(client: &Client, tenant: &str, meant: Newest) -> Result<Run, Error> {
    let request = ListRunsRequest {
        tenant_id: tenant.to_owned(),
        page_size: if meant == Newest::Any { 1 } else { LOOK_BACK },
        page_token: String::new(),
    };
    let answer = client.results().await?.list_runs(request).await;
    let page = answer.map_err(client.failed(Service::Results))?.into_inner();
    let found = page.runs.into_iter().find(|run| meant.is_meant(run));
    found.ok_or_else(|| Error::NoRunYet {
        tenant: tenant.to_owned(),
        meant,
    })
}
