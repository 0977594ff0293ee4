//! Directories that hang or drip, and callers that ask for much: no other tenant waits for them. Each trial prints its figures.

use std::{net::SocketAddr, time::Duration};

use anyhow::{Context, Result, ensure};
use rollcall_e2e::{Clients, Forest, Tenant, forest::ForestProxy, status::refused, wait};
use rollcall_proto::v1::{Directory, Run, RunState, Security, TestStepState};
use rollcall_testbed::{
    Kind, StackOptions,
    hostile::{BASE, Behaviour, Hostile, Script},
};
use tokio::{net::TcpListener, time::Instant};

use crate::own::Own;

/// A run begins within this after it was asked for.
const BEGINS_WITHIN: f64 = 1.0;
/// More than that or than twice the idle time, for a machine that is not quiet.
const NOISE: f64 = 2.0;
/// To begin 250 runs costs their processors' time, also if none of them waits for another.
const FIRST_WITHIN: f64 = 60.0;
/// Past the answer to the bind.
const BOUND: u64 = 14;

/// A stack of its own, one unit with a few people that every tenant reads, and tenants.
struct Trial {
    own: Own,
    clients: Clients,
    forest: Forest,
    /// Takes connections and never says a word.
    silent: TcpListener,
}

impl Trial {
    async fn start(options: StackOptions) -> Result<Self> {
        let own = Own::start(options.set(Kind::Scheduler, "ROLLCALL_SCHEDULE__TICK_SECONDS", "1")).await?;
        let (tenant, forest) = own.office("fair").crowd(20).furnished().await?;
        Ok(Self {
            clients: tenant.clients,
            own,
            forest,
            silent: TcpListener::bind("127.0.0.1:0").await?,
        })
    }

    /// A tenant that reads `directory`, by a schedule that is not due.
    async fn tenant(&self, word: &str, directory: Directory) -> Result<Tenant> {
        let unique = uuid::Uuid::new_v4().simple().to_string();
        let tenant = Tenant {
            id: format!("{word}-{}", &unique[..10]),
            domain: format!("{}.example", &unique[10..20]),
            clients: self.clients.clone(),
        };
        tenant.put_domains(&[(&tenant.domain, "")]).await?;
        tenant.put_schedule(directory, 24).await?;
        Ok(tenant)
    }

    async fn tenants(&self, word: &str, count: usize, directory: &Directory) -> Result<Vec<Tenant>> {
        let mut tenants = Vec::with_capacity(count);
        for _ in 0..count {
            tenants.push(self.tenant(word, directory.clone()).await?);
        }
        Ok(tenants)
    }

    fn healthy(&self) -> Directory {
        self.forest.settings()
    }

    /// Takes connections and answers no TLS handshake.
    fn hung(&self) -> Result<Directory> {
        Ok(at(self.silent.local_addr()?, Security::Ldaps, &self.forest))
    }

    /// Takes connections and answers no bind.
    fn hung_at_the_bind(&self) -> Result<Directory> {
        Ok(at(self.silent.local_addr()?, Security::Plaintext, &self.forest))
    }

    /// One entry every 20 s or so.
    async fn dripping(&self) -> Result<(ForestProxy<'_>, Directory)> {
        let proxy = self.forest.proxy().await?;
        proxy.throttle_after(BOUND, 10);
        let directory = proxy.settings(Security::Plaintext);
        Ok((proxy, directory))
    }

    /// Makes the tenants due, and waits until their runs are asked for.
    async fn due(&self, tenants: &[Tenant]) -> Result<()> {
        let before = self.asked(tenants).await?;
        sqlx::query(
            "UPDATE scheduler.settings SET next_run_time = now() - interval '1 minute' WHERE tenant_id = ANY ($1)",
        )
        .bind(ids(tenants))
        .execute(&self.own.database)
        .await?;
        let all = before + i64::try_from(tenants.len())?;
        wait::until(
            "the runs to be asked for",
            || self.asked(tenants),
            |asked| *asked == all,
        )
        .await?;
        Ok(())
    }

    async fn asked(&self, tenants: &[Tenant]) -> Result<i64> {
        let asked = "SELECT count(*) FROM scheduler.run_request WHERE tenant_id = ANY ($1) AND publish_time IS NOT NULL";
        Ok(sqlx::query_scalar(asked)
            .bind(ids(tenants))
            .fetch_one(&self.own.database)
            .await?)
    }

    /// Makes the tenants due, and answers how long it took until all their runs had succeeded, in seconds.
    async fn round(&self, tenants: &[Tenant]) -> Result<f64> {
        self.due(tenants).await?;
        let count = i64::try_from(tenants.len())?;
        let round = || async {
            let round: (i64, i64, f64) = sqlx::query_as(include_str!("fairness/round.sql"))
                .bind(ids(tenants))
                .fetch_one(&self.own.database)
                .await?;
            Ok(round)
        };
        let done = wait::until("the due runs to succeed", round, |(runs, succeeded, _)| {
            (*runs, *succeeded) == (count, count)
        });
        Ok(done.await?.2)
    }

    /// Asks for a sync, and answers how long it took to begin, in seconds.
    async fn begins(&self, tenant: &Tenant) -> Result<(String, f64)> {
        let run_id = tenant.start_sync().await?;
        let begun = || async {
            let begun: Option<f64> = sqlx::query_scalar(include_str!("fairness/begun.sql"))
                .bind(&run_id)
                .fetch_one(&self.own.database)
                .await?;
            Ok(begun)
        };
        let begun = wait::until("the run to begin", begun, Option::is_some).await?;
        Ok((run_id, begun.context("a time")?))
    }

    /// Number of tenants that have a run that has begun and not ended.
    async fn running(&self, tenants: &[Tenant]) -> Result<i64> {
        let running =
            "SELECT count(*) FROM reconcile.run_outcome WHERE tenant_id = ANY ($1) AND state = 'RUNNING'";
        Ok(sqlx::query_scalar(running)
            .bind(ids(tenants))
            .fetch_one(&self.own.database)
            .await?)
    }

    /// Number of tenants that have a run that has begun, however it ended.
    async fn begun(&self, tenants: &[Tenant]) -> Result<i64> {
        let begun = "SELECT count(*) FROM reconcile.run_outcome WHERE tenant_id = ANY ($1) AND start_time IS NOT NULL";
        Ok(sqlx::query_scalar(begun)
            .bind(ids(tenants))
            .fetch_one(&self.own.database)
            .await?)
    }

    /// The worker's threads and its memory in MiB.
    fn worker(&self) -> Result<(u64, u64)> {
        let pid = self
            .own
            .stack
            .service(Kind::Worker, 0)?
            .pid()
            .context("a worker")?;
        let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
        let number = |key: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(key));
            line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok())
                .context("a number")
        };
        Ok((number("Threads:")?, number("VmRSS:")? / 1024))
    }

    async fn stop(self) -> Result<()> {
        Ok(self.own.stack.stop().await?)
    }
}

fn ids(tenants: &[Tenant]) -> Vec<String> {
    tenants.iter().map(|tenant| tenant.id.clone()).collect()
}

fn at(server: SocketAddr, security: Security, forest: &Forest) -> Directory {
    Directory {
        hosts: vec![server.ip().to_string()],
        port: server.port().into(),
        ..forest.settings_over(security)
    }
}

fn as_asked(run: &Run) -> Result<()> {
    ensure!(run.state() == RunState::Succeeded, "the sync ended as {run:?}");
    Ok(())
}

#[tokio::test]
async fn two_hundred_hung_and_fifty_dripping_directories_delay_no_sync_now_and_no_due_run() -> Result<()> {
    let trial = Trial::start(StackOptions::default()).await?;
    let due = trial.tenants("due", 20, &trial.healthy()).await?;
    let asking = trial.tenants("asking", 1, &trial.healthy()).await?;
    let (_proxy, dripping) = trial.dripping().await?;
    let mut ill = trial.tenants("hung", 100, &trial.hung()?).await?;
    ill.extend(trial.tenants("bind", 100, &trial.hung_at_the_bind()?).await?);
    ill.extend(trial.tenants("drip", 50, &dripping).await?);
    trial.round(&due).await?;
    let idle = trial.round(&due).await?;
    let (_, alone) = trial.begins(&asking[0]).await?;

    // Nothing is known of the ill ones, and all of their jobs are ahead in the same lane.
    trial.due(&ill).await?;
    let first = trial.round(&due).await?;
    let (run_id, begun) = trial.begins(&asking[0]).await?;
    as_asked(&asking[0].ended(&run_id).await?)?;
    let met = trial.begun(&ill).await?;
    // They wait, drip or are tried again, in the slow lane.
    let busy = trial.round(&due).await?;
    let (run_id, begun_again) = trial.begins(&asking[0]).await?;
    as_asked(&asking[0].ended(&run_id).await?)?;
    let running = trial.running(&ill).await?;
    let (threads, mib) = trial.worker()?;
    println!(
        "200 hung and 50 dripping tenants: 20 due runs ended after {first:.2} s behind all of them, after {busy:.2} s beside \
         them (idle {idle:.2} s); Sync Now began after {begun:.3} s and {begun_again:.3} s (idle {alone:.3} s); {running} of \
         them ran at that time, the worker had {threads} threads and {mib} MiB"
    );
    ensure!(met >= 200, "only {met} of the hung and dripping runs had begun");
    ensure!(begun <= BEGINS_WITHIN && begun_again <= BEGINS_WITHIN);
    ensure!(busy <= 2.0 * idle + NOISE, "{busy} s is more than twice {idle} s");
    ensure!(
        first <= FIRST_WITHIN,
        "{first} s behind directories that had never been met"
    );
    trial.stop().await
}

#[tokio::test]
async fn forty_hung_due_runs_delay_twenty_healthy_ones_by_less_than_these_take() -> Result<()> {
    let trial = Trial::start(StackOptions::default()).await?;
    let due = trial.tenants("due", 20, &trial.healthy()).await?;
    let hung = trial.tenants("hung", 40, &trial.hung()?).await?;
    trial.round(&due).await?;
    let idle = trial.round(&due).await?;
    trial.due(&hung).await?;
    let busy = trial.round(&due).await?;
    println!("40 hung tenants ahead: 20 due runs ended after {busy:.2} s (idle {idle:.2} s)");
    ensure!(busy <= 2.0 * idle + NOISE, "{busy} s is more than twice {idle} s");
    trial.stop().await
}

#[tokio::test]
async fn hung_and_dripping_syncs_that_people_asked_for_delay_no_other() -> Result<()> {
    let trial = Trial::start(StackOptions::default()).await?;
    let healthy = trial.tenants("healthy", 2, &trial.healthy()).await?;
    let hung = trial.tenants("hung", 12, &trial.hung_at_the_bind()?).await?;
    let (proxy, dripping) = trial.dripping().await?;
    let dripping = trial.tenants("drip", 4, &dripping).await?;
    for tenant in &hung {
        tenant.start_sync().await?;
    }
    let (run_id, behind_hung) = trial.begins(&healthy[0]).await?;
    as_asked(&healthy[0].ended(&run_id).await?)?;
    for tenant in &dripping {
        tenant.start_sync().await?;
    }
    wait::until(
        "the reads to drip",
        || async { Ok((trial.running(&dripping).await?, proxy.bytes_from_server())) },
        |(running, bytes)| *running == 4 && *bytes > 4 * (BOUND + 30),
    )
    .await?;
    let (run_id, behind_drip) = trial.begins(&healthy[1]).await?;
    as_asked(&healthy[1].ended(&run_id).await?)?;
    println!(
        "Sync Now began {behind_hung:.3} s after it was asked for behind 12 hung ones, and {behind_drip:.3} s behind 4 that \
         drip"
    );
    ensure!(behind_hung <= BEGINS_WITHIN && behind_drip <= BEGINS_WITHIN);
    trial.stop().await
}

/// A directory whose one page never ends, with an entry after each pause.
async fn endless(pause: Duration) -> Result<(Hostile, Directory)> {
    let server = Hostile::start(Script::new(Behaviour::Drip(pause))).await?;
    let directory = Directory {
        hosts: vec![server.address().ip().to_string()],
        port: server.address().port().into(),
        security: Security::Plaintext.into(),
        bind_username: "cn=reader".to_owned(),
        bind_password: Some("secret".to_owned()),
        search_bases: vec![BASE.to_owned()],
        ..Directory::default()
    };
    Ok((server, directory))
}

#[tokio::test]
async fn reads_that_go_on_and_on_leave_their_slots_to_others() -> Result<()> {
    let trial = Trial::start(StackOptions::default()).await?;
    let healthy = trial.tenants("healthy", 3, &trial.healthy()).await?;
    let mut waits = Vec::new();
    // Fast enough to be worth a slot, steady, and a drip that is never silent.
    let pauses = [
        Duration::ZERO,
        Duration::from_millis(5),
        Duration::from_millis(50),
    ];
    for ((pause, count), tenant) in pauses.into_iter().zip([4, 8, 30]).zip(&healthy) {
        let (server, directory) = endless(pause).await?;
        let busy = trial.tenants("endless", count, &directory).await?;
        let asked = busy.iter().map(Tenant::start_sync);
        let runs = futures::future::try_join_all(asked).await?;
        let (run_id, begun) = trial.begins(tenant).await?;
        as_asked(&tenant.ended(&run_id).await?)?;
        waits.push(begun);
        for (tenant, run_id) in busy.iter().zip(runs) {
            tenant.cancel(&run_id).await?;
            tenant.ended(&run_id).await?;
        }
        drop(server);
    }
    println!(
        "Sync Now began {:.3} s after it was asked for behind 4 reads that send without end, {:.3} s behind 8 of 200 entries \
         a second, and {:.3} s behind 30 of 20",
        waits[0], waits[1], waits[2]
    );
    let late = waits.iter().any(|wait| *wait > BEGINS_WITHIN + NOISE);
    ensure!(!late, "{waits:?}");
    trial.stop().await
}

#[tokio::test]
async fn a_sync_of_a_tenant_whose_last_run_timed_out_begins_in_the_slow_lane_and_leaves_it_with_success()
-> Result<()> {
    let hurried =
        StackOptions::default().set(Kind::Worker, "ROLLCALL_DIRECTORY__CONNECT_TIMEOUT_SECONDS", "1");
    let trial = Trial::start(hurried).await?;
    let tenant = trial.tenant("slow", trial.hung()?).await?;
    let lane = async |run_id: &str| {
        let lane: String =
            sqlx::query_scalar("SELECT lane FROM scheduler.run_request WHERE run_id = $1::uuid")
                .bind(run_id)
                .fetch_one(&trial.own.database)
                .await?;
        anyhow::Ok(lane)
    };
    let failed = tenant.failed_sync().await?;
    assert_eq!(
        lane(&failed.run_id).await?,
        "interactive",
        "nothing was known of it"
    );
    assert_eq!(failed.failure.context("why")?.code, "CONNECT_TIMEOUT");
    tenant.put_directory(trial.healthy()).await?;
    let mended = tenant.sync().await?;
    assert_eq!(lane(&mended.run_id).await?, "slow");
    let next = tenant.sync().await?;
    assert_eq!(lane(&next.run_id).await?, "interactive");
    trial.stop().await
}

#[tokio::test]
async fn a_connection_test_begins_while_every_slot_is_taken_and_the_fifth_at_once_is_refused() -> Result<()> {
    let few = StackOptions::default()
        .set(Kind::Worker, "ROLLCALL_LANES__INTERACTIVE", "1")
        .set(Kind::Worker, "ROLLCALL_LANES__WAITING", "1");
    let trial = Trial::start(few).await?;
    // One takes the only place of a run without a slot; the next keeps its slot until its bind is answered.
    let hung = trial.tenants("hung", 2, &trial.hung_at_the_bind()?).await?;
    for tenant in &hung {
        tenant.start_sync().await?;
    }
    wait::until("both to run", || trial.running(&hung), |running| *running == 2).await?;
    let tenant = trial.tenant("tested", trial.healthy()).await?;
    let asked = Instant::now();
    let steps = tenant.test_connection(None).await?;
    let took = asked.elapsed();
    ensure!(
        steps.iter().all(|step| step.state() == TestStepState::Passed),
        "{steps:?}"
    );

    let silent = tenant.settings(trial.hung()?);
    let test = || tenant.test_connection(Some(silent.clone()));
    let begun = Instant::now();
    let (first, second, third, fourth, fifth) = tokio::join!(test(), test(), test(), test(), test());
    let silence = begun.elapsed();
    let all = [first, second, third, fourth, fifth];
    let (told, refusals): (Vec<_>, Vec<_>) = all.into_iter().partition(Result::is_ok);
    assert_eq!((told.len(), refusals.len()), (4, 1));
    let refusal = refused(refusals.into_iter().next().context("a refusal")?);
    assert_eq!(refusal.reason, "TOO_MANY_TESTS_OF_TENANT");
    ensure!(refusal.message.contains("4 connection tests"), "{refusal:?}");
    println!(
        "a connection test took {took:.2?} with every slot taken; hosts that never answer took {silence:.2?}"
    );
    ensure!(took < Duration::from_secs(5), "the test took {took:?}");
    ensure!(silence < Duration::from_secs(25), "silent hosts took {silence:?}");
    trial.stop().await
}
