//! `[server]`, and the section of every further listener.

use std::{net::SocketAddr, path::PathBuf};

use rollcall_tls::{IdentityFiles, ServerFiles};
use serde::Deserialize;

use crate::config::Problems;

/// A listener of gRPC: its address, its certificates and its bounds.
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
    /// True if a server on the loopback may answer without TLS, where callers cannot be distinguished.
    #[serde(default)]
    pub insecure_loopback: bool,
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
    /// Unary calls that one caller may make in a second; it may save up those of 10 seconds.
    #[serde(default = "default_rate")]
    pub max_calls_per_second_per_caller: u32,
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

fn default_rate() -> u32 {
    200
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
    /// A server on this address of the loopback that answers without TLS.
    pub fn plaintext(listen: SocketAddr) -> Self {
        Self {
            listen,
            tls_cert_file: None,
            tls_key_file: None,
            tls_client_ca_file: None,
            insecure_loopback: true,
            max_connections: default_max_connections_open(),
            max_connections_per_address: default_per_address(),
            max_calls: default_all(),
            max_calls_per_caller: default_per_caller(),
            max_calls_per_second_per_caller: default_rate(),
            max_streams: default_all(),
            max_streams_per_caller: default_per_caller(),
            silence_seconds: default_silence(),
            idle_seconds: default_idle(),
            stall_seconds: default_stall(),
        }
    }

    /// The files of mutual TLS, if all are given.
    pub fn tls_files(&self) -> Option<ServerFiles> {
        Some(ServerFiles {
            identity: IdentityFiles {
                certificate: self.tls_cert_file.clone()?,
                key: self.tls_key_file.clone()?,
            },
            client_ca: self.tls_client_ca_file.clone()?,
        })
    }

    /// Reports problems of the section of this name.
    pub(in crate::config) fn validate(&self, section: &str, problems: &mut Problems) {
        self.validate_tls(section, problems);
        let bounds = [
            ("max_connections", self.max_connections),
            ("max_connections_per_address", self.max_connections_per_address),
            ("max_calls", self.max_calls),
            ("max_calls_per_caller", self.max_calls_per_caller),
            (
                "max_calls_per_second_per_caller",
                self.max_calls_per_second_per_caller,
            ),
            ("max_streams", self.max_streams),
            ("max_streams_per_caller", self.max_streams_per_caller),
            ("silence_seconds", self.silence_seconds),
            ("idle_seconds", self.idle_seconds),
            ("stall_seconds", self.stall_seconds),
        ];
        for (key, _) in bounds.iter().filter(|(_, bound)| *bound == 0) {
            problems.push(format!("{section}.{key}"), "must be 1 or more");
        }
    }

    fn validate_tls(&self, section: &str, problems: &mut Problems) {
        let files = [
            ("tls_cert_file", &self.tls_cert_file),
            ("tls_key_file", &self.tls_key_file),
            ("tls_client_ca_file", &self.tls_client_ca_file),
        ];
        if files.iter().any(|(_, file)| file.is_some()) {
            for (key, _) in files.iter().filter(|(_, file)| file.is_none()) {
                problems.push(
                    format!("{section}.{key}"),
                    "missing: mutual TLS needs the certificate, its key and the clients' authority",
                );
            }
        } else if !self.listen.ip().is_loopback() {
            problems.push(
                format!("{section}.listen"),
                format_args!(
                    "{} is not a loopback address: the server would answer anybody who can reach it; set \
                     {section}.tls_cert_file, {section}.tls_key_file and {section}.tls_client_ca_file",
                    self.listen
                ),
            );
        } else if !self.insecure_loopback {
            problems.push(
                format!("{section}.tls_cert_file"),
                format_args!(
                    "missing: without TLS, the server would answer every process of this machine; set \
                     {section}.tls_cert_file, {section}.tls_key_file and {section}.tls_client_ca_file, or \
                     {section}.insecure_loopback = true"
                ),
            );
        }
    }
}
