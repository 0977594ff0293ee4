//! The sections that services share.

mod assertions;
mod client;
mod roles;
mod server;

use std::{num::NonZeroU32, path::PathBuf};

use serde::Deserialize;

use super::{Problems, Secret};

pub use assertions::AssertionsConfig;
pub use client::ClientConfig;
pub use roles::{Grant, RolesConfig, TenantPattern};
pub use server::ServerConfig;

/// `[database]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatabaseConfig {
    /// `postgres://role:password@host/database`.
    pub url: Secret,
    /// Most connections of the service.
    #[serde(default = "default_max_connections")]
    pub max_connections: NonZeroU32,
    /// Time that a statement waits for a row or a table that another transaction has locked.
    #[serde(default = "default_lock_seconds")]
    pub lock_seconds: NonZeroU32,
    /// Time that a statement of a call may take.
    #[serde(default = "default_statement_seconds")]
    pub statement_seconds: NonZeroU32,
    /// Time that a transaction of a call may be idle.
    #[serde(default = "default_statement_seconds")]
    pub idle_transaction_seconds: NonZeroU32,
}

fn default_max_connections() -> NonZeroU32 {
    NonZeroU32::new(10).unwrap_or(NonZeroU32::MIN)
}

fn default_lock_seconds() -> NonZeroU32 {
    NonZeroU32::new(10).unwrap_or(NonZeroU32::MIN)
}

fn default_statement_seconds() -> NonZeroU32 {
    NonZeroU32::new(60).unwrap_or(NonZeroU32::MIN)
}

/// `[amqp]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AmqpConfig {
    /// `amqp://user:password@host:5672/vhost`, or `amqps://…`.
    pub url: Secret,
    /// The authority of the broker's certificate, PEM; without one, the system's.
    pub ca_file: Option<PathBuf>,
}

/// `[telemetry]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TelemetryConfig {
    /// Format of a line of the log.
    pub log_format: LogFormat,
    /// Lines to log, for example `info,rollcall_worker=debug`.
    pub log_filter: String,
    /// The collector of traces and metrics, as in `http://127.0.0.1:4317`; none: neither is sent.
    pub otlp_endpoint: Option<String>,
}

impl Default for TelemetryConfig {
    fn default() -> Self {
        Self {
            log_format: LogFormat::Text,
            log_filter: "info".to_owned(),
            otlp_endpoint: None,
        }
    }
}

impl TelemetryConfig {
    pub(super) fn validate(&self, problems: &mut Problems) {
        if let Err(error) = tracing_subscriber::EnvFilter::try_new(&self.log_filter) {
            problems.push("telemetry.log_filter", error);
        }
    }
}

/// Formats of a line of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// `[lifecycle]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LifecycleConfig {
    /// Time that work in progress may take after the first signal.
    pub drain_seconds: u64,
}

impl Default for LifecycleConfig {
    fn default() -> Self {
        Self { drain_seconds: 30 }
    }
}
