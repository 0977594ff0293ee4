//! The ways to reach the services of a stack.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint, Identity};

use crate::certificates::Authority;
use crate::error::{Error, Result};
use crate::service::Kind;

/// The certificate that the portal's backend shows.
pub const PORTAL: &str = "portal.rollcall";

/// Addresses of a stack's services, its database and its broker.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Endpoints {
    /// The scheduler's gRPC.
    pub scheduler_url: String,
    /// The first worker's gRPC: health and reflection only.
    pub worker_url: String,
    /// Reconcile's gRPC for the portal.
    pub reconcile_url: String,
    /// Reconcile's gRPC for workers.
    pub workers_url: String,
    /// The results' gRPC.
    pub results_url: String,
    /// The stack's database, as its superuser.
    pub database_url: String,
    /// The stack's virtual host of the broker, as the bed's own user, who may do anything.
    pub amqp_url: String,
    /// The same as the portal's user, who may only take its events.
    pub portal_amqp_url: String,
    /// The authority of the broker's certificate, a PEM file.
    pub broker_ca_file: PathBuf,
    /// The folder of the certificates; `None` without mutual TLS.
    pub(crate) certificates: Option<PathBuf>,
}

impl Endpoints {
    /// The gRPC address of a service.
    pub fn url(&self, kind: Kind) -> &str {
        match kind {
            Kind::Scheduler => &self.scheduler_url,
            Kind::Worker => &self.worker_url,
            Kind::Reconcile => &self.reconcile_url,
            Kind::Results => &self.results_url,
        }
    }

    /// A connection as the portal's backend has one.
    pub async fn connect(&self, kind: Kind) -> Result<Channel> {
        self.connect_as(kind, PORTAL).await
    }

    /// A connection that shows the certificate of this name: [`PORTAL`] or a service's [`Kind::certificate_name`].
    pub async fn connect_as(&self, kind: Kind, certificate: &str) -> Result<Channel> {
        let door = Door {
            url: self.url(kind).to_owned(),
            certificates: self.certificates.clone(),
        };
        door.connect(certificate).await
    }

    /// A connection to reconcile's listener for workers that shows the certificate of this name.
    pub async fn connect_to_workers_listener(&self, certificate: &str) -> Result<Channel> {
        let door = Door {
            url: self.workers_url.clone(),
            certificates: self.certificates.clone(),
        };
        door.connect(certificate).await
    }

    /// The certificates of the stack; none without mutual TLS.
    pub fn certificates(&self) -> Option<Authority> {
        self.certificates.as_deref().map(Authority::open)
    }
}

/// One address and what is needed to pass through it.
#[derive(Debug, Clone)]
pub(crate) struct Door {
    pub url: String,
    pub certificates: Option<PathBuf>,
}

impl Door {
    pub(crate) async fn connect(&self, certificate: &str) -> Result<Channel> {
        let failed = |source| Error::Connect {
            url: self.url.clone(),
            source,
        };
        let mut endpoint = Endpoint::from_shared(self.url.clone()).map_err(failed)?;
        if let Some(folder) = &self.certificates {
            let authority = Authority::open(folder);
            let identity = authority.identity(certificate);
            let tls = ClientTlsConfig::new()
                .ca_certificate(Certificate::from_pem(authority.certificate_pem()?))
                .identity(Identity::from_pem(
                    identity.certificate_pem()?,
                    identity.key_pem()?,
                ));
            endpoint = endpoint.tls_config(tls).map_err(failed)?;
        }
        endpoint.connect().await.map_err(failed)
    }
}
