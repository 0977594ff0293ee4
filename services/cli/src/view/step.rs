//! The steps of a connection test.

use rollcall_proto::v1::{self, test_step::Findings};
use serde::Serialize;

use super::{FailureView, given, name, time};

/// One step that is over; of the findings at most one is there.
#[derive(Debug, Default, Serialize)]
pub(crate) struct StepView {
    pub(crate) kind: Option<&'static str>,
    pub(crate) state: Option<&'static str>,
    pub(crate) message: String,
    pub(crate) advice: Option<String>,
    pub(crate) failure: Option<FailureView>,
    /// In seconds.
    pub(crate) duration: Option<f64>,
    pub(crate) resolve: Option<ResolveView>,
    pub(crate) connect: Option<ConnectView>,
    pub(crate) tls: Option<TlsView>,
    pub(crate) identity: Option<IdentityView>,
    pub(crate) server: Option<ServerView>,
    pub(crate) base: Option<BaseView>,
    pub(crate) count: Option<CountView>,
    pub(crate) examples: Option<ExamplesView>,
}

/// Findings of RESOLVE.
#[derive(Debug, Serialize)]
pub(crate) struct ResolveView {
    pub(crate) host: String,
    pub(crate) addresses: Vec<String>,
    pub(crate) refused_addresses: Vec<String>,
}

/// Findings of CONNECT.
#[derive(Debug, Serialize)]
pub(crate) struct ConnectView {
    pub(crate) address: String,
    pub(crate) port: u32,
}

/// Findings of TLS.
#[derive(Debug, Serialize)]
pub(crate) struct TlsView {
    pub(crate) version: Option<String>,
    pub(crate) cipher_suite: Option<String>,
    pub(crate) chain: Vec<CertificateView>,
}

/// Summary of a certificate.
#[derive(Debug, Serialize)]
pub(crate) struct CertificateView {
    pub(crate) subject: String,
    pub(crate) issuer: String,
    pub(crate) names: Vec<String>,
    pub(crate) not_before: Option<String>,
    pub(crate) not_after: Option<String>,
}

/// Findings of IDENTITY.
#[derive(Debug, Serialize)]
pub(crate) struct IdentityView {
    pub(crate) authorization_id: String,
}

/// Findings of SERVER.
#[derive(Debug, Serialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a feature that a server has or has not"
)]
pub(crate) struct ServerView {
    pub(crate) server_type: Option<&'static str>,
    pub(crate) description: Option<String>,
    pub(crate) paging: bool,
    pub(crate) dirsync: bool,
    pub(crate) dirsync_allowed: bool,
    pub(crate) ranges: bool,
    pub(crate) recipient_types: bool,
}

/// Findings of BASE.
#[derive(Debug, Serialize)]
pub(crate) struct BaseView {
    pub(crate) dn: String,
    pub(crate) is_default: bool,
}

/// Findings of COUNT.
#[derive(Debug, Serialize)]
pub(crate) struct CountView {
    pub(crate) objects: u64,
    pub(crate) more: bool,
}

/// Findings of EXAMPLES.
#[derive(Debug, Serialize)]
pub(crate) struct ExamplesView {
    pub(crate) objects: Vec<ExampleView>,
}

/// One object as it would be read.
#[derive(Debug, Serialize)]
pub(crate) struct ExampleView {
    pub(crate) dn: String,
    pub(crate) object_type: Option<&'static str>,
    pub(crate) addresses: Vec<String>,
    pub(crate) disabled: bool,
}

impl From<&v1::TestStep> for StepView {
    fn from(step: &v1::TestStep) -> Self {
        let mut view = Self {
            kind: name(step.kind().as_str_name(), "TEST_STEP_KIND_"),
            state: name(step.state().as_str_name(), "TEST_STEP_STATE_"),
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
            refused_addresses: found.refused_addresses.clone(),
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
            server_type: name(found.server_type().as_str_name(), "SERVER_TYPE_"),
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
            object_type: name(object.object_type().as_str_name(), "OBJECT_TYPE_"),
            addresses: object.addresses.clone(),
            disabled: object.disabled,
        }
    }
}
