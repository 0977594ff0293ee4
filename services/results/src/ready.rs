//! Whether calls can be answered: the views exist, and the broker is there to tell of changes.

use std::time::Duration;

use rollcall_chassis::{BoxError, amqp::Broker, grpc::Serving};
use tokio_util::sync::CancellationToken;

use crate::store::Store;

/// How often is looked while something is missing.
const MISSING: Duration = Duration::from_millis(500);
/// How often is looked while nothing is.
const READY: Duration = Duration::from_secs(5);

/// Keeps health true to what is there, until the process drains.
pub(crate) async fn keep(
    store: Store,
    broker: Broker,
    serving: Serving,
    ended: CancellationToken,
) -> Result<(), BoxError> {
    let mut was_ready = None;
    loop {
        let missing = missing(&store, &broker).await;
        let ready = missing.is_none();
        if was_ready.replace(ready) != Some(ready) {
            match missing {
                None => tracing::info!("ready"),
                Some(what) => tracing::info!("not ready: {what}"),
            }
            serving.set_ready(ready).await;
        }
        let pause = tokio::time::sleep(if ready { READY } else { MISSING });
        if ended.run_until_cancelled(pause).await.is_none() {
            return Ok(());
        }
    }
}

async fn missing(store: &Store, broker: &Broker) -> Option<&'static str> {
    match store.is_published().await {
        Ok(true) if broker.is_connected() => None,
        Ok(true) => Some("there is no connection to the broker"),
        Ok(false) => Some("scheduler and reconcile have not published all views yet"),
        Err(error) => {
            tracing::debug!(%error, "looking for the views failed");
            Some("the database does not answer")
        }
    }
}
