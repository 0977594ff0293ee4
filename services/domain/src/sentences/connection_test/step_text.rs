//! Message and advice of a step, which the sentences of its folder fill.

use crate::failure::FailureCode;

/// A step's message and advice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepText {
    /// What happened.
    pub message: String,
    /// What to do about it; empty if nothing.
    pub advice: String,
}

/// The text of a failed run.
impl From<FailureCode> for StepText {
    fn from(code: FailureCode) -> Self {
        Self::new(code.message(), code.advice())
    }
}

impl StepText {
    pub(in crate::sentences) fn new(message: impl Into<String>, advice: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            advice: advice.into(),
        }
    }

    /// With another message.
    pub(in crate::sentences) fn saying(self, message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            ..self
        }
    }

    /// With another advice.
    pub(in crate::sentences) fn advising(self, advice: impl Into<String>) -> Self {
        Self {
            advice: advice.into(),
            ..self
        }
    }
}
