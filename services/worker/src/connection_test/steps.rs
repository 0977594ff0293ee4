//! Reports each step as it ends, and stops at the first that failed for good.

use rollcall_domain::{failure::BindOutcome, sentences::connection_test::StepText};
use rollcall_proto::v1::{Failure, TestStep, TestStepKind, TestStepState, test_step::Findings};
use rollcall_terms::failure::failure;
use tokio::{sync::mpsc, time::Instant};

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
    listener: mpsc::Sender<TestStep>,
    kind: TestStepKind,
    begun: Instant,
    bound: Option<Bound>,
}

impl Steps {
    /// Hands each step to `listener`.
    pub(super) fn new(listener: mpsc::Sender<TestStep>) -> Self {
        Self {
            listener,
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
        self.listener.is_closed()
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
        let text = StepText {
            message: message.into(),
            advice: String::new(),
        };
        self.report(TestStepState::Passed, text, findings.into(), None)
            .await
    }

    /// The step went well, but something deserves a look.
    pub(super) async fn warned(
        &mut self,
        text: StepText,
        findings: impl Into<Option<Findings>>,
    ) -> Result<(), Over> {
        self.report(TestStepState::Warning, text, findings.into(), None)
            .await
    }

    /// The step failed.
    pub(super) async fn failed(
        &mut self,
        text: StepText,
        error: &DirectoryError,
        findings: impl Into<Option<Findings>>,
    ) -> Over {
        let code = error.code();
        if self.kind == TestStepKind::Bind && code.bind() == BindOutcome::Refused {
            self.bound = Some(Bound::Refused);
        }
        let failure = failure(code, &error.to_string());
        self.report(TestStepState::Failed, text, findings.into(), Some(failure))
            .await
            .err()
            .unwrap_or(Over)
    }

    async fn report(
        &mut self,
        state: TestStepState,
        text: StepText,
        findings: Option<Findings>,
        failure: Option<Failure>,
    ) -> Result<(), Over> {
        let step = TestStep {
            kind: self.kind.into(),
            state: state.into(),
            message: text.message,
            advice: text.advice,
            failure,
            duration: prost_types::Duration::try_from(self.begun.elapsed()).ok(),
            findings,
        };
        self.listener.send(step).await.map_err(|_| Over)
    }
}
