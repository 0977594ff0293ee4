//! The steps of a connection test.

use rollcall_proto::v1::{self, test_step::Findings};
use serde::Serialize;

use super::{FailureView, LeftOutView, given, name, time};

/// One step that is over; of the findings at most one is there.
#[derive(Debug, Default, Serialize)]
pub struct StepView {
    pub kind: Option<&'static str>,
    pub state: Option<&'static str>,
    pub message: String,
    pub advice: Option<String>,
    pub failure: Option<FailureView>,
    /// In seconds.
    pub duration: Option<f64>,
    pub resolve: Option<ResolveView>,
    pub connect: Option<ConnectView>,
    pub tls: Option<TlsView>,
    pub identity: Option<IdentityView>,
    pub server: Option<ServerView>,
    pub base: Option<BaseView>,
    pub count: Option<CountView>,
    pub examples: Option<ExamplesView>,
    pub left_out: Option<LeftOutView>,
}

/// Findings of RESOLVE.
#[derive(Debug, Serialize)]
pub struct ResolveView {
    pub host: String,
    pub addresses: Vec<String>,
}

/// Findings of CONNECT.
#[derive(Debug, Serialize)]
pub struct ConnectView {
    pub address: String,
    pub port: i32,
}

/// Findings of TLS.
#[derive(Debug, Serialize)]
pub struct TlsView {
    pub version: Option<String>,
    pub cipher_suite: Option<String>,
    pub chain: Vec<CertificateView>,
}

/// Summary of a certificate.
#[derive(Debug, Serialize)]
pub struct CertificateView {
    pub subject: String,
    pub issuer: String,
    pub names: Vec<String>,
    pub not_before: Option<String>,
    pub not_after: Option<String>,
}

/// Findings of IDENTITY.
#[derive(Debug, Serialize)]
pub struct IdentityView {
    pub authorization_id: String,
}

/// Findings of SERVER.
#[derive(Debug, Serialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a feature that a server has or has not"
)]
pub struct ServerView {
    pub server_type: Option<&'static str>,
    pub description: Option<String>,
    pub paging: bool,
    pub dirsync: bool,
    pub dirsync_allowed: bool,
    pub ranges: bool,
    pub recipient_types: bool,
}

/// Findings of BASE.
#[derive(Debug, Serialize)]
pub struct BaseView {
    pub dn: String,
    pub is_default: bool,
}

/// Findings of COUNT.
#[derive(Debug, Serialize)]
pub struct CountView {
    pub objects: u64,
    pub more: bool,
}

/// Findings of EXAMPLES.
#[derive(Debug, Serialize)]
pub struct ExamplesView {
    pub objects: Vec<ExampleView>,
}

/// One object as it would be read.
#[derive(Debug, Serialize)]
pub struct ExampleView {
    pub dn: String,
    pub object_type: Option<&'static str>,
    pub addresses: Vec<String>,
    pub disabled: bool,
}

impl From<&v1::TestStep> for StepView {
    fn from(step: &v1::TestStep) -> Self {
        let mut view = Self {
            kind: name(step.kind()),
            state: name(step.state()),
            message: step.message.clone(),
            advice: given(&step.advice),
            failure: step.failure.as_ref().map(FailureView::from),
            duration: step.duration.as_ref().and_then(seconds),
            ..Self::default()
        };
        match &step.findings {
            None => {}
            Some(Findings::Resolve(found)) => view.resolve = Some(found.into()),
            Some(Findings::Connect(found)) => view.connect = Some(found.into()),
            Some(Findings::Tls(found)) => view.tls = Some(found.into()),
            Some(Findings::Identity(found)) => view.identity = Some(found.into()),
            Some(Findings::Server(found)) => view.server = Some(found.into()),
            Some(Findings::Base(found)) => view.base = Some(found.into()),
            Some(Findings::Count(found)) => view.count = Some(found.into()),
            Some(Findings::Examples(found)) => view.examples = Some(found.into()),
            Some(Findings::LeftOut(found)) => view.left_out = Some(found.into()),
        }
        view
    }
}

fn seconds(duration: &prost_types::Duration) -> Option<f64> {
    std::time::Duration::try_from(*duration)
        .ok()
        .map(|duration| duration.as_secs_f64())
}

impl From<&v1::ResolveFindings> for ResolveView {
    fn from(found: &v1::ResolveFindings) -> Self {
        Self {
            host: found.host.clone(),
            addresses: found.addresses.clone(),
        }
    }
}

impl From<&v1::ConnectFindings> for ConnectView {
    fn from(found: &v1::ConnectFindings) -> Self {
        Self {
            address: found.address.clone(),
            port: found.port,
        }
    }
}

impl From<&v1::TlsFindings> for TlsView {
    fn from(found: &v1::TlsFindings) -> Self {
        Self {
            version: given(&found.version),
            cipher_suite: given(&found.cipher_suite),
            chain: found.chain.iter().map(CertificateView::from).collect(),
        }
    }
}

impl From<&v1::CertificateSummary> for CertificateView {
    fn from(certificate: &v1::CertificateSummary) -> Self {
        Self {
            subject: certificate.subject.clone(),
            issuer: certificate.issuer.clone(),
            names: certificate.names.clone(),
            not_before: time(certificate.not_before.as_ref()),
            not_after: time(certificate.not_after.as_ref()),
        }
    }
}

impl From<&v1::IdentityFindings> for IdentityView {
    fn from(found: &v1::IdentityFindings) -> Self {
        Self {
            authorization_id: found.authorization_id.clone(),
        }
    }
}

impl From<&v1::ServerFindings> for ServerView {
    fn from(found: &v1::ServerFindings) -> Self {
        Self {
            server_type: name(found.server_type()),
            description: given(&found.description),
            paging: found.paging,
            dirsync: found.dirsync,
            dirsync_allowed: found.dirsync_allowed,
            ranges: found.ranges,
            recipient_types: found.recipient_types,
        }
    }
}

impl From<&v1::BaseFindings> for BaseView {
    fn from(found: &v1::BaseFindings) -> Self {
        Self {
            dn: found.dn.clone(),
            is_default: found.is_default,
        }
    }
}

impl From<&v1::CountFindings> for CountView {
    fn from(found: &v1::CountFindings) -> Self {
        Self {
            objects: found.objects,
            more: found.more,
        }
    }
}

impl From<&v1::ExamplesFindings> for ExamplesView {
    fn from(found: &v1::ExamplesFindings) -> Self {
        Self {
            objects: found.objects.iter().map(ExampleView::from).collect(),
        }
    }
}

impl From<&v1::ExampleObject> for ExampleView {
    fn from(object: &v1::ExampleObject) -> Self {
        Self {
            dn: object.dn.clone(),
            object_type: name(object.object_type()),
            addresses: object.addresses.clone(),
            disabled: object.disabled,
        }
    }
}
