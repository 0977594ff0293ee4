//! Connection tests: from a call to a job, and from a worker's reports to the call's answers.
//!
//! A test is nowhere but on its way: nothing is stored, and a caller that goes away ends it. Its reports come to a
//! queue of this process' own, which is another one after the connection to the broker broke; tests under way end
//! with it.

mod desk;
mod places;
mod steps;

use std::{sync::Arc, time::Duration};

use futures::Stream;
use prost_types::Timestamp;
use rollcall_chassis::{
    amqp::{AmqpError, Message, Publisher, SCHEMA_VERSION, sign_job},
    audit::{Act, Record},
    clock,
    grpc::Caller,
    signing::SigningKey,
    status::ApiError,
};
use rollcall_domain::TenantId;
use rollcall_proto::{
    internal::v1::{ConnectionTest, Job},
    v1::{Settings, TestConnectionRequest, TestConnectionResponse},
};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

pub(crate) use desk::{Desk, hear};
pub(crate) use places::{MostTests, Places};

use crate::{
    credentials::{Credentials, TestedCredential, Ticket},
    records,
    refusals::{no_settings, nothing_to_test, parse_tenant},
    store::Store,
    validation::{self, Deployment, ToTest},
};
use steps::{Patience, Waiting};

/// Reports in hand.
pub(crate) const PREFETCH: u16 = 256;
/// Time that a test waits for the broker before it is refused.
const BROKER_PATIENCE: Duration = Duration::from_secs(10);
/// Time for which a test's first report is awaited: a worker that takes it at the last moment has the rest for its
/// first step.
const WORKER_PATIENCE: Duration = Duration::from_mins(1);
/// Time in which a worker must begin a test, by the database's clock: so much longer than the broker keeps it that the
/// clocks may differ by minutes. A copy of the message is worth nothing afterwards, or once the test has begun.
const VALID_SECONDS: i64 = 5 * 60;
/// Time that a test may take in all.
const WHOLE_PATIENCE: Duration = Duration::from_mins(3);

/// Has connections tested.
#[derive(Debug)]
pub(crate) struct ConnectionTests {
    /// The saved settings.
    pub(crate) store: Store,
    /// The operator's decisions for every tenant.
    pub(crate) deployment: Arc<Deployment>,
    /// Seals passwords.
    pub(crate) credentials: Arc<Credentials>,
    /// Signs jobs.
    pub(crate) signing_key: Arc<SigningKey>,
    /// The publisher of jobs.
    pub(crate) jobs: Publisher,
    /// The queue to which reports must be sent.
    pub(crate) reply_to: watch::Receiver<Option<String>>,
    /// The callers that wait for reports.
    pub(crate) desk: Desk,
    /// Bounds the tests that are under way.
    pub(crate) places: Places,
    /// Cancelled when the process drains.
    pub(crate) ended: CancellationToken,
}

/// A job that is ready to be sent to a worker.
#[derive(Debug)]
struct Prepared {
    settings: Settings,
    credential: TestedCredential,
}

impl ConnectionTests {
    /// Sends a test to a worker, and answers with its steps as they come.
    pub(crate) async fn begin(
        &self,
        act: &Act,
        caller: Caller,
        request: TestConnectionRequest,
    ) -> Result<impl Stream<Item = Result<TestConnectionResponse, ApiError>> + Send + use<>, ApiError> {
        let place = self.places.take(caller, tested_tenant(&request))?;
        let ticket = ticket();
        let test_id = ticket.test_id;
        let prepared = self.prepare(request, &ticket).await?;
        let reply_to = self.reply_queue().await?;
        // Before the job is out, so that every report finds its caller.
        let reports = self.desk.wait_for(test_id);
        self.record(act, &prepared, test_id).await?;
        let job = job(prepared, &ticket, reply_to.clone());
        let signed = sign_job(&self.signing_key, &job);
        self.jobs.publish(&Message::test(&signed)).await?;
        tracing::info!(tenant.id = job.tenant_id, test.id = %test_id, "connection test begun");
        let waiting = Waiting {
            reports,
            reply_to,
            queue: self.reply_to.clone(),
            ended: self.ended.clone(),
            patience: Patience {
                first: WORKER_PATIENCE,
                whole: WHOLE_PATIENCE,
            },
            _place: place,
        };
        Ok(waiting.into_steps())
    }

    /// Records the use of a credential before any worker has it.
    async fn record(&self, act: &Act, prepared: &Prepared, test_id: Uuid) -> Result<(), ApiError> {
        let Prepared { settings, credential } = prepared;
        let given = matches!(credential, TestedCredential::Given(_));
        let record = Record::of(act).details(records::tested(settings, &test_id.to_string(), given));
        let record = match TenantId::parse(&settings.tenant_id) {
            Ok(tenant) => record.tenant(&tenant),
            Err(_) => record,
        };
        Ok(self.store.record(record).await?)
    }

    /// The settings that are given, else those that are saved, with the password.
    async fn prepare(&self, request: TestConnectionRequest, ticket: &Ticket) -> Result<Prepared, ApiError> {
        let tenant = match request.tenant_id.as_str() {
            "" => None,
            text => Some(parse_tenant(text)?),
        };
        match (request.settings, tenant) {
            (None, None) => Err(nothing_to_test()),
            (None, Some(tenant)) => self.saved(&tenant).await,
            (Some(given), tenant) => self.given(given, tenant.as_ref(), ticket).await,
        }
    }

    async fn saved(&self, tenant: &TenantId) -> Result<Prepared, ApiError> {
        let stored = self.store.settings(tenant).await?.ok_or_else(no_settings)?;
        Ok(Prepared {
            credential: TestedCredential::Stored(stored.credential_generation),
            settings: stored.settings,
        })
    }

    async fn given(
        &self,
        settings: Settings,
        tenant: Option<&TenantId>,
        ticket: &Ticket,
    ) -> Result<Prepared, ApiError> {
        let ToTest { settings, password } = validation::check_to_test(settings, tenant, &self.deployment)?;
        let stored = match TenantId::parse(&settings.tenant_id) {
            Ok(tenant) if password.is_none() => self.store.settings(&tenant).await?,
            _ => None,
        };
        let credential = self
            .credentials
            .to_test(&settings, password.as_ref(), stored.as_ref(), ticket)?;
        Ok(Prepared { settings, credential })
    }

    async fn reply_queue(&self) -> Result<String, ApiError> {
        let mut reply_to = self.reply_to.clone();
        let there = async {
            let name = reply_to.wait_for(Option::is_some).await;
            name.ok().and_then(|name| name.clone())
        };
        let name = tokio::time::timeout(BROKER_PATIENCE, there).await.ok().flatten();
        Ok(name.ok_or(AmqpError::Away)?)
    }
}

/// The tenant that the test counts for, if it names one.
fn tested_tenant(request: &TestConnectionRequest) -> Option<TenantId> {
    let of_settings = request
        .settings
        .as_ref()
        .map(|settings| settings.tenant_id.as_str());
    [Some(request.tenant_id.as_str()), of_settings]
        .into_iter()
        .flatten()
        .find_map(|id| TenantId::parse(id).ok())
}

fn ticket() -> Ticket {
    Ticket {
        test_id: Uuid::now_v7(),
        expire_time: Timestamp {
            seconds: clock::now().as_second() + VALID_SECONDS,
            nanos: 0,
        },
    }
}

fn job(prepared: Prepared, ticket: &Ticket, reply_to: String) -> Job {
    let Prepared { settings, credential } = prepared;
    let (credential, credential_generation) = match credential {
        TestedCredential::Given(sealed) => (Some(sealed), 0),
        TestedCredential::Stored(generation) => (None, generation),
    };
    Job {
        schema_version: SCHEMA_VERSION,
        tenant_id: settings.tenant_id.clone(),
        run_id: String::new(),
        test: Some(ConnectionTest {
            test_id: ticket.test_id.to_string(),
            settings: Some(settings),
            credential,
            credential_generation,
            reply_to,
            expire_time: Some(ticket.expire_time),
        }),
    }
}
