//! Filters that were made or checked.

use rollcall_proto::v1;
use serde::Serialize;

use super::given;

/// A filter that was made.
#[derive(Debug, Serialize)]
pub struct FilterView {
    pub filter: Option<String>,
    pub composed: String,
}

/// Result of a check.
#[derive(Debug, Serialize)]
pub struct FilterCheckView {
    pub valid: bool,
    pub canonical: Option<String>,
    pub composed: Option<String>,
    pub error: Option<FilterErrorView>,
}

/// Position and reason of a filter's error.
#[derive(Debug, Serialize)]
pub struct FilterErrorView {
    pub position: i32,
    pub message: String,
}

impl From<&v1::BuildFilterResponse> for FilterView {
    fn from(built: &v1::BuildFilterResponse) -> Self {
        Self {
            filter: given(&built.filter),
            composed: built.composed.clone(),
        }
    }
}

impl From<&v1::ValidateFilterResponse> for FilterCheckView {
    fn from(checked: &v1::ValidateFilterResponse) -> Self {
        Self {
            valid: checked.valid,
            canonical: given(&checked.canonical),
            composed: given(&checked.composed),
            error: checked.error.as_ref().map(|error| FilterErrorView {
                position: error.position,
                message: error.message.clone(),
            }),
        }
    }
}
