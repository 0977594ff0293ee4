//! Assembly of the service.

use std::sync::Arc;

use rollcall_chassis::{
    BoxError, Lifecycle,
    amqp::{Broker, Consumer},
    audit::Refusals,
    credential::SealingKey,
    grpc::{Server, Serving},
    pg::Database,
    readiness::Readiness,
    signing::SigningKey,
};
use rollcall_domain::time_zone;
use rollcall_proto::v1::sync_service_server::SyncServiceServer;
use tokio::sync::watch;

use crate::{
    config::{Config, ScheduleConfig, duration},
    connection_test::{self, ConnectionTests, Desk, Places},
    credentials::Credentials,
    due_tick::DueTick,
    fleet::FleetKeeper,
    metrics::Metrics,
    partitions,
    publisher::Publisher,
    requests::RequestDesk,
    service::Service,
    settings::SettingsKeeper,
    store::{SCHEMA, Store},
    sweeper::Sweeper,
    validation::Deployment,
    wakes::Wakes,
};

/// Resources that every part shares.
struct Shared {
    store: Store,
    /// On connections of its own: the publisher and the others never wait for calls to give one back.
    background: Store,
    wakes: Arc<Wakes>,
    metrics: Metrics,
    broker: Broker,
    lifecycle: Lifecycle,
    signing_key: Arc<SigningKey>,
}

/// Sets the service up and hands its parts to the process' life.
pub async fn start(config: Config, lifecycle: Lifecycle) -> Result<(), BoxError> {
    let sealing_key = SealingKey::read(&config.credentials.public_key_file)?;
    let signing_key = Arc::new(SigningKey::read(&config.signing.key_file)?);
    let database = Database::reach(&config.database, "rollcall-scheduler").await?;
    database.migrate(&SCHEMA).await?;
    let locks = config.limits.locks();
    let shared = Shared {
        store: Store::new(database.calls(), locks.clone()),
        background: Store::new(database.pool(config.background_sessions()), locks),
        wakes: Arc::default(),
        metrics: Metrics::default(),
        broker: Broker::start(&config.amqp, "rollcall-scheduler", &lifecycle)?,
        lifecycle,
        signing_key,
    };
    let (service, replies) = shared.service(&config, sealing_key)?;
    let desk = service.tests.desk.clone();
    let serving = Server::new(&config.server)?
        .for_callers(&config.roles, &config.assertions)?
        .add_service(SyncServiceServer::new(service))
        .record_refusals(Refusals::start(&database, &shared.lifecycle))
        .start(&shared.lifecycle)
        .await?;
    let mut views = shared.check(serving, &database);
    // The services start in any order; each publishes its views before it looks for another's.
    views.wait_for(|published| *published).await?;
    shared.spawn_loops(&config.schedule);
    shared.spawn_consumers(replies, desk);
    Ok(())
}

impl Shared {
    /// Keeps health true from here on. The answer shows if the views that reconcile publishes are there.
    fn check(&self, serving: Serving, database: &Database) -> watch::Receiver<bool> {
        let mut readiness = Readiness::default();
        readiness.check_database(database);
        readiness.check_broker(&self.broker);
        let store = self.store.clone();
        let views = readiness.check_views(move || {
            let store = store.clone();
            async move { store.is_ready().await }
        });
        readiness.start([serving], &self.lifecycle);
        views
    }

    /// The service, and what its connection tests are answered through.
    fn service(&self, config: &Config, sealing_key: SealingKey) -> Result<(Service, Consumer), BoxError> {
        let deployment = Arc::new(Deployment {
            default_time_zone: time_zone::parse(&config.schedule.default_time_zone)?,
            allow_plaintext: config.directory.allow_plaintext,
            permitted_attributes: config.directory.address_attributes.clone(),
            ports: config.network.ports.clone(),
        });
        let credentials = Arc::new(Credentials { sealing_key });
        let (replies, reply_to) = self.broker.replies(connection_test::PREFETCH);
        let service = Service {
            settings: SettingsKeeper {
                store: self.store.clone(),
                wakes: Arc::clone(&self.wakes),
                deployment: Arc::clone(&deployment),
                credentials: Arc::clone(&credentials),
            },
            requests: RequestDesk {
                store: self.store.clone(),
                wakes: Arc::clone(&self.wakes),
                metrics: self.metrics.clone(),
                limit: config.limits.manual_runs(),
            },
            tests: ConnectionTests {
                store: self.store.clone(),
                deployment,
                credentials,
                signing_key: Arc::clone(&self.signing_key),
                jobs: self.broker.publisher(),
                reply_to,
                desk: Desk::default(),
                places: Places::new(config.tests.most()),
                ended: self.lifecycle.soft().clone(),
            },
            fleet: FleetKeeper {
                store: self.store.clone(),
                wakes: Arc::clone(&self.wakes),
            },
        };
        Ok((service, replies))
    }

    fn spawn_loops(&self, config: &ScheduleConfig) {
        let publisher = Publisher {
            store: self.background.clone(),
            wakes: Arc::clone(&self.wakes),
            metrics: self.metrics.clone(),
            signing_key: Arc::clone(&self.signing_key),
            jobs: self.broker.publisher(),
            fallback: duration(config.publish_seconds),
        };
        let due_tick = DueTick {
            store: self.background.clone(),
            wakes: Arc::clone(&self.wakes),
            metrics: self.metrics.clone(),
            tick: duration(config.tick_seconds),
        };
        let sweeper = Sweeper {
            store: self.background.clone(),
            wakes: Arc::clone(&self.wakes),
            metrics: self.metrics.clone(),
            patience: config.patience(),
            interval: duration(config.sweep_seconds),
        };
        let stop = self.lifecycle.soft();
        let spawn = &self.lifecycle;
        spawn.spawn("publisher", endless(publisher.run(stop.clone())));
        spawn.spawn("due tick", endless(due_tick.run(stop.clone())));
        spawn.spawn("sweeper", endless(sweeper.run(stop.clone())));
        let months = partitions::keep(self.background.clone(), stop.clone());
        spawn.spawn("partitions", endless(months));
    }

    fn spawn_consumers(&self, replies: Consumer, desk: Desk) {
        let stop = self.lifecycle.soft();
        let reports = connection_test::hear(replies, desk, stop.clone());
        self.lifecycle.spawn("reports of connection tests", reports);
    }
}

/// A loop that mends its own failures.
async fn endless(task: impl Future<Output = ()>) -> Result<(), BoxError> {
    task.await;
    Ok(())
}
