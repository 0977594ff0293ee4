//! `--check-config`: opens once all that a configuration names, and reports everything that is wrong.

mod certificates;

use std::{path::PathBuf, pin::Pin, time::Duration};

use futures::future::join_all;
use rollcall_client::is_secured;

use crate::{
    BoxError,
    amqp::Broker,
    config::{
        AmqpConfig, AssertionsConfig, ClientConfig, ConfigError, DatabaseConfig, Problem, Problems,
        ServiceConfig, TelemetryConfig,
    },
    grpc::{self, Channel},
    lifecycle::chain,
    pg::Database,
    telemetry::collector::Collector,
};

/// Time of one check.
const LIMIT: Duration = Duration::from_secs(10);

/// A configuration that says what it names.
pub trait Checked: ServiceConfig {
    /// Adds a check for each URL, certificate and key, except those of the listeners, the issuer of assertions and the
    /// collector, which every service has.
    fn add_checks(&self, checks: &mut Checks);
}

type Check = Pin<Box<dyn Future<Output = Vec<Problem>> + Send>>;

/// Checks that run beside each other, each with a time limit.
pub struct Checks {
    name: &'static str,
    checks: Vec<Check>,
}

impl std::fmt::Debug for Checks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Checks")
            .field("checks", &self.checks.len())
            .finish_non_exhaustive()
    }
}

impl Checks {
    /// Every check of this configuration, for the service of this name.
    pub(crate) fn of<C: Checked>(name: &'static str, config: &C) -> Self {
        let mut new = Self {
            name,
            checks: Vec::new(),
        };
        for (section, listener) in C::LISTENERS.iter().zip(config.listeners()) {
            if let Some(files) = listener.tls_files() {
                let problems = certificates::of_listener(section, &files);
                new.checks.push(Box::pin(std::future::ready(problems)));
            }
        }
        new.add_issuer(config.assertions());
        new.add_collector(config.telemetry());
        config.add_checks(&mut new);
        new
    }

    /// Adds a check of what this key names.
    pub fn add<E>(
        &mut self,
        key: impl Into<String>,
        check: impl Future<Output = Result<(), E>> + Send + 'static,
    ) where
        E: Into<BoxError>,
    {
        let key = key.into();
        self.checks.push(Box::pin(async move {
            let message = match tokio::time::timeout(LIMIT, check).await {
                Ok(Ok(())) => return Vec::new(),
                Ok(Err(error)) => chain(error.into().as_ref()),
                Err(_) => format!("no answer within {} s", LIMIT.as_secs()),
            };
            vec![Problem { key, message }]
        }));
    }

    /// Adds the files of keys that this key names: each is read for itself, and all together if each is in order, because
    /// they may still not go together.
    pub fn add_key_files<E>(
        &mut self,
        key: &'static str,
        files: &[PathBuf],
        read: impl Fn(&[PathBuf]) -> Result<(), E> + Send + 'static,
    ) where
        E: Into<BoxError>,
    {
        let files = files.to_vec();
        self.checks.push(Box::pin(async move {
            let each = files.iter().map(std::slice::from_ref);
            let mut errors: Vec<_> = each.filter_map(|file| read(file).err()).collect();
            if errors.is_empty() {
                errors.extend(read(&files).err());
            }
            let problem = |error: E| Problem {
                key: key.to_owned(),
                message: chain(error.into().as_ref()),
            };
            errors.into_iter().map(problem).collect()
        }));
    }

    /// Adds the database: its authority, and that it accepts the role, which may use these schemas.
    pub fn add_database(&mut self, config: &DatabaseConfig, schemas: &'static [&'static str]) {
        if self.has(certificates::of_database(config)) {
            return;
        }
        let (config, name) = (config.clone(), self.name);
        self.add("database.url", async move {
            Database::check(&config, name, schemas).await
        });
    }

    /// Adds the broker: its certificates, and that it accepts the user.
    pub fn add_broker(&mut self, config: &AmqpConfig) {
        if self.has(certificates::of_broker(config)) {
            return;
        }
        let (config, name) = (config.clone(), self.name);
        self.add("amqp.url", async move { Broker::check(&config, name).await });
    }

    /// Adds a service that is called: its certificates, and its answer to `ask`.
    pub fn add_service<F, Fut, E>(&mut self, section: &'static str, config: &ClientConfig, ask: F)
    where
        F: FnOnce(Channel) -> Fut + Send + 'static,
        Fut: Future<Output = Result<(), E>> + Send,
        E: Into<BoxError>,
    {
        if self.has(certificates::of_client(section, config)) {
            return;
        }
        let config = config.clone();
        self.add(format!("{section}.url"), async move {
            let channel = grpc::connect(&config)?;
            ask(channel).await.map_err(Into::<BoxError>::into)
        });
    }

    /// Adds the key set of the issuer of assertions, if there is one.
    fn add_issuer(&mut self, config: &AssertionsConfig) {
        let config = config.clone();
        self.add("assertions.jwks_file", async move { grpc::check_issuer(&config) });
    }

    /// Adds the collector, if there is one: its certificates, and that it accepts connections.
    fn add_collector(&mut self, config: &TelemetryConfig) {
        if config.otlp_endpoint.as_deref().is_some_and(is_secured)
            && self.has(certificates::of_collector(config))
        {
            return;
        }
        let config = config.clone();
        self.add("telemetry.otlp_endpoint", async move {
            if let Some(collector) = Collector::of(&config)? {
                collector.check().await?;
            }
            Ok::<_, BoxError>(())
        });
    }

    /// True if there are these problems, which are reported. Without certificates there is no connection; what would
    /// follow from that is no news.
    fn has(&mut self, problems: Vec<Problem>) -> bool {
        let found = !problems.is_empty();
        if found {
            self.checks.push(Box::pin(std::future::ready(problems)));
        }
        found
    }

    /// Runs all checks, and reports every problem in the order of its key.
    pub(crate) async fn run(self) -> Result<(), ConfigError> {
        let mut found: Vec<_> = join_all(self.checks).await.into_iter().flatten().collect();
        found.sort_by(|one, other| one.key.cmp(&other.key));
        let mut problems = Problems::default();
        for Problem { key, message } in found {
            problems.push(key, message);
        }
        problems.into_result()
    }
}

#[cfg(test)]
mod tests;
