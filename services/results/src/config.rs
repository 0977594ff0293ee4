//! The configuration of the service.

mod checks;

use std::time::Duration;

use rollcall_chassis::config::{
    AmqpConfig, AssertionsConfig, DatabaseConfig, LifecycleConfig, Problems, RolesConfig, ServerConfig,
    ServiceConfig, TelemetryConfig,
};
use serde::Deserialize;

use crate::watch::Limits;

/// Everything that can be configured.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Listeners of the service.
    pub server: ServerConfig,
    /// The callers' roles.
    #[serde(default)]
    pub roles: RolesConfig,
    /// Who signs on whose behalf calls are made.
    #[serde(default)]
    pub assertions: AssertionsConfig,
    /// Logs, traces and metrics.
    #[serde(default)]
    pub telemetry: TelemetryConfig,
    /// The end of the process.
    #[serde(default)]
    pub lifecycle: LifecycleConfig,
    /// The database, as the role that may read the views.
    pub database: DatabaseConfig,
    /// The broker that reports changes.
    pub amqp: AmqpConfig,
    /// Limits of watching runs.
    #[serde(default)]
    pub watch: WatchConfig,
}

/// `[watch]`: the limits of `WatchRun`.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WatchConfig {
    /// Interval at which a run is read without a report of a change, since such messages may be lost.
    pub reread_seconds: u64,
    /// Time that a stream may go on without a change.
    pub idle_seconds: u64,
    /// Time that a stream may go on at all.
    pub lifetime_seconds: u64,
}

impl Default for WatchConfig {
    fn default() -> Self {
        Self {
            reread_seconds: 5,
            idle_seconds: 600,
            lifetime_seconds: 3600,
        }
    }
}

impl WatchConfig {
    pub(crate) fn limits(self) -> Limits {
        Limits {
            reread: Duration::from_secs(self.reread_seconds),
            idle: Duration::from_secs(self.idle_seconds),
            lifetime: Duration::from_secs(self.lifetime_seconds),
        }
    }
}

impl ServiceConfig for Config {
    const KEYS: &'static [(&'static str, &'static str)] = &[
        (
            "watch.reread_seconds",
            "seconds between reads of a watched run without notice of a change [5]",
        ),
        (
            "watch.idle_seconds",
            "seconds that WatchRun continues without a change [600]",
        ),
        (
            "watch.lifetime_seconds",
            "seconds that WatchRun continues at most [3600]",
        ),
    ];

    fn server(&self) -> &ServerConfig {
        &self.server
    }

    fn roles(&self) -> &RolesConfig {
        &self.roles
    }

    fn assertions(&self) -> &AssertionsConfig {
        &self.assertions
    }

    fn telemetry(&self) -> &TelemetryConfig {
        &self.telemetry
    }

    fn lifecycle(&self) -> &LifecycleConfig {
        &self.lifecycle
    }

    fn validate(&self, problems: &mut Problems) {
        self.database.validate(problems);
        self.amqp.validate(problems);
        let seconds = [
            ("watch.reread_seconds", self.watch.reread_seconds),
            ("watch.idle_seconds", self.watch.idle_seconds),
            ("watch.lifetime_seconds", self.watch.lifetime_seconds),
        ];
        for (key, value) in seconds {
            if !(1..=86_400).contains(&value) {
                problems.push(key, "must be from 1 to 86400");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_explained() {
        assert_eq!(rollcall_chassis::config::undocumented::<Config>(), [""; 0]);
    }
}
