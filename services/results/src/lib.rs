//! Answers what runs decided and did, and what the portal holds.
//!
//! The service owns no data: it reads the views that their owners publish in the schema `results`, and nothing else,
//! so it is ready once they exist. It writes only the records of exports and of refused calls. A run is its request joined with its outcome; rows and accounts are read as they
//! stand. Lists that grow with a tenant are answered in pages by key or as a stream with bounded memory.
//!
//! Invariant: each query names its tenant, and another tenant's run is as unknown as one that never was.

mod api;
mod config;
mod explain;
mod export;
mod fleet;
mod page;
mod run_key;
mod store;
mod watch;

use rollcall_chassis::{
    BoxError, Lifecycle,
    amqp::Broker,
    audit::Refusals,
    grpc::{Server, Shares},
    pg::Database,
    readiness::Readiness,
};
use rollcall_proto::{
    limits::results_service::MAX_REQUEST_BYTES, v1::results_service_server::ResultsServiceServer,
};

use api::Api;
use export::Exports;
use store::Store;
use watch::Changes;

pub use config::{Config, WatchConfig};

/// Sets the service up, and returns once it listens.
pub async fn start(config: Config, lifecycle: Lifecycle) -> Result<(), BoxError> {
    let database = Database::reach(&config.database, "rollcall-results").await?;
    let store = Store::new(database.calls());
    let changes = Changes::default();
    let broker = Broker::start(&config.amqp, "rollcall-results", &lifecycle)?;
    let connections = config.database.max_connections.get() as usize;
    let api = Api {
        store: store.clone(),
        exports: Exports::new(store.clone(), connections),
        // Of the connections that exports leave, one caller leaves some to the others.
        reads: Shares::new(connections, connections * 3 / 8),
        changes: changes.clone(),
        limits: config.watch.limits(),
        ended: lifecycle.soft().clone(),
    };
    let serving = Server::new(&config.server)?
        .for_callers(&config.roles, &config.assertions)?
        .add_service(ResultsServiceServer::new(api).max_decoding_message_size(MAX_REQUEST_BYTES))
        .record_refusals(Refusals::start(&database, &lifecycle))
        .start(&lifecycle)
        .await?;
    let ended = lifecycle.soft().clone();
    lifecycle.spawn(
        "events",
        watch::hear(broker.events(watch::PREFETCH), changes, ended),
    );
    let mut readiness = Readiness::default();
    readiness.check_database(&database);
    readiness.check_broker(&broker);
    readiness.check_views(move || {
        let store = store.clone();
        async move { store.is_published().await }
    });
    readiness.start([serving], &lifecycle);
    Ok(())
}
