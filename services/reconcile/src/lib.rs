//! Decides what a read means for a tenant and applies it to the portal's database.
//!
//! Owns the schemas `portal` (domains, accounts, addresses) and `reconcile` (leases, the history of claims, outcomes,
//! outbox). Workers begin and end runs here; the portal writes its domains here. Of the scheduler's data it reads the
//! views, of the directories nothing at all: it knows what workers submit.
//!
//! Invariants: whatever ends a run or changes a tenant's data holds the tenant's lock; a run that lost its lease writes
//! nothing; accounts, history, outbox and outcome are one transaction, or none of them.

mod account_binds;
mod bounds;
mod budget;
mod calls;
mod config;
mod decide;
mod error;
mod events;
mod hearing;
mod ids;
mod metrics;
mod progress;
mod reports;
mod resources;
mod runs;
mod store;
mod upkeep;
mod work;
mod write;

use std::sync::Arc;

use rollcall_chassis::{
    BoxError, Lifecycle, amqp::Broker, audit::Refusals, grpc::Server, pg::Database, readiness::Readiness,
};
use rollcall_proto::{
    internal::v1::reconcile_service_server::ReconcileServiceServer,
    v1::account_service_server::AccountServiceServer,
};
use tokio::sync::Notify;

use calls::{AccountCalls, RunCalls};
use events::Events;
use reports::Reports;
use resources::Resources;
use store::Store;
use upkeep::{partitions, relay::Relay, sweeper};

pub use config::Config;

/// A batch is at most 1 MiB by the contract; a little more is no reason to fail.
const LARGEST_MESSAGE: usize = 2 * 1024 * 1024;

const NAME: &str = "rollcall-reconcile";

/// Starts the service and runs it until shutdown.
pub async fn start(config: Config, lifecycle: Lifecycle) -> Result<(), BoxError> {
    let database = Database::reach(&config.database, NAME).await?;
    database.migrate(&store::SCHEMA).await?;
    let store = Store::open(&database, &config.pools);
    store::period::put(&store.runs, &config.bounds().periods).await?;
    let broker = Broker::start(&config.amqp, NAME, &lifecycle)?;
    let outbox = Arc::new(Notify::new());
    let relay = Relay {
        gate: store.runs.clone(),
        outbox: Arc::clone(&outbox),
        tick: config.relay.tick(),
        batch: config.relay.batch.into(),
        patience: config.relay.patience(),
    };
    relay.start(&broker, &lifecycle);
    let events = Events::start(&broker, &lifecycle);
    let refusals = Refusals::start(&database, &lifecycle);
    let mut readiness = Readiness::default();
    let database = readiness.check_database(&database);
    readiness.check_broker(&broker);
    let resources = Arc::new(Resources::new(
        store,
        config.bounds(),
        &config.limits,
        Reports::new(events, outbox),
        lifecycle.clone(),
    ));
    sweeper::start(Arc::clone(&resources), config.leases.sweep(), &lifecycle);
    partitions::start(Arc::clone(&resources), &lifecycle);
    let runs = RunCalls {
        resources: Arc::clone(&resources),
        database,
    };
    let portal = Server::new(&config.server)?
        .for_callers(&config.roles, &config.assertions)?
        .add_service(AccountServiceServer::new(AccountCalls { resources }))
        .record_refusals(refusals.clone())
        .start(&lifecycle)
        .await?;
    let workers = Server::new(&config.workers)?
        .for_callers(&config.roles, &config.assertions)?
        .add_service(ReconcileServiceServer::new(runs).max_decoding_message_size(LARGEST_MESSAGE))
        .record_refusals(refusals)
        .start(&lifecycle)
        .await?;
    readiness.start([portal, workers], &lifecycle);
    Ok(())
}
