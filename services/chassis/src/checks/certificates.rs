//! Certificates and keys of a section: each file for itself, then together, then their dates.

use std::path::Path;

use jiff::Timestamp;
use rollcall_client::{Certificates, EndpointError, is_secured};
use rollcall_tls::{CertificateError, ClientFiles, InUse, Protocol, ServerFiles, Trusted};

use crate::{
    clock,
    config::{AmqpConfig, ClientConfig, DatabaseConfig, Problem, TelemetryConfig},
    lifecycle::chain,
};

/// The problems of a listener's files.
pub(super) fn of_listener(section: &str, files: &ServerFiles) -> Vec<Problem> {
    let keys = Keys {
        section,
        files: vec![
            ("tls_cert_file", &files.identity.certificate),
            ("tls_key_file", &files.identity.key),
            ("tls_client_ca_file", &files.client_ca),
        ],
    };
    keys.problems(files.examine(), clock::now())
}

/// The problems of the files with which another service is called.
pub(super) fn of_client(section: &str, config: &ClientConfig) -> Vec<Problem> {
    if !is_secured(&config.url) {
        return Vec::new();
    }
    let keys = ["cert_file", "key_file", "ca_file"];
    of_certificates(section, keys, &config.certificates())
}

/// The problems of the files with which the collector is called.
pub(super) fn of_collector(config: &TelemetryConfig) -> Vec<Problem> {
    let keys = ["otlp_cert_file", "otlp_key_file", "otlp_ca_file"];
    of_certificates("telemetry", keys, &config.certificates())
}

/// `names` are the keys of the certificate, its key and the authority.
fn of_certificates(section: &str, names: [&'static str; 3], certificates: &Certificates) -> Vec<Problem> {
    let [certificate, _, ca] = names;
    let given = [
        &certificates.cert_file,
        &certificates.key_file,
        &certificates.ca_file,
    ];
    let keys = Keys::given(section, names, given.map(Option::as_deref));
    match certificates.files() {
        Ok(files) => keys.problems(files.examine(), clock::now()),
        Err(EndpointError::NoCa) => {
            vec![keys.problem(ca, "missing: https needs the server's authority")]
        }
        Err(error) => vec![keys.problem(certificate, error)],
    }
}

/// The problems of the broker's files.
pub(super) fn of_broker(config: &AmqpConfig) -> Vec<Problem> {
    let Some(files) = config.files() else {
        return Vec::new();
    };
    let given = [&config.cert_file, &config.key_file, &config.ca_file];
    let keys = Keys::given(
        "amqp",
        ["cert_file", "key_file", "ca_file"],
        given.map(Option::as_deref),
    );
    keys.problems(files.examine(), clock::now())
}

/// The problems of the database's authority.
pub(super) fn of_database(config: &DatabaseConfig) -> Vec<Problem> {
    let Some(file) = &config.ca_file else {
        return Vec::new();
    };
    let keys = Keys::given("database", ["ca_file"], [Some(file.as_path())]);
    let files = ClientFiles {
        trusted: Trusted::File(file.clone()),
        identity: None,
        protocol: Protocol::Postgres,
    };
    keys.problems(files.examine(), clock::now())
}

/// The keys of a section with the files that they name.
struct Keys<'a> {
    section: &'a str,
    files: Vec<(&'static str, &'a Path)>,
}

impl<'a> Keys<'a> {
    /// Those of the files that are given.
    fn given<const N: usize>(
        section: &'a str,
        names: [&'static str; N],
        files: [Option<&'a Path>; N],
    ) -> Self {
        let pairs = names.into_iter().zip(files);
        let files = pairs.filter_map(|(name, file)| Some((name, file?))).collect();
        Self { section, files }
    }

    fn problem(&self, key: &str, message: impl std::fmt::Display) -> Problem {
        Problem {
            key: format!("{}.{key}", self.section),
            message: message.to_string(),
        }
    }

    fn problems(&self, examined: Result<Vec<InUse>, Vec<CertificateError>>, now: Timestamp) -> Vec<Problem> {
        match examined {
            Ok(in_use) => in_use
                .iter()
                .filter_map(|used| Some(self.problem(self.key_of(Some(&used.file)), out_of_date(used, now)?)))
                .collect(),
            Err(errors) => errors
                .iter()
                .map(|error| self.problem(self.key_of(error.path()), chain(error)))
                .collect(),
        }
    }

    /// The key that names the file; a certificate that no file holds is this machine's.
    fn key_of(&self, path: Option<&Path>) -> &'static str {
        let named = self.files.iter().find(|(_, file)| Some(*file) == path);
        named.map_or("ca_file", |(key, _)| key)
    }
}

/// `None` for a certificate that is valid now.
fn out_of_date(used: &InUse, now: Timestamp) -> Option<String> {
    let file = used.file.display();
    if used.not_after <= now {
        Some(format!("a certificate in {file} expired at {}", used.not_after))
    } else if used.not_before > now {
        Some(format!(
            "a certificate in {file} is valid only from {}",
            used.not_before
        ))
    } else {
        None
    }
}
