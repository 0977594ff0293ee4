//! The content of a refused call: its code, its stable reason and its fields.

use std::collections::HashMap;

use tonic::{Code, Status};
use tonic_types::StatusExt;

/// A refusal as a client sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The gRPC code.
    pub code: Code,
    /// ErrorInfo's reason; empty if there is none.
    pub reason: String,
    /// BadRequest's field paths, in their order.
    pub fields: Vec<String>,
    /// ErrorInfo's metadata.
    pub metadata: HashMap<String, String>,
    /// The sentence.
    pub message: String,
}

impl From<Status> for Refusal {
    fn from(status: Status) -> Self {
        let details = status.get_error_details();
        Self {
            code: status.code(),
            reason: details
                .error_info()
                .map(|info| info.reason.clone())
                .unwrap_or_default(),
            fields: details
                .bad_request()
                .map(|bad| bad.field_violations.iter().map(|v| v.field.clone()).collect())
                .unwrap_or_default(),
            metadata: details
                .error_info()
                .map(|info| info.metadata.clone())
                .unwrap_or_default(),
            message: status.message().to_owned(),
        }
    }
}

/// The refusal of a call that must be refused.
///
/// # Panics
/// If the call went through.
pub fn refused<T: std::fmt::Debug>(answer: Result<T, Status>) -> Refusal {
    match answer {
        #[expect(
            clippy::panic,
            reason = "a test helper: a call that should be refused went through"
        )]
        Ok(answer) => panic!("the call should have been refused, and answered {answer:?}"),
        Err(status) => status.into(),
    }
}
