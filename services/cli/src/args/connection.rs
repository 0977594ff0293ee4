//! Addresses of the services and certificates to reach them.

use std::{path::PathBuf, time::Duration};

use clap::{Args, builder::RangedU64ValueParser};
use rollcall_client::{Certificates, Patience, Places, Service};

/// Addresses, and certificates for mutual TLS.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Connection")]
pub struct Connection {
    /// Address of scheduler: settings, run requests and connection tests.
    #[arg(
        long,
        global = true,
        env = "ROLLCALL_SCHEDULER_URL",
        hide_short_help = true,
        default_value = "http://127.0.0.1:7101"
    )]
    #[arg(value_name = "URL")]
    pub scheduler_url: String,
    /// Address of results: runs, rows, accounts and the fleet.
    #[arg(
        long,
        global = true,
        env = "ROLLCALL_RESULTS_URL",
        hide_short_help = true,
        default_value = "http://127.0.0.1:7104"
    )]
    #[arg(value_name = "URL")]
    pub results_url: String,
    /// Address of reconcile: domains, and manual changes of accounts.
    #[arg(
        long,
        global = true,
        env = "ROLLCALL_RECONCILE_URL",
        hide_short_help = true,
        default_value = "http://127.0.0.1:7103"
    )]
    #[arg(value_name = "URL")]
    pub reconcile_url: String,
    /// The CA that the services' certificates chain to (PEM); needed for https.
    #[arg(
        id = "tls_ca_file",
        long = "tls-ca-file",
        global = true,
        env = "ROLLCALL_CA_FILE",
        hide_short_help = true,
        value_name = "FILE"
    )]
    pub ca_file: Option<PathBuf>,
    /// The certificate that this command presents to the services (PEM).
    #[arg(
        long,
        global = true,
        hide_short_help = true,
        env = "ROLLCALL_CLIENT_CERT_FILE",
        value_name = "FILE"
    )]
    pub client_cert_file: Option<PathBuf>,
    /// The key of that certificate (PEM).
    #[arg(
        long,
        global = true,
        hide_short_help = true,
        env = "ROLLCALL_CLIENT_KEY_FILE",
        value_name = "FILE"
    )]
    pub client_key_file: Option<PathBuf>,
    /// The assertion that each call carries: a token that says for which tenant and person it is. It is read anew at
    /// each call.
    #[arg(
        long,
        global = true,
        hide_short_help = true,
        env = "ROLLCALL_ASSERTION_FILE",
        value_name = "FILE"
    )]
    pub assertion_file: Option<PathBuf>,
    /// Seconds in which a service must accept the connection, with TLS.
    #[arg(
        long,
        global = true,
        hide_short_help = true,
        env = "ROLLCALL_CONNECT_TIMEOUT",
        value_name = "SECONDS",
        default_value_t = Patience::DEFAULT.connect.as_secs(),
        value_parser = seconds()
    )]
    pub connect_timeout: u64,
    /// Seconds in which a service must answer, or go on with an answer that it has begun.
    #[arg(
        long,
        global = true,
        hide_short_help = true,
        env = "ROLLCALL_TIMEOUT",
        value_name = "SECONDS",
        default_value_t = Patience::DEFAULT.answer.as_secs(),
        value_parser = seconds()
    )]
    pub timeout: u64,
}

/// Never for ever: nobody waits longer than an hour for an answer.
fn seconds() -> RangedU64ValueParser {
    RangedU64ValueParser::new().range(1..=3600)
}

impl Connection {
    /// The addresses of the services.
    pub(crate) fn places(&self) -> Places {
        Places {
            scheduler: self.scheduler_url.clone(),
            results: self.results_url.clone(),
            reconcile: self.reconcile_url.clone(),
        }
    }

    /// How long is waited for them.
    pub(crate) fn patience(&self) -> Patience {
        Patience {
            connect: Duration::from_secs(self.connect_timeout),
            answer: Duration::from_secs(self.timeout),
        }
    }

    /// The certificates to reach them.
    pub(crate) fn certificates(&self) -> Certificates {
        Certificates {
            ca_file: self.ca_file.clone(),
            cert_file: self.client_cert_file.clone(),
            key_file: self.client_key_file.clone(),
        }
    }
}

/// The variable that says where a service is.
pub(crate) fn variable(service: Service) -> &'static str {
    match service {
        Service::Scheduler => "ROLLCALL_SCHEDULER_URL",
        Service::Results => "ROLLCALL_RESULTS_URL",
        Service::Reconcile => "ROLLCALL_RECONCILE_URL",
    }
}
