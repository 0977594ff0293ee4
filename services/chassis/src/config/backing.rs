//! The sections of the servers behind the services: the database and the broker.

use std::{num::NonZeroU32, path::PathBuf, str::FromStr as _};

use lapin::uri::{AMQPScheme, AMQPUri};
use rollcall_tls::{ClientFiles, IdentityFiles, Protocol, Trusted};
use serde::Deserialize;
use sqlx::postgres::{PgConnectOptions, PgSslMode};

use super::{Problems, Secret, plaintext};

/// `[database]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatabaseConfig {
    /// `postgres://role:password@host/database`. To another machine, `?sslmode=verify-full` belongs to it, or `ca_file`.
    pub url: Secret,
    /// The authority of the server's certificate, PEM. With it, the certificate and its name are always checked.
    pub ca_file: Option<PathBuf>,
    /// Connects to another machine although the server's certificate and its name are not checked.
    #[serde(default)]
    pub allow_plaintext: bool,
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

impl DatabaseConfig {
    /// Where and how to connect; `None` if the URL is none.
    pub fn options(&self) -> Option<PgConnectOptions> {
        let options = PgConnectOptions::from_str(self.url.expose()).ok()?;
        Some(match &self.ca_file {
            Some(file) => options.ssl_mode(PgSslMode::VerifyFull).ssl_root_cert(file),
            None => options,
        })
    }

    /// Reports a connection that anybody on its way could read or change.
    pub fn validate(&self, problems: &mut Problems) {
        let Some(options) = self.options() else {
            problems.push("database.url", "is not a PostgreSQL URL");
            return;
        };
        let checked = matches!(options.get_ssl_mode(), PgSslMode::VerifyFull);
        if checked || options.get_socket().is_some() {
            return;
        }
        // A URL may name the host among its options.
        let host = match options.get_host() {
            host if host.contains(':') => format!("postgres://[{host}]"),
            host => format!("postgres://{host}"),
        };
        plaintext::check("database", "url", &host, self.allow_plaintext, problems);
    }
}

/// `[amqp]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AmqpConfig {
    /// `amqps://user:password@host:5671/vhost`, or `amqp://…` within this machine.
    pub url: Secret,
    /// The authority of the broker's certificate, PEM, and the only one; without it, the system's.
    pub ca_file: Option<PathBuf>,
    /// The client's certificate chain, PEM.
    pub cert_file: Option<PathBuf>,
    /// The certificate's key, PEM.
    pub key_file: Option<PathBuf>,
    /// Connects to another machine in clear.
    #[serde(default)]
    pub allow_plaintext: bool,
}

impl AmqpConfig {
    /// A client of this URL, without files.
    pub fn new(url: Secret) -> Self {
        Self {
            url,
            ca_file: None,
            cert_file: None,
            key_file: None,
            allow_plaintext: false,
        }
    }

    /// The files of TLS; `None` without TLS.
    pub(crate) fn files(&self) -> Option<ClientFiles> {
        let uri = self.url.expose().parse::<AMQPUri>().ok()?;
        let identity = self.cert_file.clone().zip(self.key_file.clone());
        matches!(uri.scheme, AMQPScheme::AMQPS).then(|| ClientFiles {
            trusted: self.ca_file.clone().map_or(Trusted::System, Trusted::File),
            identity: identity.map(|(certificate, key)| IdentityFiles { certificate, key }),
            protocol: Protocol::Amqp,
        })
    }

    /// Reports a connection that anybody on its way could read or change, and files that go with none.
    pub fn validate(&self, problems: &mut Problems) {
        let names = ["cert_file", "key_file"];
        problems.check_identity("amqp", names, self.cert_file.as_deref(), self.key_file.as_deref());
        let url = self.url.expose();
        let Ok(uri) = url.parse::<AMQPUri>() else {
            problems.push("amqp.url", "is not an AMQP URL");
            return;
        };
        if matches!(uri.scheme, AMQPScheme::AMQPS) {
            return;
        }
        if self.ca_file.is_some() || self.cert_file.is_some() {
            problems.push("amqp.url", "must begin with amqps:// to use certificates");
        } else {
            plaintext::check("amqp", "url", url, self.allow_plaintext, problems);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{AmqpConfig, DatabaseConfig, Problems, Secret};
    use crate::config::Problem;

    fn database(url: &str, ca_file: Option<&str>) -> Vec<Problem> {
        let ca_file = ca_file.map_or_else(String::new, |file| format!("ca_file = \"{file}\""));
        let text = format!("url = \"{url}\"\n{ca_file}\n");
        let config: DatabaseConfig = toml::from_str(&text).expect("a section");
        let mut problems = Problems::default();
        config.validate(&mut problems);
        problems.0
    }

    fn broker(url: &str) -> Vec<Problem> {
        let mut problems = Problems::default();
        AmqpConfig::new(Secret::new(url)).validate(&mut problems);
        problems.0
    }

    #[test]
    fn a_database_on_another_machine_must_prove_its_name() {
        for url in [
            "postgres://u:p@127.0.0.1/d",
            "postgres://u:p@localhost/d?sslmode=disable",
            "postgres://u:p@db.example/d?sslmode=verify-full",
        ] {
            assert_eq!(database(url, None), [], "{url}");
        }
        for url in [
            "postgres://u:hunter2@db.example/d",
            "postgres://u:hunter2@db.example/d?sslmode=require",
            "postgres://u:hunter2@db.example/d?sslmode=verify-ca",
            "postgres://u:hunter2@localhost/d?host=db.example",
        ] {
            let problems = database(url, None);
            assert!(problems[0].message.contains("database.allow_plaintext"), "{url}");
            assert!(!format!("{problems:?}").contains("hunter2"));
            assert_eq!(
                database(url, Some("/ca.pem")),
                [],
                "a file of authorities makes it prove it"
            );
        }
    }

    #[test]
    fn a_broker_on_another_machine_is_spoken_to_by_tls() {
        for url in [
            "amqp://127.0.0.1",
            "amqps://u:p@mq.example/v",
            "amqp://u:p@[::1]:5672/v",
        ] {
            assert_eq!(broker(url), [], "{url}");
        }
        let problems = broker("amqp://u:hunter2@mq.example/v");
        assert!(
            problems[0].message.contains("amqp.allow_plaintext"),
            "{problems:?}"
        );
        assert!(!format!("{problems:?}").contains("hunter2"));
    }
}
