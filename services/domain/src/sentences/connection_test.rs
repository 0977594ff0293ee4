//! Connection tests: the message and the advice of each step. A test that fails otherwise says what a failed run says.

pub mod account;
pub mod certificate;
pub mod objects;
pub mod reaching;
pub mod server;
mod step_text;

use std::time::Duration;

use crate::failure::FailureCode;

pub use step_text::StepText;

/// The test took longer than `limit`.
pub fn out_of_time(code: FailureCode, limit: Duration) -> StepText {
    StepText::from(code).saying(format!(
        "The test had not ended after {} seconds.",
        limit.as_secs()
    ))
}

/// The service stopped during the test.
pub fn interrupted() -> StepText {
    StepText::new(
        "The test was interrupted on our side.",
        "No change is needed. Test again.",
    )
}
