//! How the service is put together.

use std::{sync::Arc, time::Duration};

use rollcall_chassis::{BoxError, Lifecycle, amqp::Broker, credential::SealingKey, grpc::Server, pg};
use rollcall_domain::time_zone;
use rollcall_proto::v1::sync_service_server::SyncServiceServer;

use crate::{
    config::{Config, ScheduleConfig, duration},
    due_tick::DueTick,
    metrics::Metrics,
    publisher::Publisher,
    requests::RequestDesk,
    service::Service,
    settings::SettingsKeeper,
    store::{MIGRATIONS, Store},
    sweeper::Sweeper,
    validation::Deployment,
    wakes::Wakes,
};

/// Between two looks for what reconcile publishes, while this service waits for it at its start.
const READY_PAUSE: Duration = Duration::from_millis(250);

/// What every part shares.
struct Shared {
    store: Store,
    wakes: Arc<Wakes>,
    metrics: Metrics,
}

/// Sets the service up and hands its parts to the process' life.
pub async fn start(config: Config, lifecycle: Lifecycle) -> Result<(), BoxError> {
    let sealing_key = SealingKey::read(&config.credentials.public_key_file)?;
    let pool = pg::connect(&config.database, "rollcall-scheduler").await?;
    pg::migrate(&pool, &MIGRATIONS).await?;
    let shared = Shared {
        store: Store::new(pool),
        wakes: Arc::default(),
        metrics: Metrics::default(),
    };
    let service = shared.service(&config, sealing_key)?;
    let serving = Server::new(&config.server)?
        .add_service(SyncServiceServer::new(service))
        .start(&lifecycle)
        .await?;
    let broker = Broker::start(&config.amqp, "rollcall-scheduler", &lifecycle)?;
    wait_for_reconcile(&shared.store).await?;
    shared.spawn_loops(&config.schedule, &broker, &lifecycle);
    serving.set_ready(true).await;
    Ok(())
}

impl Shared {
    fn service(&self, config: &Config, sealing_key: SealingKey) -> Result<Service, BoxError> {
        let deployment = Deployment {
            default_time_zone: time_zone::parse(&config.schedule.default_time_zone)?,
            allow_plaintext: config.directory.allow_plaintext,
        };
        let settings = SettingsKeeper {
            store: self.store.clone(),
            wakes: Arc::clone(&self.wakes),
            deployment,
            sealing_key,
        };
        let requests = RequestDesk {
            store: self.store.clone(),
            wakes: Arc::clone(&self.wakes),
            metrics: self.metrics.clone(),
        };
        Ok(Service { settings, requests })
    }

    fn spawn_loops(self, config: &ScheduleConfig, broker: &Broker, lifecycle: &Lifecycle) {
        let Self {
            store,
            wakes,
            metrics,
        } = self;
        let publisher = Publisher {
            store: store.clone(),
            wakes: Arc::clone(&wakes),
            metrics: metrics.clone(),
            jobs: broker.publisher(),
            fallback: duration(config.publish_seconds),
        };
        let due_tick = DueTick {
            store: store.clone(),
            wakes: Arc::clone(&wakes),
            metrics: metrics.clone(),
            tick: duration(config.tick_seconds),
        };
        let sweeper = Sweeper {
            store,
            wakes,
            metrics,
            patience: config.patience(),
            interval: duration(config.sweep_seconds),
        };
        let stop = lifecycle.soft();
        lifecycle.spawn("publisher", endless(publisher.run(stop.clone())));
        lifecycle.spawn("due tick", endless(due_tick.run(stop.clone())));
        lifecycle.spawn("sweeper", endless(sweeper.run(stop.clone())));
    }
}

/// A loop that mends its own failures.
async fn endless(task: impl Future<Output = ()>) -> Result<(), BoxError> {
    task.await;
    Ok(())
}

/// The services start in any order; each publishes its views before it looks for another's.
async fn wait_for_reconcile(store: &Store) -> Result<(), BoxError> {
    if store.is_ready().await? {
        return Ok(());
    }
    tracing::info!("waiting for the views that reconcile publishes");
    while !store.is_ready().await? {
        tokio::time::sleep(READY_PAUSE).await;
    }
    Ok(())
}
