//! Jobs that come twice, jobs that vanish, and runs that lose their workers: each run begins as often as it must, ends, and
//! holds up no tenant.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use rollcall_e2e::{Tenant, wait};
use rollcall_proto::{
    internal::v1::{
        BeginRunRequest, BeginStatus, HeartbeatRequest, reconcile_service_client::ReconcileServiceClient,
    },
    v1::{Run, RunState},
};
use rollcall_testbed::{
    Kind, Service, Signal, StackOptions,
    proxy::{Action, Direction},
};
use tonic::transport::Channel;

use crate::{
    fleet::{impatient, stalled},
    jobs::{Broker, DEAD, PARKED, job},
    own::{Own, succeeded},
};

/// Waits until a run was taken from so many workers and is being read again.
pub(crate) async fn taken_over(tenant: &Tenant, run_id: &str, times: i32) -> Result<Run> {
    wait::until(
        "the run to be read by another",
        || async { Ok(tenant.run(run_id).await?) },
        |run| run.state() == RunState::Running && run.takeovers == times,
    )
    .await
}

/// Reconcile, as a worker calls it.
async fn as_worker(own: &Own) -> Result<ReconcileServiceClient<Channel>> {
    let endpoints = own.stack.endpoints();
    let channel = endpoints
        .connect_to_workers_listener(&Kind::Worker.certificate_name())
        .await?;
    Ok(ReconcileServiceClient::new(channel))
}

#[tokio::test]
async fn a_job_that_comes_again_while_its_run_reads_makes_nothing_begin() -> Result<()> {
    let one_each = StackOptions::default()
        .set(Kind::Worker, "ROLLCALL_LANES__INTERACTIVE", "1")
        .set(Kind::Worker, "ROLLCALL_LANES__SCHEDULED", "1");
    let own = Own::start(one_each).await?;
    let broker = Broker::connect(own.stack.endpoints()).await?;
    let (tenant, forest) = own.tenant("again").await?;
    let (proxy, run_id) = stalled(&tenant, &forest).await?;

    // In order, one at a time, by the lane that is free: what is no job shows that the jobs before it are finished.
    for round in 1..=3 {
        broker.put("scheduled", &job(&own, &tenant, &run_id, 1)?).await?;
        broker.put("scheduled", b"no job").await?;
        wait::until(
            "the job to be finished",
            || broker.waiting(DEAD),
            |dead| *dead == round,
        )
        .await?;
        let parked = broker.waiting(PARKED).await?;
        assert_eq!(parked, 0, "the run's own job lives: another is not kept");
    }
    assert_eq!(own.fence(&tenant).await?, 1, "it did not begin again");
    proxy.heal();

    let run = succeeded(&tenant, &run_id).await?;
    assert_eq!((run.attempt, run.takeovers), (1, 0));
    assert_eq!((own.fence(&tenant).await?, own.applied(&tenant).await?), (1, 1));
    assert_eq!(proxy.connections(), 1, "one bind");
    Ok(())
}

#[tokio::test]
async fn slow_reads_go_on_when_the_broker_breaks_and_hands_their_jobs_out_again() -> Result<()> {
    let (own, way) = Own::behind_a_proxied_broker().await?;
    let (tenant, forest) = own.tenant("slow").await?;
    let (proxy, run_id) = stalled(&tenant, &forest).await?;
    let worker = own.stack.service(Kind::Worker, 0)?;

    for times in 1..=3 {
        way.cut();
        wait::until(
            "the connection to break",
            || async { Ok(way.open_connections()) },
            |open| *open == 0,
        )
        .await?;
        way.heal();
        // The read is as slow as before: the job is handed out again beside it.
        wait::until(
            "the job to come again",
            || async { Ok((came_again(worker), own.fence(&tenant).await?)) },
            |(again, fence)| *again >= times || *fence > 1,
        )
        .await?;
    }
    assert_eq!(own.fence(&tenant).await?, 1, "it did not begin again");
    proxy.heal();

    let run = succeeded(&tenant, &run_id).await?;
    assert_eq!((run.attempt, run.takeovers), (1, 0));
    assert_eq!((own.fence(&tenant).await?, own.applied(&tenant).await?), (1, 1));
    assert_eq!(proxy.connections(), 1, "one bind");
    let lane = "rollcall.jobs.interactive";
    wait::until(
        "the jobs that came again to be acknowledged",
        || async { Ok(own.bed.rabbitmq()?.messages(own.stack.vhost(), lane).await?) },
        |jobs| *jobs == 0,
    )
    .await?;
    Ok(())
}

/// Times that a worker met the job of a run that went on in it.
fn came_again(worker: &Service) -> usize {
    worker.log().matches("the run goes on here already").count()
}

/// As on a disk that is full: what is small is written, what is large is not.
const NO_ROOM: &str = "
    CREATE FUNCTION public.no_room() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'no space left on device' USING ERRCODE = 'disk_full'; END
    $$;
    CREATE TRIGGER no_room BEFORE INSERT ON portal.account EXECUTE FUNCTION public.no_room()";

#[tokio::test]
async fn a_run_that_cannot_be_committed_asks_its_directory_less_and_less_often() -> Result<()> {
    let own = Own::start(StackOptions::default()).await?;
    let (tenant, _forest) = own.office("unroomed").crowd(2).saved().await?;
    sqlx::raw_sql(NO_ROOM).execute(&own.database).await?;
    let start = Instant::now();
    let run_id = tenant.start_sync().await?;
    let waits = Broker::connect(own.stack.endpoints()).await?;
    wait::until(
        "the run to wait for longer than seconds",
        || waits.waiting("rollcall.delay.10s"),
        |jobs| *jobs == 1,
    )
    .await?;
    let waited = start.elapsed();
    assert!(waited >= Duration::from_secs(3), "1 s and 2 s, not {waited:?}");
    assert_eq!(own.fence(&tenant).await?, 3, "its directory was asked each time");
    let run = tenant.run(&run_id).await?;
    assert_eq!(
        (run.state(), run.attempt, run.takeovers),
        (RunState::Queued, 1, 0)
    );
    assert_eq!(run.failure, None, "a fault of ours is not the directory's");

    sqlx::raw_sql("DROP TRIGGER no_room ON portal.account")
        .execute(&own.database)
        .await?;
    let run = succeeded(&tenant, &run_id).await?;
    assert_eq!((run.attempt, run.takeovers), (1, 0));
    assert_eq!((own.fence(&tenant).await?, own.applied(&tenant).await?), (4, 1));
    Ok(())
}

#[tokio::test]
async fn a_run_that_ends_one_worker_after_another_is_tried_by_itself_and_given_up() -> Result<()> {
    let own = Own::start(impatient(StackOptions::default())).await?;
    let (deadly, forest) = own.tenant("deadly").await?;
    let (_proxy, run_id) = stalled(&deadly, &forest).await?;
    let deadline =
        "SELECT extract(epoch FROM deadline)::bigint FROM reconcile.run_outcome WHERE tenant_id = $1";
    let first_deadline = own.number(deadline, &deadly).await?;

    let worker = own.stack.service(Kind::Worker, 0)?;
    worker.kill().await?;
    worker.start().await?;
    let pid = worker.pid().context("a worker")?;
    for times in 1..=3 {
        taken_over(&deadly, &run_id, times).await?;
        let of_its_own = children(pid)?;
        ensure!(of_its_own.len() == 1, "{of_its_own:?}");
        // No other run is in the process that ends, and none waits for it.
        own.office("other").crowd(2).synced().await?;
        assert_eq!(
            own.number(deadline, &deadly).await?,
            first_deadline,
            "the first stands"
        );
        end_as_a_crash_would(of_its_own[0]).await?;
    }

    let run = deadly.ended(&run_id).await?;
    assert_eq!((run.state(), run.takeovers), (RunState::Failed, 3));
    assert_eq!(run.failure.context("why")?.code, "WORKER_LOST");
    assert_eq!(worker.pid(), Some(pid), "the worker itself goes on");
    assert_eq!(own.fence(&deadly).await?, 4, "once, and once for each takeover");
    let left = "SELECT count(*) FROM reconcile.heartbeat WHERE tenant_id = $1";
    assert_eq!(own.number(left, &deadly).await?, 0);
    Ok(())
}

/// The processes that a process has started and that live.
fn children(pid: u32) -> Result<Vec<u32>> {
    let mut children = Vec::new();
    for thread in std::fs::read_dir(format!("/proc/{pid}/task"))? {
        let listed = std::fs::read_to_string(thread?.path().join("children"))?;
        for child in listed.split_whitespace() {
            children.push(child.parse()?);
        }
    }
    Ok(children)
}

async fn end_as_a_crash_would(pid: u32) -> Result<()> {
    let ended = tokio::process::Command::new("kill")
        .args(["-KILL", &pid.to_string()])
        .status()
        .await?;
    ensure!(ended.success(), "process {pid} cannot be ended");
    Ok(())
}

#[tokio::test]
async fn a_process_that_does_one_run_ends_with_its_worker() -> Result<()> {
    let own = Own::start(impatient(StackOptions::default())).await?;
    let (tenant, forest) = own.tenant("orphan").await?;
    let (_proxy, run_id) = stalled(&tenant, &forest).await?;
    let worker = own.stack.service(Kind::Worker, 0)?;
    worker.kill().await?;
    worker.start().await?;
    taken_over(&tenant, &run_id, 1).await?;
    let pid = worker.pid().context("a worker")?;
    let child = children(pid)?.first().copied().context("a child")?;

    // Of the worker alone, not of all that it started.
    end_as_a_crash_would(pid).await?;
    worker.wait().await?;
    wait::until(
        "the child to end too",
        || async { Ok(state_of(child)) },
        |state| matches!(state, None | Some('Z')),
    )
    .await?;
    Ok(())
}

/// State of a process, as the kernel shows it; `None` if there is none.
fn state_of(pid: u32) -> Option<char> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat.rsplit_once(") ")?.1.chars().next()
}

#[tokio::test]
async fn a_run_whose_job_vanished_with_its_worker_is_read_again_within_a_minute() -> Result<()> {
    let own = Own::start(StackOptions::default()).await?;
    let broker = Broker::connect(own.stack.endpoints()).await?;
    let (tenant, forest) = own.tenant("vanished").await?;
    let (proxy, run_id) = stalled(&tenant, &forest).await?;
    let worker = own.stack.service(Kind::Worker, 0)?;
    worker.kill().await?;
    let lane = "rollcall.jobs.interactive";
    wait::until("the job to come back", || broker.waiting(lane), |jobs| *jobs == 1).await?;
    broker.purge(lane).await?;
    let vanished = Instant::now();
    worker.start().await?;

    taken_over(&tenant, &run_id, 1).await?;
    // A minute, and what a loaded machine takes to begin a process.
    assert!(
        vanished.elapsed() < Duration::from_secs(75),
        "{:?}",
        vanished.elapsed()
    );
    proxy.heal();
    succeeded(&tenant, &run_id).await?;
    assert_eq!(own.applied(&tenant).await?, 1);
    Ok(())
}

#[tokio::test]
async fn a_scheduler_that_dies_with_requests_in_hand_keeps_no_tenant_waiting() -> Result<()> {
    let (own, way) = Own::behind_a_proxied_broker().await?;
    let (tenant, _forest) = own.office("inhand").crowd(2).synced().await?;

    way.fault(Direction::ToServer, 0, Action::Stall);
    let run_id = tenant.start_sync().await?;
    let left = "SELECT COALESCE(max(extract(epoch FROM claim_expire_time - now()) * 1000)::bigint, -1)
                FROM scheduler.run_request WHERE tenant_id = $1 AND publish_time IS NULL";
    let until = "SELECT COALESCE(max(extract(epoch FROM claim_expire_time) * 1000)::bigint, -1)
                 FROM scheduler.run_request WHERE tenant_id = $1 AND publish_time IS NULL";
    let first = wait::until(
        "the request to be in hand",
        || own.number(until, &tenant),
        |until| *until > 0,
    )
    .await?;
    wait::until(
        "the claim to be renewed",
        || own.number(until, &tenant),
        |until| *until > first,
    )
    .await?;
    let most = own.number(left, &tenant).await?;
    assert!(most <= 3_000, "a claim of {most} ms");

    let scheduler = own.stack.service(Kind::Scheduler, 0)?;
    scheduler.kill().await?;
    way.heal();
    scheduler.start().await?;
    let begun = Instant::now();
    succeeded(&tenant, &run_id).await?;
    assert!(begun.elapsed() < Duration::from_secs(15), "{:?}", begun.elapsed());
    Ok(())
}

#[tokio::test]
async fn a_worker_that_asks_again_for_a_run_that_it_has_learns_so() -> Result<()> {
    let own = Own::start(StackOptions {
        workers: 0,
        ..impatient(StackOptions::default())
    })
    .await?;
    let (tenant, _forest) = own.office("asks").saved().await?;
    let run_id = tenant.start_sync().await?;
    let reconcile = as_worker(&own).await?;
    let asks = |given_up_fence| BeginRunRequest {
        tenant_id: tenant.id.clone(),
        run_id: run_id.clone(),
        worker_id: "by hand".to_owned(),
        attempt: 1,
        given_up_fence,
        alone: false,
    };
    let begin = async |request| anyhow::Ok(reconcile.clone().begin_run(request).await?.into_inner());

    let first = begin(asks(0)).await?;
    assert_eq!(first.status(), BeginStatus::Started);
    assert_eq!(begin(asks(0)).await?.status(), BeginStatus::RunningHere);
    let other = BeginRunRequest {
        worker_id: "another".to_owned(),
        ..asks(0)
    };
    assert_eq!(begin(other).await?.status(), BeginStatus::Taken);
    let heartbeat = HeartbeatRequest {
        tenant_id: tenant.id.clone(),
        run_id: run_id.clone(),
        fence: first.fence,
        ..HeartbeatRequest::default()
    };
    reconcile.clone().heartbeat(heartbeat).await?;

    let again = begin(asks(first.fence)).await?;
    assert_eq!(
        again.status(),
        BeginStatus::Started,
        "it gave the lease up itself"
    );
    assert_eq!(again.deadline, first.deadline, "the first deadline stands");
    // The answer is lost: no worker reads, and none beats.
    wait::until(
        "the lease to fall silent",
        || async { Ok(begin(asks(0)).await?.status()) },
        |status| *status == BeginStatus::Started,
    )
    .await?;
    assert_eq!(tenant.run(&run_id).await?.takeovers, 0, "no worker was lost");
    assert_eq!(own.fence(&tenant).await?, 3);
    Ok(())
}

#[tokio::test]
async fn a_lost_heartbeat_and_a_lost_fence_are_reported_with_their_run_and_reason() -> Result<()> {
    let own = Own::start(impatient(StackOptions::default())).await?;
    let (tenant, forest) = own.tenant("lost").await?;
    let (_proxy, run_id) = stalled(&tenant, &forest).await?;
    let worker = own.stack.service(Kind::Worker, 0)?;
    let reconcile = own.stack.service(Kind::Reconcile, 0)?;
    let reported = async |service: &Service, what: &str| {
        let lines = || async {
            let log = service.log();
            let line = log.lines().find(|line| line.contains(what)).map(str::to_owned);
            Ok(line)
        };
        let line = wait::until(what, lines, Option::is_some)
            .await?
            .unwrap_or_default();
        for part in [" WARN ", &tenant.id, &run_id, "fence=1", "cause="] {
            ensure!(line.contains(part), "{part} is missing: {line}");
        }
        anyhow::Ok(())
    };

    reconcile.signal(Signal::Stop).await?;
    reported(worker, "a heartbeat was lost").await?;
    reconcile.signal(Signal::Continue).await?;

    worker.signal(Signal::Stop).await?;
    let another = BeginRunRequest {
        tenant_id: tenant.id.clone(),
        run_id: run_id.clone(),
        worker_id: "another".to_owned(),
        attempt: 1,
        given_up_fence: 0,
        alone: true,
    };
    let client = as_worker(&own).await?;
    wait::until(
        "another worker to have the run",
        || async {
            Ok(client
                .clone()
                .begin_run(another.clone())
                .await?
                .into_inner()
                .status())
        },
        |status| *status == BeginStatus::Started,
    )
    .await?;
    worker.signal(Signal::Continue).await?;
    reported(worker, "the fence was lost").await?;
    reported(reconcile, "a heartbeat came with a fence that was lost").await?;
    Ok(())
}
