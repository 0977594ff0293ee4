//! Puts a worker together.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use clap::Subcommand;
use rollcall_chassis::{
    BoxError, Lifecycle,
    amqp::{Broker, Lane},
    credential::{self, OpeningKeys},
    grpc,
    outage::RECONCILE,
    readiness::Readiness,
    signing::VerifyingKeys,
};
use tokio::sync::watch;

use crate::{
    NAME,
    alone::{self, Alone},
    assembly::runner,
    config::Config,
    connection_test::Tester,
    credentials::Credentials,
    jobs::{ConnectionTests, Jobs, LaneWork},
    reconcile::Reconcile,
    slots::{Beside, Slots},
};

/// Commands of the binary besides being a service.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Creates a key that opens credentials, and its public half, which seals them
    GenerateKey {
        /// The key's name: 1 to 32 of a-z, 0-9, - and _
        #[arg(long)]
        id: String,
        /// Folder for ID.key (only for workers) and ID.pub (for the scheduler)
        #[arg(long, value_name = "DIR")]
        out_dir: PathBuf,
    },
    /// Does the run of a job that a worker hands over on standard input
    #[command(name = alone::COMMAND, hide = true)]
    DoOneRun,
}

impl Command {
    /// Does it.
    pub fn run(self, config_file: Option<&Path>) -> Result<(), BoxError> {
        match self {
            Self::DoOneRun => alone::child::run(config_file),
            Self::GenerateKey { id, out_dir } => Ok(credential::generate(&id)?.write(&out_dir)?),
        }
    }
}

/// Starts a worker.
pub async fn start(config: Config, lifecycle: Lifecycle) -> Result<(), BoxError> {
    let signers = VerifyingKeys::read(&config.signing.public_key_files)?;
    let channel = grpc::connect_and_watch(&config.reconcile, &lifecycle)?;
    let credentials = Arc::new(Credentials::new(OpeningKeys::read(
        &config.credentials.key_files,
    )?));
    let runner = Arc::new(runner(
        &config,
        Reconcile::new(channel.clone()),
        Arc::clone(&credentials),
    ));
    let reader = Arc::clone(&runner.sources.ldap);
    let serving = grpc::Server::new(&config.server)?
        .for_callers(&config.roles, &config.assertions)?
        .start(&lifecycle)
        .await?;
    let broker = Broker::start(&config.amqp, NAME, &lifecycle)?;
    let tester = Tester {
        reader,
        credentials,
        reconcile: Reconcile::new(channel.clone()),
        publisher: broker.publisher(),
        metrics: runner.metrics.clone(),
    };
    let mut readiness = Readiness::default();
    readiness.check_broker(&broker);
    let asking = Reconcile::new(channel);
    let reconcile_serves = readiness.check(&RECONCILE, move || {
        let reconcile = asking.clone();
        async move { reconcile.check().await }
    });
    readiness.start([serving], &lifecycle);
    let tests = Arc::new(ConnectionTests::new(
        tester,
        config.lanes.tests,
        broker.publisher(),
        signers.clone(),
        runner.metrics.clone(),
    ));
    let (of_tests, serves, ending) = (broker.clone(), reconcile_serves.clone(), lifecycle.soft().clone());
    lifecycle.spawn("connection tests", async move {
        tests.work(of_tests, serves, ending).await;
        Ok::<_, BoxError>(())
    });
    let alone = Alone::new(config.lanes.alone, runner.run_limit);
    let jobs = Arc::new(Jobs::new(runner, alone, broker.publisher(), signers));
    spawn_lanes(&config, &jobs, &broker, &reconcile_serves, &lifecycle);
    Ok(())
}

fn spawn_lanes(
    config: &Config,
    jobs: &Arc<Jobs>,
    broker: &Broker,
    reconcile_serves: &watch::Receiver<bool>,
    lifecycle: &Lifecycle,
) {
    let lanes = [
        (Lane::Interactive, config.lanes.interactive, "interactive lane"),
        (Lane::Scheduled, config.lanes.scheduled, "scheduled lane"),
        (Lane::Slow, config.lanes.slow, "slow lane"),
    ];
    let beside = Beside::new(config.lanes.waiting, config.lanes.long);
    for (lane, slots, name) in lanes.into_iter().filter(|(_, slots, _)| *slots > 0) {
        let slots = Slots::new(lane, slots, &beside);
        let work = LaneWork::new(Arc::clone(jobs), broker, lane, slots);
        let (serves, ending) = (reconcile_serves.clone(), lifecycle.soft().clone());
        lifecycle.spawn(name, async move {
            work.work(serves, ending).await;
            Ok::<_, BoxError>(())
        });
    }
}
