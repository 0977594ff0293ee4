//! Makes the connection of a test, as a read does, and reports each step.

use std::net::SocketAddr;

use jiff::Timestamp;
use rollcall_domain::sentences::connection_test::{StepText, reaching as sentences};
use rollcall_proto::v1::{ConnectFindings, ResolveFindings, TestStepKind, TlsFindings, test_step::Findings};

use super::{
    certificates,
    steps::{Over, Steps},
    texts,
};
use crate::source::{
    error::ReadError,
    ldap::{
        connection::Connection,
        dial::Dialler,
        error::DirectoryError,
        target::{Security, Server, Target},
        walk::{Next, Observer},
    },
};

/// The first connection that stands, not yet bound. Certificates are judged as of `now`.
pub(super) async fn dial(
    dialler: &Dialler<'_>,
    target: &Target,
    now: Timestamp,
    steps: &mut Steps,
) -> Result<Connection, Over> {
    let mut reporter = Reporter {
        dialler,
        target,
        now,
        steps,
        is_connected: false,
    };
    // Each failure was reported.
    dialler.walk(target, &mut reporter).await.map_err(|_| Over)
}

/// Reports the steps of a walk.
struct Reporter<'a> {
    dialler: &'a Dialler<'a>,
    target: &'a Target,
    now: Timestamp,
    steps: &'a mut Steps,
    /// The address that was dialled last accepted the connection.
    is_connected: bool,
}

impl Observer for Reporter<'_> {
    fn resolving(&mut self) {
        self.steps.begin(TestStepKind::Resolve);
    }

    async fn resolved(&mut self, host: &str, found: &[SocketAddr]) -> Result<(), DirectoryError> {
        let findings = ResolveFindings {
            host: host.to_owned(),
            addresses: found.iter().map(|address| address.ip().to_string()).collect(),
        };
        let message = sentences::addresses(host, &findings.addresses);
        let reported = self.steps.passed(message, Findings::Resolve(findings)).await;
        reported.map_err(unheard)
    }

    async fn unresolved(
        &mut self,
        host: &str,
        error: &DirectoryError,
        next: Next,
    ) -> Result<(), DirectoryError> {
        let findings = ResolveFindings {
            host: host.to_owned(),
            ..ResolveFindings::default()
        };
        let text = self.in_all(texts::unresolved(host, error), next);
        self.failed(text, error, Findings::Resolve(findings)).await
    }

    fn connecting(&mut self) {
        self.is_connected = false;
        self.steps.begin(TestStepKind::Connect);
    }

    async fn connected(&mut self, server: &Server) -> Result<(), DirectoryError> {
        self.is_connected = true;
        let address = server.address;
        self.steps
            .passed(sentences::connected(address), connect_findings(address))
            .await
            .map_err(unheard)?;
        if self.is_encrypted() {
            self.steps.begin(TestStepKind::Tls);
        }
        Ok(())
    }

    async fn protected(&mut self, connection: &mut Connection) -> Result<(), DirectoryError> {
        if !self.is_encrypted() {
            return Ok(());
        }
        let findings = certificates::findings(&self.dialler.trust.last_handshake());
        let text = certificates::trusted(&connection.server().host, &findings, self.now);
        let findings = Findings::Tls(findings);
        let reported = if text.advice.is_empty() {
            self.steps.passed(text.message, findings).await
        } else {
            self.steps.warned(text, findings).await
        };
        reported.map_err(unheard)
    }

    async fn missed(
        &mut self,
        server: &Server,
        error: &DirectoryError,
        next: Next,
    ) -> Result<(), DirectoryError> {
        let (text, findings) = if self.is_connected {
            self.unprotected(&server.host, error)
        } else {
            (
                texts::unconnected(server.address, error.cause()),
                Some(connect_findings(server.address)),
            )
        };
        if next == Next::Address {
            let text = sentences::next_address(text);
            return self.steps.warned(text, findings).await.map_err(unheard);
        }
        let text = self.in_all(text, next);
        self.failed(text, error, findings).await
    }
}

impl Reporter<'_> {
    fn is_encrypted(&self) -> bool {
        self.target.security != Security::Plaintext
    }

    /// Reports a failure after which another host may do better.
    async fn failed(
        &mut self,
        text: StepText,
        error: &DirectoryError,
        findings: impl Into<Option<Findings>>,
    ) -> Result<(), DirectoryError> {
        let over = self.steps.failed(text, error, findings).await;
        if self.steps.is_unheard() {
            return Err(unheard(over));
        }
        Ok(())
    }

    /// Adds the reason why nothing further is tried, if something is left and the time has ended.
    fn in_all(&self, text: StepText, next: Next) -> StepText {
        match next {
            Next::OutOfTime => sentences::out_of_reach(text, self.dialler.limits.reach),
            Next::Address | Next::Host => text,
        }
    }

    fn unprotected(&self, host: &str, error: &DirectoryError) -> (StepText, Option<Findings>) {
        let handshake = self.dialler.trust.last_handshake();
        let findings = certificates::findings(&handshake);
        let text = if matches!(error.cause(), DirectoryError::Untrusted(_)) {
            let own_authorities = !self.target.ca_certificates_pem.trim().is_empty();
            certificates::untrusted(host, &findings, own_authorities, error)
        } else {
            texts::unprotected(error.cause())
        };
        let findings = Some(findings).filter(|findings| *findings != TlsFindings::default());
        (text, findings.map(Findings::Tls))
    }
}

/// Ends the walk: no caller listens any longer.
fn unheard(_: Over) -> DirectoryError {
    ReadError::Stopped.into()
}

fn connect_findings(address: SocketAddr) -> Findings {
    Findings::Connect(ConnectFindings {
        address: address.ip().to_string(),
        port: address.port().into(),
    })
}
