//! The calls to reconcile, each with a deadline, and what their refusals mean.

use std::{error::Error as _, future::Future, time::Duration};

use rollcall_chassis::{
    grpc::Channel,
    lifecycle::chain,
    outage::{Cause, RECONCILE},
};
use rollcall_domain::FailureCode;
use rollcall_proto::internal::{
    self,
    v1::{
        BeginRunRequest, BeginRunResponse, BeginTestRequest, BeginTestResponse, CheckWorkerRequest,
        FailRunRequest, FinishUnchangedRequest, HeartbeatRequest, HeartbeatResponse, JudgeSealRequest,
        MissingObjects, NoteBindRequest, PermitBindRequest, PermitBindResponse, RenewSealRequest, RunEnded,
        SettleBindRequest, SubmitRunRequest, reconcile_service_client::ReconcileServiceClient,
        submit_run_response::Part,
    },
};
use rollcall_terms::Refusal;
use thiserror::Error;
use tokio::{sync::mpsc, time::timeout};
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Code, Status};
use tonic_types::StatusExt as _;

/// For a heartbeat. A lease is lost after 15 s of silence, so one that hangs must leave time for another.
const HEARTBEAT: Duration = Duration::from_secs(4);
/// For news of a seal, which hold up the read.
const SEAL: Duration = Duration::from_secs(4);
/// For a call that reads or writes a few rows.
const SHORT_CALL: Duration = Duration::from_secs(15);
/// For a call that may wait for the tenant's lock.
const LONG_CALL: Duration = Duration::from_mins(1);
/// A thousand names of missing objects, each as long as is accepted, and longer once they are normalised.
const MAX_MESSAGE_BYTES: usize = 16 * 1024 * 1024;

/// Reasons why a call did not succeed.
#[derive(Debug, Error)]
pub(crate) enum CallError {
    /// The run is another worker's now.
    #[error("the lease is another worker's")]
    Fenced,
    /// The settings are no longer those that the run began with.
    #[error("the settings changed")]
    SettingsChanged,
    /// An input of the decision *unchanged* has changed.
    #[error("the read must be submitted after all")]
    NotUnchanged,
    /// The read is refused, and would be refused again: the run fails.
    #[error("reconcile: {why}")]
    ReadRefused {
        /// The failure.
        code: FailureCode,
        /// In reconcile's words.
        why: String,
    },
    /// The request is refused, and would be refused again.
    #[error("reconcile refused what was sent: {0}")]
    Refused(String),
    /// A fault of ours: it passes.
    #[error("reconcile: {}: {}", .0.code(), .0.message())]
    Ours(Box<Status>),
}

impl From<Status> for CallError {
    fn from(status: Status) -> Self {
        let info = status.get_details_error_info();
        let refusal = info.and_then(|info| Refusal::parse(status.code().into(), &info.reason));
        match (status.code(), refusal) {
            (_, Some(Refusal::Fenced)) => Self::Fenced,
            (_, Some(Refusal::SettingsChangedDuringRun)) => Self::SettingsChanged,
            (_, Some(Refusal::NotUnchanged)) => Self::NotUnchanged,
            (_, Some(refusal)) if let Some(code) = refusal.failure() => Self::ReadRefused {
                code,
                why: status.message().to_owned(),
            },
            (Code::InvalidArgument | Code::OutOfRange, _) => Self::Refused(status.message().to_owned()),
            _ => Self::Ours(Box::new(status)),
        }
    }
}

/// Logs a call that failed, and says why, unless that belongs to an outage that is logged as such.
pub(crate) fn report(error: &CallError, failed: &'static str) {
    if let CallError::Ours(status) = error
        && matches!(
            status.code(),
            Code::Unavailable | Code::DeadlineExceeded | Code::Unknown
        )
    {
        RECONCILE.suspect(error);
        tracing::debug!(cause = %error, "{failed}");
    } else {
        tracing::warn!(cause = %error, "{failed}");
    }
}

/// Reconcile, as a worker calls it.
#[derive(Debug, Clone)]
pub(crate) struct Reconcile(ReconcileServiceClient<Channel>);

impl Reconcile {
    /// Over `channel`, which injects the trace context.
    pub(crate) fn new(channel: Channel) -> Self {
        Self(ReconcileServiceClient::new(channel).max_decoding_message_size(MAX_MESSAGE_BYTES))
    }

    /// Asks whether a worker's calls are answered now. How long that takes is the asker's affair.
    pub(crate) async fn check(&self) -> Result<(), Cause> {
        match self.0.clone().check_worker(CheckWorkerRequest {}).await {
            Ok(_) => Ok(()),
            Err(status) => Err(cause(&status)),
        }
    }

    /// Takes the tenant's lease for a run.
    pub(crate) async fn begin(&self, request: BeginRunRequest) -> Result<BeginRunResponse, CallError> {
        within(LONG_CALL, self.0.clone().begin_run(request)).await
    }

    /// Keeps the lease; how the run stands.
    pub(crate) async fn heartbeat(&self, request: HeartbeatRequest) -> Result<HeartbeatResponse, CallError> {
        within(HEARTBEAT, self.0.clone().heartbeat(request)).await
    }

    /// Ends a run whose read equals the last applied one.
    pub(crate) async fn finish_unchanged(
        &self,
        request: FinishUnchangedRequest,
    ) -> Result<RunEnded, CallError> {
        let answer = within(LONG_CALL, self.0.clone().finish_unchanged(request)).await?;
        Ok(answer.outcome.unwrap_or_default())
    }

    /// Gives the lease back after a failed attempt.
    pub(crate) async fn fail(&self, request: FailRunRequest) -> Result<(), CallError> {
        within(SHORT_CALL, self.0.clone().fail_run(request))
            .await
            .map(|internal::v1::FailRunResponse {}| ())
    }

    /// Hands over the password of the run's credential under a newer key.
    pub(crate) async fn renew_seal(&self, request: RenewSealRequest) -> Result<(), CallError> {
        within(SEAL, self.0.clone().renew_seal(request))
            .await
            .map(|internal::v1::RenewSealResponse {}| ())
    }

    /// Says if the renewed seal that came with the run is right.
    pub(crate) async fn judge_seal(&self, request: JudgeSealRequest) -> Result<(), CallError> {
        within(SEAL, self.0.clone().judge_seal(request))
            .await
            .map(|internal::v1::JudgeSealResponse {}| ())
    }

    /// Begins a connection test, if nobody has begun it.
    pub(crate) async fn begin_test(&self, request: BeginTestRequest) -> Result<BeginTestResponse, CallError> {
        within(SHORT_CALL, self.0.clone().begin_test(request)).await
    }

    /// Reports the result of a connection test's bind.
    pub(crate) async fn note_bind(&self, request: NoteBindRequest) -> Result<(), CallError> {
        within(SHORT_CALL, self.0.clone().note_bind(request))
            .await
            .map(|internal::v1::NoteBindResponse {}| ())
    }

    /// Asks if a bind of an account may be tried.
    pub(crate) async fn permit_bind(
        &self,
        request: PermitBindRequest,
    ) -> Result<PermitBindResponse, CallError> {
        within(SHORT_CALL, self.0.clone().permit_bind(request)).await
    }

    /// Reports the result of a bind to the account's count.
    pub(crate) async fn settle_bind(&self, request: SettleBindRequest) -> Result<(), CallError> {
        within(SHORT_CALL, self.0.clone().settle_bind(request))
            .await
            .map(|internal::v1::SettleBindResponse {}| ())
    }

    /// Submits what comes as `parts`, hands on what is `missing`, and answers the outcome. The run's deadline bounds
    /// it.
    pub(crate) async fn submit(
        &self,
        parts: ReceiverStream<SubmitRunRequest>,
        missing: mpsc::Sender<MissingObjects>,
    ) -> Result<RunEnded, CallError> {
        let mut answers = self.0.clone().submit_run(parts).await?.into_inner();
        while let Some(answer) = answers.message().await? {
            match answer.part {
                Some(Part::Outcome(outcome)) => return Ok(outcome),
                Some(Part::Missing(ids)) => missing
                    .send(ids)
                    .await
                    .map_err(|_| ours(Status::internal("it asks for missing objects again")))?,
                None => {}
            }
        }
        Err(ours(Status::unavailable("the call ended without an outcome")))
    }
}

async fn within<T>(
    limit: Duration,
    call: impl Future<Output = Result<tonic::Response<T>, Status>>,
) -> Result<T, CallError> {
    match timeout(limit, call).await {
        Ok(answered) => Ok(answered?.into_inner()),
        Err(_) => Err(ours(Status::deadline_exceeded("no answer in time"))),
    }
}

/// A refusal says what an operator has to change. What is below a call that got no answer stands in its sources.
fn cause(status: &Status) -> Cause {
    match status.code() {
        Code::PermissionDenied | Code::Unauthenticated => Cause::refused(format!(
            "{} Add the identity in this worker's certificate (reconcile.cert_file) to reconcile's roles.worker, or \
             give the worker another certificate.",
            status.message()
        )),
        Code::Unimplemented => Cause::refused(
            "reconcile does not know this call: reconcile.url must name its listener for workers ([workers]), and reconcile \
             must not be older than this worker",
        ),
        _ => match status.source() {
            Some(source) if !status.message().is_empty() => {
                Cause::no_answer(format!("{}: {}", status.message(), chain(source)))
            }
            _ => Cause::no_answer(status.message()),
        },
    }
}

fn ours(status: Status) -> CallError {
    CallError::Ours(Box::new(status))
}
