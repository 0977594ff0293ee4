//! Connections to the services, each made when it is first needed.

use std::{fs, path::Path, time::Duration};

use rollcall_proto::v1::{
    account_service_client::AccountServiceClient, results_service_client::ResultsServiceClient,
    sync_service_client::SyncServiceClient,
};
use tonic::{
    Status,
    transport::{Certificate, Channel, ClientTlsConfig, Endpoint, Identity},
};

use crate::{
    args::{Connection, Service},
    error::Error,
};

const CONNECT: Duration = Duration::from_secs(5);
/// Time in which a call must be answered; a stream may then continue. A connection test answers once a worker has taken
/// it, or after a minute without one.
const ANSWER: Duration = Duration::from_secs(75);
/// Time after which a dead peer is noticed on a silent stream.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// A page is 1,000 entries at most, but an account may have very many addresses.
const LARGEST_MESSAGE: usize = 64 << 20;

/// Knows where the services are and how to reach them.
pub(crate) struct Client {
    connection: Connection,
    tls: Option<ClientTlsConfig>,
}

impl Client {
    /// Reads the certificates, if any service is behind TLS; connects nowhere yet.
    pub(crate) fn new(connection: Connection) -> Result<Self, Error> {
        let secured = [Service::Scheduler, Service::Results, Service::Reconcile]
            .iter()
            .any(|service| connection.url(*service).starts_with("https:"));
        let tls = if secured { Some(tls(&connection)?) } else { None };
        Ok(Self { connection, tls })
    }

    /// A client of SyncService.
    pub(crate) async fn scheduler(&self) -> Result<SyncServiceClient<Channel>, Error> {
        let channel = self.connect(Service::Scheduler).await?;
        Ok(SyncServiceClient::new(channel).max_decoding_message_size(LARGEST_MESSAGE))
    }

    /// A client of ResultsService.
    pub(crate) async fn results(&self) -> Result<ResultsServiceClient<Channel>, Error> {
        let channel = self.connect(Service::Results).await?;
        Ok(ResultsServiceClient::new(channel).max_decoding_message_size(LARGEST_MESSAGE))
    }

    /// A client of AccountService.
    pub(crate) async fn reconcile(&self) -> Result<AccountServiceClient<Channel>, Error> {
        let channel = self.connect(Service::Reconcile).await?;
        Ok(AccountServiceClient::new(channel).max_decoding_message_size(LARGEST_MESSAGE))
    }

    /// Makes the error of a call to a service that failed.
    pub(crate) fn failed(&self, service: Service) -> impl Fn(Status) -> Error + use<> {
        let url = self.connection.url(service).to_owned();
        move |status| Error::of_call(service, &url, status)
    }

    async fn connect(&self, service: Service) -> Result<Channel, Error> {
        let url = self.connection.url(service);
        let endpoint = self.endpoint(service, url)?;
        endpoint
            .connect()
            .await
            .map_err(|source| Error::unreachable(service, url, source))
    }

    fn endpoint(&self, service: Service, url: &str) -> Result<Endpoint, Error> {
        let invalid = || Error::Url {
            service,
            url: url.to_owned(),
        };
        if !url.starts_with("http://") && !url.starts_with("https://") {
            return Err(invalid());
        }
        let endpoint = Endpoint::from_shared(url.to_owned())
            .map_err(|_| invalid())?
            .connect_timeout(CONNECT)
            .timeout(ANSWER)
            .http2_keep_alive_interval(KEEP_ALIVE)
            .keep_alive_timeout(KEEP_ALIVE);
        match &self.tls {
            Some(tls) if url.starts_with("https:") => endpoint
                .tls_config(tls.clone())
                .map_err(|source| Error::Tls { source }),
            _ => Ok(endpoint),
        }
    }
}

fn tls(connection: &Connection) -> Result<ClientTlsConfig, Error> {
    let ca = connection.ca_file.as_deref().ok_or(Error::NoCa)?;
    let tls = ClientTlsConfig::new().ca_certificate(Certificate::from_pem(read_pem("CA certificates", ca)?));
    match (
        connection.client_cert_file.as_deref(),
        connection.client_key_file.as_deref(),
    ) {
        (Some(cert), Some(key)) => {
            let (cert, key) = (
                read_pem("client certificate", cert)?,
                read_pem("client key", key)?,
            );
            Ok(tls.identity(Identity::from_pem(cert, key)))
        }
        (None, None) => Ok(tls),
        _ => Err(Error::HalfIdentity),
    }
}

fn read_pem(what: &'static str, path: &Path) -> Result<String, Error> {
    fs::read_to_string(path).map_err(|source| Error::Read {
        what,
        path: path.to_owned(),
        source,
    })
}
