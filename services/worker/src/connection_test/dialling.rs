//! Makes the connection of a test, as a read does, and reports each step.

use std::net::SocketAddr;

use jiff::Timestamp;
use rollcall_proto::v1::{ConnectFindings, ResolveFindings, TestStepKind, TlsFindings, test_step::Findings};

use super::{
    certificates,
    sentences::{self, Told},
    steps::{Over, Steps},
};
use crate::{
    directory::error::ReadError,
    directory::{
        connection::Connection,
        dial::Dialler,
        target::{Security, Server, Target},
    },
};

/// Makes the connection of a test.
pub(super) struct Dialling<'a> {
    /// Makes connections, for reads and tests alike.
    pub(super) dialler: Dialler<'a>,
    /// Target of the connection.
    pub(super) target: &'a Target,
    /// Certificates are judged as of now.
    pub(super) now: Timestamp,
}

impl Dialling<'_> {
    /// The first connection that stands, not yet bound.
    pub(super) async fn go(&self, steps: &mut Steps) -> Result<Connection, Over> {
        for (place, host) in self.target.hosts.iter().enumerate() {
            let is_last = place + 1 == self.target.hosts.len();
            match self.to_host(host, is_last, steps).await {
                Ok(connection) => return Ok(connection),
                Err(Over) if steps.is_unheard() || self.dialler.is_late() => break,
                // The failure was reported; another host may do better.
                Err(Over) => {}
            }
        }
        Err(Over)
    }

    async fn to_host(&self, host: &str, is_last: bool, steps: &mut Steps) -> Result<Connection, Over> {
        let addresses = self.resolve(host, is_last, steps).await?;
        for (place, address) in addresses.iter().enumerate() {
            match self.to_address(host, *address, steps).await? {
                Ok(connection) => return Ok(connection),
                Err(missed) if place + 1 < addresses.len() && !self.dialler.is_late() => {
                    let told = sentences::next_address(missed.told);
                    steps.warned(told, missed.findings).await?;
                }
                Err(missed) => {
                    let server = server(host, *address);
                    let told = self.in_all(missed.told, is_last && place + 1 == addresses.len());
                    return Err(steps
                        .failed(told, &missed.error.at(&server), missed.findings)
                        .await);
                }
            }
        }
        Err(Over)
    }

    /// Adds the reason why no further host is tried, if one is left and the time has ended.
    fn in_all(&self, told: Told, is_last: bool) -> Told {
        if is_last || !self.dialler.is_late() {
            return told;
        }
        sentences::out_of_reach(told, self.dialler.limits.reach)
    }

    /// The addresses that may be dialled: one at least.
    async fn resolve(&self, host: &str, is_last: bool, steps: &mut Steps) -> Result<Vec<SocketAddr>, Over> {
        steps.begin(TestStepKind::Resolve);
        let mut findings = ResolveFindings {
            host: host.to_owned(),
            ..ResolveFindings::default()
        };
        let mut found = match self.dialler.resolve(host, self.target.port).await {
            Ok(found) => found,
            Err(error) => {
                let told = self.in_all(sentences::unresolved(host, &error), is_last);
                return Err(steps.failed(told, &error, Findings::Resolve(findings)).await);
            }
        };
        findings.addresses = texts(&found);
        let message = sentences::addresses(host, &findings.addresses);
        let (allowed, refused) = found
            .drain(..)
            .partition::<Vec<_>, _>(|address| self.dialler.networks.allows(address.ip()));
        findings.refused_addresses = texts(&refused);
        let told = Told::of(&ReadError::AddressNotAllowed);
        if allowed.is_empty() {
            let error = ReadError::AddressNotAllowed.at(&format!("{host}:{}", self.target.port));
            let told = told.saying(format!("{message} Connections to this address are not allowed."));
            return Err(steps.failed(told, &error, Findings::Resolve(findings)).await);
        }
        if refused.is_empty() {
            steps.passed(message, Findings::Resolve(findings)).await?;
        } else {
            let told = told.saying(format!(
                "{message} Connections to {} are not allowed.",
                sentences::list(&findings.refused_addresses)
            ));
            steps.warned(told, Findings::Resolve(findings)).await?;
        }
        Ok(allowed)
    }

    /// Connects to one address, and protects the connection. A failure is not yet reported.
    async fn to_address(
        &self,
        host: &str,
        address: SocketAddr,
        steps: &mut Steps,
    ) -> Result<Result<Connection, Missed>, Over> {
        steps.begin(TestStepKind::Connect);
        let findings = Findings::Connect(ConnectFindings {
            address: address.ip().to_string(),
            port: address.port().into(),
        });
        let stream = match self.dialler.connect(address).await {
            Ok(stream) => stream,
            Err(error) => {
                return Ok(Err(Missed {
                    told: sentences::unconnected(address, &error),
                    error,
                    findings: Some(findings),
                }));
            }
        };
        let message = format!("{} accepts connections on port {}.", address.ip(), address.port());
        steps.passed(message, findings).await?;
        let encrypted = self.target.security != Security::Plaintext;
        if encrypted {
            steps.begin(TestStepKind::Tls);
        }
        let protected = self
            .dialler
            .protect(self.target.security, stream, server(host, address))
            .await;
        match protected {
            Ok(connection) => {
                if encrypted {
                    self.tell_trusted(host, steps).await?;
                }
                Ok(Ok(connection))
            }
            Err(error) => Ok(Err(self.unprotected(host, error))),
        }
    }

    async fn tell_trusted(&self, host: &str, steps: &mut Steps) -> Result<(), Over> {
        let findings = certificates::findings(&self.dialler.trust.last_handshake());
        let told = certificates::trusted(host, &findings, self.now);
        let findings = Findings::Tls(findings);
        if told.advice.is_empty() {
            steps.passed(told.message, findings).await
        } else {
            steps.warned(told, findings).await
        }
    }

    fn unprotected(&self, host: &str, error: ReadError) -> Missed {
        let handshake = self.dialler.trust.last_handshake();
        let findings = certificates::findings(&handshake);
        let told = if matches!(error, ReadError::Untrusted(_)) {
            let own_authorities = !self.target.ca_certificates_pem.trim().is_empty();
            certificates::untrusted(host, &handshake, &findings, own_authorities, &error)
        } else {
            sentences::unprotected(&error)
        };
        let findings = Some(findings).filter(|findings| *findings != TlsFindings::default());
        Missed {
            told,
            error,
            findings: findings.map(Findings::Tls),
        }
    }
}

/// Reason why an address failed.
struct Missed {
    told: Told,
    error: ReadError,
    findings: Option<Findings>,
}

fn server(host: &str, address: SocketAddr) -> Server {
    Server {
        host: host.to_owned(),
        address,
    }
}

fn texts(addresses: &[SocketAddr]) -> Vec<String> {
    addresses.iter().map(|address| address.ip().to_string()).collect()
}
