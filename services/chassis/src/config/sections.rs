//! The sections that services share.

use std::{net::SocketAddr, num::NonZeroU32, path::PathBuf};

use serde::Deserialize;

use super::{Problems, Secret};

/// `[server]`: the address of the gRPC server, and its certificates.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServerConfig {
    /// The address and port; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The server's certificate chain, PEM.
    pub tls_cert_file: Option<PathBuf>,
    /// The certificate's key, PEM.
    pub tls_key_file: Option<PathBuf>,
    /// The authority whose clients may call, PEM.
    pub tls_client_ca_file: Option<PathBuf>,
    /// Most open connections.
    #[serde(default = "default_max_connections_open")]
    pub max_connections: u32,
    /// Most open connections from one address.
    #[serde(default = "default_per_address")]
    pub max_connections_per_address: u32,
    /// Most open unary calls.
    #[serde(default = "default_all")]
    pub max_calls: u32,
    /// Most open unary calls of one caller.
    #[serde(default = "default_per_caller")]
    pub max_calls_per_caller: u32,
    /// Most open streams.
    #[serde(default = "default_all")]
    pub max_streams: u32,
    /// Most open streams of one caller.
    #[serde(default = "default_per_caller")]
    pub max_streams_per_caller: u32,
    /// A connection that makes no call for this long after it was opened is closed.
    #[serde(default = "default_silence")]
    pub silence_seconds: u32,
    /// A connection is closed this long after its last call.
    #[serde(default = "default_idle")]
    pub idle_seconds: u32,
    /// An answer that the caller does not read for this long is cut off.
    #[serde(default = "default_stall")]
    pub stall_seconds: u32,
}

fn default_max_connections_open() -> u32 {
    2048
}

fn default_per_address() -> u32 {
    512
}

fn default_all() -> u32 {
    1024
}

fn default_per_caller() -> u32 {
    256
}

fn default_silence() -> u32 {
    15
}

fn default_idle() -> u32 {
    1800
}

fn default_stall() -> u32 {
    60
}

impl ServerConfig {
    /// A server on this address without TLS.
    pub fn plaintext(listen: SocketAddr) -> Self {
        Self {
            listen,
            tls_cert_file: None,
            tls_key_file: None,
            tls_client_ca_file: None,
            max_connections: default_max_connections_open(),
            max_connections_per_address: default_per_address(),
            max_calls: default_all(),
            max_calls_per_caller: default_per_caller(),
            max_streams: default_all(),
            max_streams_per_caller: default_per_caller(),
            silence_seconds: default_silence(),
            idle_seconds: default_idle(),
            stall_seconds: default_stall(),
        }
    }

    /// The three files of mutual TLS, if all are given.
    pub fn tls_files(&self) -> Option<[&PathBuf; 3]> {
        Some([
            self.tls_cert_file.as_ref()?,
            self.tls_key_file.as_ref()?,
            self.tls_client_ca_file.as_ref()?,
        ])
    }

    pub(super) fn validate(&self, problems: &mut Problems) {
        let files = [
            ("server.tls_cert_file", &self.tls_cert_file),
            ("server.tls_key_file", &self.tls_key_file),
            ("server.tls_client_ca_file", &self.tls_client_ca_file),
        ];
        let given = files.iter().filter(|(_, file)| file.is_some()).count();
        if given == 0 && !self.listen.ip().is_loopback() {
            problems.push(
                "server.listen",
                format_args!(
                    "{} is not a loopback address: the server would answer anybody who can reach it; \
                     set server.tls_cert_file, server.tls_key_file and server.tls_client_ca_file",
                    self.listen
                ),
            );
        }
        let bounds = [
            ("server.max_connections", self.max_connections),
            (
                "server.max_connections_per_address",
                self.max_connections_per_address,
            ),
            ("server.max_calls", self.max_calls),
            ("server.max_calls_per_caller", self.max_calls_per_caller),
            ("server.max_streams", self.max_streams),
            ("server.max_streams_per_caller", self.max_streams_per_caller),
            ("server.silence_seconds", self.silence_seconds),
            ("server.idle_seconds", self.idle_seconds),
            ("server.stall_seconds", self.stall_seconds),
        ];
        for (key, _) in bounds.iter().filter(|(_, bound)| *bound == 0) {
            problems.push(*key, "must be 1 or more");
        }
        if given > 0 {
            for (key, _) in files.iter().filter(|(_, file)| file.is_none()) {
                problems.push(
                    *key,
                    "missing: mutual TLS needs the certificate, its key and the clients' authority",
                );
            }
        }
    }
}

/// A section that names another service: where it is, and by which certificates it is called.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClientConfig {
    /// Such as `http://127.0.0.1:7103`, or `https://…` for mutual TLS.
    pub url: String,
    /// The authority of the server's certificate, PEM; without one, the system's.
    pub ca_file: Option<PathBuf>,
    /// The client's certificate chain, PEM.
    pub cert_file: Option<PathBuf>,
    /// The certificate's key, PEM.
    pub key_file: Option<PathBuf>,
}

impl ClientConfig {
    /// A client of this URL without certificates.
    pub fn plaintext(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            ca_file: None,
            cert_file: None,
            key_file: None,
        }
    }

    /// Reports problems of the section of this name.
    pub fn validate(&self, section: &str, problems: &mut Problems) {
        let tls = self.url.starts_with("https://");
        if !tls && !self.url.starts_with("http://") {
            problems.push(format!("{section}.url"), "must begin with http:// or https://");
        }
        if self.cert_file.is_some() != self.key_file.is_some() {
            let missing = if self.cert_file.is_some() {
                "key_file"
            } else {
                "cert_file"
            };
            problems.push(
                format!("{section}.{missing}"),
                "missing: a certificate and its key go together",
            );
        }
        if !tls && (self.ca_file.is_some() || self.cert_file.is_some()) {
            problems.push(
                format!("{section}.url"),
                "must begin with https:// to use certificates",
            );
        }
    }
}

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
