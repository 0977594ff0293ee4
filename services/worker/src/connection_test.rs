//! Tests the connection to a directory for a caller that waits, and reports each step as it ends.
//!
//! A test uses the code of a read, under the same limits and to the same networks, and it is bounded in time as well.
//! It binds once, on one host, whatever the result: repeated wrong passwords lock an account. The password is opened
//! for the bind, and wiped after it. Nothing of the findings is logged.

mod account;
mod ask;
mod bases;
mod certificates;
mod dialling;
mod dirsync;
mod objects;
mod schema;
mod server;
mod steps;
mod texts;

#[cfg(test)]
mod tests;

use std::{sync::Arc, time::Duration};

use rollcall_chassis::{
    amqp::{Message, Publisher, SCHEMA_VERSION},
    clock,
    credential::{Purpose, SecretString},
    outage,
};
use rollcall_domain::sentences::connection_test::{self as sentences, StepText};
use rollcall_proto::{
    internal::v1::{ConnectionTest, ConnectionTestReport, NoteBindRequest, SealedCredential},
    v1::{Directory, TestStep, TestStepKind},
};
use tokio::{sync::mpsc, time::timeout};
use tokio_util::sync::CancellationToken;

use crate::{
    credentials::{Credentials, Sealed},
    metrics::Metrics,
    reconcile::{self, Reconcile},
    source::bind_gate::{BindGate, Keeper},
    source::{
        error::ReadError,
        ldap::{Reader, error::DirectoryError, target::Target},
    },
};
pub(crate) use steps::Bound;
use steps::{Over, Steps};

/// Time that a test may take in all. Its caller waits longer, and so hears its end.
const LIMIT: Duration = Duration::from_secs(100);
/// Steps that may wait to be sent.
const WAITING_STEPS: usize = 4;

/// Tests connections.
pub(crate) struct Tester {
    /// Networks and limits of connections.
    pub reader: Arc<Reader>,
    /// Open sealed passwords.
    pub credentials: Arc<Credentials>,
    /// Hears how a bind with a stored credential went.
    pub reconcile: Reconcile,
    /// Sends the reports.
    pub publisher: Publisher,
    /// Counts missing keys.
    pub metrics: Metrics,
}

/// A test to do.
#[derive(Clone, Copy)]
pub(crate) struct Order<'a> {
    /// The customer; empty for settings that belong to no tenant yet.
    pub tenant_id: &'a str,
    /// The test, as the scheduler signed it.
    pub test: &'a ConnectionTest,
    /// The stored credential, as reconcile answered it.
    pub stored: Option<&'a SealedCredential>,
    /// The same under a newer key.
    pub renewed: Option<&'a SealedCredential>,
}

impl Tester {
    /// Does a test, until it is over or `cancel` says so, and sends its reports. Done twice, it would bind twice.
    pub(crate) async fn run(&self, order: Order<'_>, cancel: &CancellationToken) {
        let test = order.test;
        let (listener, steps) = mpsc::channel(WAITING_STEPS);
        let conduct = async {
            let (directory, problem) = match test
                .settings
                .as_ref()
                .and_then(|settings| settings.directory.as_ref())
            {
                Some(directory) => (directory, None),
                None => (
                    &Directory::default(),
                    Some(ReadError::Settings("they name no directory".to_owned())),
                ),
            };
            let password = || match problem {
                Some(problem) => Err(problem),
                None => self.open(order, directory),
            };
            let selection = test
                .settings
                .as_ref()
                .and_then(|settings| settings.selection.as_ref());
            let exclude_disabled = selection.is_some_and(|selection| selection.exclude_disabled);
            let gate = BindGate::Kept(Box::new(Keeper {
                reconcile: self.reconcile.clone(),
                tenant_id: order.tenant_id.to_owned(),
                credential_generation: test.credential_generation,
                proven_at: None,
            }));
            let subject = Subject {
                gate: &gate,
                directory,
                exclude_disabled,
            };
            conduct(&self.reader, &subject, password, listener, cancel).await
        };
        let (bound, ()) = tokio::join!(conduct, self.forward(test, steps));
        self.note(order, bound).await;
        // The last, which says that the test is over.
        self.report(test, None).await;
        tracing::info!(
            test = test.test_id,
            bound = bound.map(Bound::as_str),
            "connection test ended"
        );
    }

    /// A seal for settings is opened only if reconcile answered it: one that comes in a message is for its test.
    fn open(&self, order: Order<'_>, directory: &Directory) -> Result<SecretString, ReadError> {
        let Order {
            tenant_id,
            test,
            stored,
            renewed,
        } = order;
        let none = |why: &str| ReadError::Credential(why.to_owned());
        let (purpose, credential) = if test.credential_generation > 0 {
            let stored = stored.ok_or_else(|| none("it was replaced or deleted meanwhile"))?;
            (Purpose::Settings, stored)
        } else {
            let given = test.credential.as_ref().ok_or_else(|| none("there is none"))?;
            (purpose(test), given)
        };
        let sealed = Sealed {
            purpose,
            tenant_id,
            directory,
            credential,
            renewed,
        };
        // What is to be said of seals is for runs, which have a lease.
        self.credentials
            .open(sealed)
            .map(|opened| opened.password)
            .inspect_err(|error| self.note_missing_key(error))
    }

    fn note_missing_key(&self, error: &ReadError) {
        if let ReadError::KeyMissing(key_id) = error {
            tracing::error!(key_id, "no key of this worker opens the credential to test");
            self.metrics.key_missing(key_id);
        }
    }

    async fn forward(&self, test: &ConnectionTest, mut steps: mpsc::Receiver<TestStep>) {
        while let Some(step) = steps.recv().await {
            if !self.report(test, Some(step)).await {
                return;
            }
        }
    }

    async fn report(&self, test: &ConnectionTest, step: Option<TestStep>) -> bool {
        let report = ConnectionTestReport {
            schema_version: SCHEMA_VERSION,
            test_id: test.test_id.clone(),
            step,
        };
        let sent = self
            .publisher
            .publish(&Message::report(test.reply_to.as_str(), &report))
            .await;
        if let Err(error) = &sent {
            outage::report(error, "a report on a connection test could not be sent");
        }
        sent.is_ok()
    }

    /// A stored credential that is refused repeatedly pauses the schedule, whether a test or a run tried it.
    async fn note(&self, order: Order<'_>, bound: Option<Bound>) {
        let Order { tenant_id, test, .. } = order;
        let Some(bound) = bound.filter(|_| test.credential_generation > 0) else {
            return;
        };
        let request = NoteBindRequest {
            tenant_id: tenant_id.to_owned(),
            credential_generation: test.credential_generation,
            refused: bound == Bound::Refused,
        };
        if let Err(error) = self.reconcile.note_bind(request).await {
            reconcile::report(&error, "the bind's result could not be recorded");
        }
    }
}

fn purpose(test: &ConnectionTest) -> Purpose<'_> {
    Purpose::Test {
        test_id: &test.test_id,
        expire_seconds: test.expire_time.map_or(0, |time| time.seconds),
    }
}

/// Settings that are tested.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Subject<'a> {
    /// The gate that the bind must pass. It knows the tenant.
    pub gate: &'a BindGate,
    /// The directory.
    pub directory: &'a Directory,
    /// They exclude disabled users.
    pub exclude_disabled: bool,
}

/// Does a test, and hands its steps to `listener`. Returns the bind's result, if the directory judged one.
pub(crate) async fn conduct(
    reader: &Reader,
    subject: &Subject<'_>,
    password: impl FnOnce() -> Result<SecretString, ReadError>,
    listener: mpsc::Sender<TestStep>,
    cancel: &CancellationToken,
) -> Option<Bound> {
    let mut steps = Steps::new(listener);
    let interrupted = tokio::select! {
        biased;
        () = cancel.cancelled() => Some(stopped()),
        ended = timeout(LIMIT, probe(reader, subject, password, &mut steps)) => {
            ended.is_err().then(out_of_time)
        }
    };
    if let Some((text, error)) = interrupted {
        steps.failed(text, &error, None).await;
    }
    steps.bound()
}

fn out_of_time() -> (StepText, DirectoryError) {
    let error = DirectoryError::from(ReadError::Deadline);
    (sentences::out_of_time(error.code(), LIMIT), error)
}

fn stopped() -> (StepText, DirectoryError) {
    (sentences::interrupted(), ReadError::Stopped.into())
}

/// The steps, in their order. The failure of one was reported.
async fn probe(
    reader: &Reader,
    subject: &Subject<'_>,
    password: impl FnOnce() -> Result<SecretString, ReadError>,
    steps: &mut Steps,
) -> Result<(), Over> {
    let target = match Target::new(subject.directory, &reader.permitted_attributes) {
        Ok(target) => Target {
            tenant_id: subject.gate.tenant_id().to_owned(),
            ..target
        },
        Err(error) => return Err(fail(TestStepKind::Resolve, &error.into(), steps).await),
    };
    let dialler = match reader.dialler(&target) {
        Ok(dialler) => dialler,
        Err(error @ (DirectoryError::PlaintextNotAllowed | DirectoryError::PortNotAllowed(_))) => {
            return Err(fail(TestStepKind::Connect, &error, steps).await);
        }
        Err(error) => return Err(fail(TestStepKind::Tls, &error, steps).await),
    };
    let mut connection = dialling::dial(&dialler, &target, clock::now(), steps).await?;
    account::bind(&mut connection, &target, subject.gate, password, steps).await?;
    account::identity(&mut connection, &target, steps).await?;
    let features = server::step(&mut connection, steps).await?;
    let bases = bases::find(&mut connection, &target, &features.root, steps).await?;
    let counted = objects::count(&mut connection, &target, &bases, &features, steps).await?;
    objects::examples(
        &mut connection,
        &target,
        &counted.names,
        subject.exclude_disabled,
        steps,
    )
    .await?;
    bases::left_out(&mut connection, &bases, counted.reach, steps).await?;
    connection.close().await;
    Ok(())
}

async fn fail(kind: TestStepKind, error: &DirectoryError, steps: &mut Steps) -> Over {
    steps.begin(kind);
    steps.failed(error.code().into(), error, None).await
}
