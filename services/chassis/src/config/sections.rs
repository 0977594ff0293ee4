//! The sections that services share.

mod assertions;
mod client;
mod roles;
mod server;

use std::path::PathBuf;

use rollcall_client::Certificates;
use serde::Deserialize;

use super::{Problems, plaintext};

pub use assertions::AssertionsConfig;
pub use client::ClientConfig;
pub use roles::{Grant, RolesConfig, TenantPattern};
pub use server::ServerConfig;

/// `[telemetry]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TelemetryConfig {
    /// Format of a line of the log.
    pub log_format: LogFormat,
    /// Lines to log, for example `info,rollcall_worker=debug`.
    pub log_filter: String,
    /// The collector of traces and metrics, as in `https://collector.example:4317`; none: neither is sent.
    pub otlp_endpoint: Option<String>,
    /// The authority of the collector's certificate, PEM; an `https` collector needs it.
    pub otlp_ca_file: Option<PathBuf>,
    /// The client's certificate chain for the collector, PEM.
    pub otlp_cert_file: Option<PathBuf>,
    /// The certificate's key, PEM.
    pub otlp_key_file: Option<PathBuf>,
    /// Sends to a collector on another machine in clear.
    pub allow_plaintext: bool,
}

impl Default for TelemetryConfig {
    fn default() -> Self {
        Self {
            log_format: LogFormat::Text,
            log_filter: "info".to_owned(),
            otlp_endpoint: None,
            otlp_ca_file: None,
            otlp_cert_file: None,
            otlp_key_file: None,
            allow_plaintext: false,
        }
    }
}

impl TelemetryConfig {
    pub(super) fn validate(&self, problems: &mut Problems) {
        if let Err(error) = tracing_subscriber::EnvFilter::try_new(&self.log_filter) {
            problems.push("telemetry.log_filter", error);
        }
        if let Some(endpoint) = &self.otlp_endpoint {
            self.validate_collector(endpoint, problems);
        }
        problems.check_identity(
            "telemetry",
            ["otlp_cert_file", "otlp_key_file"],
            self.otlp_cert_file.as_deref(),
            self.otlp_key_file.as_deref(),
        );
    }

    /// The files of TLS to the collector.
    pub(crate) fn certificates(&self) -> Certificates {
        Certificates {
            ca_file: self.otlp_ca_file.clone(),
            cert_file: self.otlp_cert_file.clone(),
            key_file: self.otlp_key_file.clone(),
        }
    }

    fn validate_collector(&self, endpoint: &str, problems: &mut Problems) {
        const KEY: &str = "telemetry.otlp_endpoint";
        if endpoint.starts_with("https://") {
            if self.otlp_ca_file.is_none() {
                problems.push(
                    "telemetry.otlp_ca_file",
                    "missing: it holds the authority of the collector's certificate",
                );
            }
        } else if !endpoint.starts_with("http://") {
            problems.push(KEY, "must begin with http:// or https://");
        } else if self.otlp_ca_file.is_some() || self.otlp_cert_file.is_some() {
            problems.push(KEY, "must begin with https:// to use certificates");
        } else {
            plaintext::check(
                "telemetry",
                "otlp_endpoint",
                endpoint,
                self.allow_plaintext,
                problems,
            );
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
