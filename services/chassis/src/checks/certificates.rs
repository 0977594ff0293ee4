//! Certificates and keys of a section: each file for itself, then together, then their dates.

use std::path::Path;

use jiff::Timestamp;
use rollcall_client::{EndpointError, is_secured};
use rollcall_tls::{CertificateError, InUse, ServerFiles};

use crate::{
    clock,
    config::{ClientConfig, Problem},
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
    let given = [
        ("cert_file", &config.cert_file),
        ("key_file", &config.key_file),
        ("ca_file", &config.ca_file),
    ];
    let keys = Keys {
        section,
        files: given
            .into_iter()
            .filter_map(|(key, file)| Some((key, file.as_deref()?)))
            .collect(),
    };
    match config.certificates().files() {
        Ok(files) => keys.problems(files.examine(), clock::now()),
        Err(EndpointError::NoCa) => {
            vec![keys.problem("ca_file", "missing: https needs the server's authority")]
        }
        Err(error) => vec![keys.problem("cert_file", error)],
    }
}

/// The keys of a section with the files that they name.
struct Keys<'a> {
    section: &'a str,
    files: Vec<(&'static str, &'a Path)>,
}

impl Keys<'_> {
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
                .filter_map(|used| Some(self.problem(self.key_of(&used.file), out_of_date(used, now)?)))
                .collect(),
            Err(errors) => errors
                .iter()
                .map(|error| self.problem(self.key_of(error.path()), chain(error)))
                .collect(),
        }
    }

    fn key_of(&self, path: &Path) -> &'static str {
        let named = self.files.iter().find(|(_, file)| *file == path);
        named.map_or("tls_cert_file", |(key, _)| key)
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
