//! Refusals that more than one call has, and how ids are read.

use rollcall_chassis::status::{ApiError, Violations};
use rollcall_domain::{RunId, TenantId};

/// The tenant that a call is about.
pub(crate) fn parse_tenant(text: &str) -> Result<TenantId, ApiError> {
    parsed("tenant_id", TenantId::parse(text))
}

/// The run that a call is about.
pub(crate) fn parse_run(text: &str) -> Result<RunId, ApiError> {
    parsed("run_id", RunId::parse(text))
}

fn parsed<T, E: std::fmt::Display>(field: &str, result: Result<T, E>) -> Result<T, ApiError> {
    let mut violations = Violations::default();
    violations
        .check(field, result)
        .ok_or_else(|| violations.into_error())
}

pub(crate) fn no_settings() -> ApiError {
    ApiError::not_found("NO_SETTINGS", "The tenant has no sync settings: save them first.")
}

pub(crate) fn no_domains() -> ApiError {
    ApiError::failed_precondition(
        "NO_DOMAINS",
        "The tenant has no domains, and only addresses of its own domains can be imported: add a domain first.",
    )
}

pub(crate) fn password_required(message: &str) -> ApiError {
    ApiError::failed_precondition("PASSWORD_REQUIRED", message)
}

pub(crate) fn etag_mismatch() -> ApiError {
    ApiError::aborted(
        "ETAG_MISMATCH",
        "The settings were changed meanwhile: read them again, then save.",
    )
}
