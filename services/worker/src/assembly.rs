//! Makes the parts of a worker that do runs, from its configuration.

use std::{sync::Arc, time::Duration};

use rollcall_chassis::{BoxError, credential::OpeningKeys, grpc};
use uuid::Uuid;

use crate::{
    config::Config,
    credentials::Credentials,
    metrics::Metrics,
    reconcile::Reconcile,
    run::Runner,
    source::{
        Sources,
        ldap::{Reader, tls::SystemRoots},
    },
};

/// Parts for the one run of a process of its own.
pub(crate) fn runner_alone(config: &Config) -> Result<Runner, BoxError> {
    let credentials = Credentials::new(OpeningKeys::read(&config.credentials.key_files)?);
    let reconcile = Reconcile::new(grpc::connect(&config.reconcile)?);
    let runner = runner(config, reconcile, Arc::new(credentials));
    Ok(Runner {
        alone: true,
        ..runner
    })
}

/// Does runs as one of many in this process.
pub(crate) fn runner(config: &Config, reconcile: Reconcile, credentials: Arc<Credentials>) -> Runner {
    let memory = Arc::new(config.memory());
    Runner {
        reconcile,
        credentials,
        sources: Sources {
            ldap: Arc::new(Reader {
                networks: config.network.policy(),
                limits: config.read_limits(),
                memory: Arc::clone(&memory),
                allow_plaintext: config.directory.allow_plaintext,
                permitted_attributes: config.directory.address_attributes.clone(),
                system_roots: SystemRoots::load(),
            }),
        },
        most_entries: config.limits.entries,
        worker_id: Uuid::now_v7().to_string(),
        alone: false,
        buffer_bytes: config.limits.hold_bytes,
        memory,
        run_limit: Duration::from_secs(config.limits.run_seconds),
        pace: config.pace(),
        metrics: Metrics::default(),
    }
}
