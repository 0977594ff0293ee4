//! Reports each step as it ends, and stops at the first that failed for good.

use rollcall_domain::failure::FailureClass;
use rollcall_proto::v1::{Failure, TestStep, TestStepKind, TestStepState, test_step::Findings};
use rollcall_terms::failure::failure;
use tokio::{sync::mpsc, time::Instant};

use super::sentences::Told;
use crate::source::ldap::error::DirectoryError;

/// The end of the test: a step failed and was reported, or no caller listens any longer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Over;

/// Result of a bind that the directory judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bound {
    /// It took the credentials.
    Accepted,
    /// It refused them.
    Refused,
}

impl Bound {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Refused => "refused",
        }
    }
}

/// The steps of one test.
#[derive(Debug)]
pub(super) struct Steps {
    told: mpsc::Sender<TestStep>,
    kind: TestStepKind,
    begun: Instant,
    bound: Option<Bound>,
}

impl Steps {
    /// Hands each step to `told`.
    pub(super) fn new(told: mpsc::Sender<TestStep>) -> Self {
        Self {
            told,
            kind: TestStepKind::Resolve,
            begun: Instant::now(),
            bound: None,
        }
    }

    /// Begins a step, and its time.
    pub(super) fn begin(&mut self, kind: TestStepKind) {
        self.kind = kind;
        self.begun = Instant::now();
    }

    /// The bind's result, if the directory judged one.
    pub(super) fn bound(&self) -> Option<Bound> {
        self.bound
    }

    /// True if no caller listens any longer.
    pub(super) fn is_unheard(&self) -> bool {
        self.told.is_closed()
    }

    /// The step went as it should.
    pub(super) async fn passed(
        &mut self,
        message: impl Into<String>,
        findings: impl Into<Option<Findings>>,
    ) -> Result<(), Over> {
        if self.kind == TestStepKind::Bind {
            self.bound = Some(Bound::Accepted);
        }
        let told = Told {
            message: message.into(),
            advice: String::new(),
        };
        self.tell(TestStepState::Passed, told, findings.into(), None)
            .await
    }

    /// The step went well, but something deserves a look.
    pub(super) async fn warned(
        &mut self,
        told: Told,
        findings: impl Into<Option<Findings>>,
    ) -> Result<(), Over> {
        self.tell(TestStepState::Warning, told, findings.into(), None)
            .await
    }

    /// The step failed.
    pub(super) async fn failed(
        &mut self,
        told: Told,
        error: &DirectoryError,
        findings: impl Into<Option<Findings>>,
    ) -> Over {
        let code = error.code();
        if self.kind == TestStepKind::Bind && code.class() == FailureClass::Credentials {
            self.bound = Some(Bound::Refused);
        }
        let failure = failure(code, &error.to_string());
        self.tell(TestStepState::Failed, told, findings.into(), Some(failure))
            .await
            .err()
            .unwrap_or(Over)
    }

    async fn tell(
        &mut self,
        state: TestStepState,
        told: Told,
        findings: Option<Findings>,
        failure: Option<Failure>,
    ) -> Result<(), Over> {
        let step = TestStep {
            kind: self.kind.into(),
            state: state.into(),
            message: told.message,
            advice: told.advice,
            failure,
            duration: prost_types::Duration::try_from(self.begun.elapsed()).ok(),
            findings,
        };
        self.told.send(step).await.map_err(|_| Over)
    }
}
