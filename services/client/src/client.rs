//! Connections to the services, each made when it is first needed.

use std::{error::Error as _, path::PathBuf, time::Duration};

use rollcall_proto::v1::{
    GetDomainsRequest, GetRunRequest, ValidateFilterRequest, account_service_client::AccountServiceClient,
    results_service_client::ResultsServiceClient, sync_service_client::SyncServiceClient,
};
use tokio::sync::OnceCell;
use tonic::{
    Code, Response, Status, Streaming, TimeoutExpired, service::interceptor::InterceptedService,
    transport::Channel,
};

use crate::{
    Asserting, Certificates, Error, Patience, Places, Route, Service, Tls, is_loopback, is_secured, route,
};

/// Time after which a dead peer is noticed on a silent stream.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// A page is 1,000 entries at most, but an account may have very many addresses.
const LARGEST_MESSAGE: usize = 64 << 20;

/// A connection whose calls carry the assertion.
pub type Calls = InterceptedService<Channel, Asserting>;

/// Knows where the services are and how to reach them. A connection that broke is made again by the next call.
#[derive(Debug)]
pub struct Client {
    places: Places,
    tls: Option<Tls>,
    patience: Patience,
    assertion: Option<PathBuf>,
    channels: [OnceCell<Channel>; Service::ALL.len()],
}

impl Client {
    /// Reads the certificates, if any service is behind TLS; connects nowhere yet.
    pub fn new(places: Places, certificates: &Certificates, patience: Patience) -> Result<Self, Error> {
        let secured = Service::ALL
            .iter()
            .any(|service| is_secured(places.url(*service)));
        let tls = secured
            .then(|| certificates.read().map_err(Error::Certificates))
            .transpose()?;
        Ok(Self {
            places,
            tls,
            patience,
            assertion: None,
            channels: [const { OnceCell::const_new() }; Service::ALL.len()],
        })
    }

    /// The same client, with calls that carry the assertion in this file, read anew at each call.
    #[must_use]
    pub fn asserting(self, file: Option<PathBuf>) -> Self {
        Self {
            assertion: file,
            ..self
        }
    }

    /// A client of SyncService.
    pub async fn scheduler(&self) -> Result<SyncServiceClient<Calls>, Error> {
        let asserting = self.asserting_to(Service::Scheduler)?;
        let channel = self.channel(Service::Scheduler).await?;
        Ok(
            SyncServiceClient::with_interceptor(channel, asserting)
                .max_decoding_message_size(LARGEST_MESSAGE),
        )
    }

    /// A client of ResultsService.
    pub async fn results(&self) -> Result<ResultsServiceClient<Calls>, Error> {
        let asserting = self.asserting_to(Service::Results)?;
        let channel = self.channel(Service::Results).await?;
        Ok(ResultsServiceClient::with_interceptor(channel, asserting)
            .max_decoding_message_size(LARGEST_MESSAGE))
    }

    /// A client of AccountService.
    pub async fn reconcile(&self) -> Result<AccountServiceClient<Calls>, Error> {
        let asserting = self.asserting_to(Service::Reconcile)?;
        let channel = self.channel(Service::Reconcile).await?;
        Ok(AccountServiceClient::with_interceptor(channel, asserting)
            .max_decoding_message_size(LARGEST_MESSAGE))
    }

    /// The assertion for calls of a service. Whoever reads one on its way may act with it for as long as it lives.
    fn asserting_to(&self, service: Service) -> Result<Asserting, Error> {
        let url = self.places.url(service);
        if self.assertion.is_some() && !is_secured(url) && !is_loopback(url) {
            return Err(Error::AssertionInClear {
                service,
                url: url.to_owned(),
            });
        }
        Asserting::open(self.assertion.as_deref())
    }

    /// Makes the error of a call to a service that failed.
    pub fn failed(&self, service: Service) -> impl Fn(Status) -> Error + use<> {
        let url = self.places.url(service).to_owned();
        let waited = self.patience.answer;
        move |status| {
            if is_time_out(&status) {
                Error::silent(service, &url, waited)
            } else {
                Error::of_call(service, &url, status)
            }
        }
    }

    /// The next part of an answer that comes in several; `None` after the last one.
    pub async fn next<T>(&self, service: Service, parts: &mut Streaming<T>) -> Result<Option<T>, Error> {
        self.next_within(self.patience.answer, service, parts).await
    }

    /// The same, if the parts may lie further apart than other answers may be late.
    pub async fn next_within<T>(
        &self,
        most: Duration,
        service: Service,
        parts: &mut Streaming<T>,
    ) -> Result<Option<T>, Error> {
        match tokio::time::timeout(most, parts.message()).await {
            Ok(part) => part.map_err(self.failed(service)),
            Err(_) => Err(Error::silent(service, self.places.url(service), most)),
        }
    }

    /// The error of a call, with the service named that answered in another's place.
    pub async fn diagnosed(&self, error: Error) -> Error {
        let Some(service) = error.ignorant() else {
            return error;
        };
        match self.answering_at(service).await {
            // The service itself is there, and does not know this one call.
            Some(found) if found == service => error,
            found => Error::OtherService {
                service,
                url: self.places.url(service).to_owned(),
                found,
            },
        }
    }

    /// The service that answers at a service's address: each is known by a call that it alone does not take for unknown.
    async fn answering_at(&self, service: Service) -> Option<Service> {
        let channel = self.channel(service).await.ok()?;
        let filter = ValidateFilterRequest::default();
        let (run, domains) = (GetRunRequest::default(), GetDomainsRequest::default());
        let tried = [
            (
                Service::Scheduler,
                refusal(SyncServiceClient::new(channel.clone()).validate_filter(filter)).await,
            ),
            (
                Service::Results,
                refusal(ResultsServiceClient::new(channel.clone()).get_run(run)).await,
            ),
            (
                Service::Reconcile,
                refusal(AccountServiceClient::new(channel).get_domains(domains)).await,
            ),
        ];
        let known = |code: Option<Code>| code.is_none_or(|code| code != Code::Unimplemented);
        let (found, _) = tried.into_iter().find(|(_, code)| known(*code))?;
        Some(found)
    }

    async fn channel(&self, service: Service) -> Result<Channel, Error> {
        let url = self.places.url(service);
        let connect = async || {
            let route = self.route(service, url)?;
            // Both parts of it, the connection and TLS, have this time together.
            match tokio::time::timeout(self.patience.connect, route.connect()).await {
                Ok(connected) => connected.map_err(|source| Error::unreachable(service, url, source)),
                Err(_) => Err(Error::silent(service, url, self.patience.connect)),
            }
        };
        self.channels[service as usize]
            .get_or_try_init(connect)
            .await
            .cloned()
    }

    fn route(&self, service: Service, url: &str) -> Result<Route, Error> {
        // The first connection is timed as a whole, so that one bound ends it; these are for one that is made again.
        let route = route(url, self.tls.as_ref(), self.patience.connect.saturating_mul(2));
        let route = route.map_err(|error| Error::no_way(service, error))?;
        Ok(route.with(|endpoint| {
            endpoint
                .timeout(self.patience.answer)
                .keep_alive_timeout(KEEP_ALIVE)
        }))
    }
}

/// True if a call was given up on this side, because no answer came in time.
fn is_time_out(status: &Status) -> bool {
    let mut next = status.source();
    while let Some(source) = next {
        if source.is::<TimeoutExpired>() {
            return true;
        }
        next = source.source();
    }
    false
}

/// The code with which a call is refused; `None` if it is answered.
async fn refusal<T>(call: impl Future<Output = Result<Response<T>, Status>>) -> Option<Code> {
    call.await.err().map(|status| status.code())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asserting(url: &str) -> Result<Asserting, Error> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "token").unwrap();
        let places = Places {
            scheduler: url.to_owned(),
            results: url.to_owned(),
            reconcile: url.to_owned(),
        };
        let client = Client::new(places, &Certificates::default(), Patience::DEFAULT)?;
        client
            .asserting(Some(file.path().to_owned()))
            .asserting_to(Service::Results)
    }

    #[test]
    fn an_assertion_leaves_this_machine_only_over_tls() {
        assert!(asserting("http://127.0.0.1:7104").is_ok());
        for url in ["http://results.example:7104", "http://10.0.0.1:7104"] {
            let refused = asserting(url);
            assert!(
                matches!(&refused, Err(Error::AssertionInClear { url: named, .. }) if named == url),
                "{refused:?}"
            );
        }
    }
}
