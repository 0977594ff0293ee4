//! Refusals and faults as gRPC statuses.
//!
//! A refusal carries a code that a program may rely on (`google.rpc.ErrorInfo`) and a sentence for a person; a bad
//! request names each wrong field (`google.rpc.BadRequest`). A fault of ours is logged whole and answered with a plain
//! sentence, without internal detail.

mod bounds;

use std::{collections::HashMap, error::Error, time::Duration};

use rollcall_terms::Refusal;
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt as _};

use crate::{lifecycle::chain, outage, sentences};

/// The domain of every reason.
pub const DOMAIN: &str = "rollcall";
/// Time after which a call for a locked tenant may be repeated.
const TENANT_BUSY_RETRY: Duration = Duration::from_secs(1);

/// Refusal or failure of a call.
#[derive(Debug, Clone)]
pub struct ApiError {
    refusal: Refusal,
    message: String,
    metadata: HashMap<String, String>,
    violations: Vec<(String, String)>,
    /// In seconds: every result of ours may carry one of these, and so they are kept small.
    retry_after: Option<u16>,
}

impl ApiError {
    /// A refusal, with a sentence for a person.
    pub fn new(refusal: Refusal, message: impl Into<String>) -> Self {
        Self {
            refusal,
            message: message.into(),
            metadata: HashMap::new(),
            violations: Vec::new(),
            retry_after: None,
        }
    }

    /// The database or the broker is away, which is logged as their outage; or another fault that may pass, which is
    /// logged here. The caller gets no detail, and may retry.
    pub fn unavailable(what: &'static str, error: &(dyn Error + 'static)) -> Self {
        if let Some(part) = outage::part_of(error) {
            part.suspect(error);
            tracing::debug!(error = chain(error), "{what} failed");
        } else {
            tracing::error!(error = chain(error), "{what} failed");
        }
        Self::new(Refusal::Unavailable, sentences::UNAVAILABLE)
    }

    /// A fault that a retry will not mend: logged here, answered without detail.
    pub fn internal(what: &'static str, error: &(dyn Error + 'static)) -> Self {
        tracing::error!(error = chain(error), "{what} failed");
        Self::new(Refusal::Internal, sentences::INTERNAL)
    }

    /// Adds a value that a program may need, such as the tenant's id.
    #[must_use]
    pub fn with(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.metadata.insert(key.into(), value.into());
        self
    }

    /// Says after how many whole seconds the call may be repeated (`google.rpc.RetryInfo`).
    #[must_use]
    pub fn retry_after(mut self, delay: Duration) -> Self {
        self.retry_after = Some(u16::try_from(delay.as_secs()).unwrap_or(u16::MAX));
        self
    }

    /// Refusal for a tenant whose lock is taken: the call may be repeated.
    pub fn tenant_busy() -> Self {
        Self::new(Refusal::TenantBusy, sentences::TENANT_BUSY).retry_after(TENANT_BUSY_RETRY)
    }

    /// The refusal.
    pub fn refusal(&self) -> Refusal {
        self.refusal
    }
}

impl From<ApiError> for Status {
    fn from(error: ApiError) -> Self {
        let mut details = ErrorDetails::new();
        details.set_error_info(error.refusal.as_str(), DOMAIN, error.metadata);
        if let Some(seconds) = error.retry_after {
            details.set_retry_info(Some(Duration::from_secs(seconds.into())));
        }
        for (field, description) in bounds::fitting(error.violations) {
            details.add_bad_request_violation(field, description);
        }
        Self::with_error_details(
            Code::from_i32(error.refusal.code().number()),
            bounds::shortened(error.message, bounds::MESSAGE),
            details,
        )
    }
}

impl From<sqlx::Error> for ApiError {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::ColumnDecode { .. } | sqlx::Error::ColumnNotFound(_) | sqlx::Error::Decode(_) => {
                Self::internal("reading the database's answer", &error)
            }
            error => Self::unavailable("the database", &error),
        }
    }
}

/// The wrong fields of a request, collected so that all are reported at once.
#[derive(Debug, Clone, Default)]
pub struct Violations(Vec<(String, String)>);

impl Violations {
    /// Notes a wrong field by its path, such as `settings.directory.port`, with its problem.
    pub fn push(&mut self, field: impl Into<String>, description: impl Into<String>) {
        self.0.push((field.into(), description.into()));
    }

    /// Notes the error of a field, and gives its value if there was none.
    pub fn check<T, E: std::fmt::Display>(&mut self, field: &str, result: Result<T, E>) -> Option<T> {
        result.map_err(|error| self.push(field, error.to_string())).ok()
    }

    /// The size of a page: as many entries as are asked for, at most 1,000; `default` if 0 are.
    pub fn page_size(&mut self, asked: i32, default: usize) -> usize {
        const LARGEST: usize = 1_000;
        let asked = usize::try_from(asked).map_err(|_| sentences::PAGE_SIZE);
        match self.check("page_size", asked) {
            None | Some(0) => default,
            Some(asked) => asked.min(LARGEST),
        }
    }

    /// True if nothing is wrong so far.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Ok if nothing is wrong.
    pub fn into_result(self) -> Result<(), ApiError> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(self.into_error())
        }
    }

    /// The error that reports all violations, as far as they fit an answer.
    pub fn into_error(self) -> ApiError {
        let message = bounds::message(&self.0, sentences::others);
        let mut error = ApiError::new(Refusal::InvalidFields, message);
        error.violations = self.0;
        error
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use tonic::{Code, Status};
    use tonic_types::StatusExt as _;

    use super::{ApiError, Refusal, Violations};

    #[test]
    fn a_refusal_carries_its_reason_domain_and_metadata() {
        let status = Status::from(ApiError::new(Refusal::NoRun, "There is no such run.").with("run_id", "7"));
        assert_eq!(status.code(), Code::NotFound);
        let info = status.get_details_error_info().expect("an ErrorInfo");
        assert_eq!(
            (info.reason.as_str(), info.domain.as_str()),
            ("NO_RUN", "rollcall")
        );
        assert_eq!(info.metadata.get("run_id").map(String::as_str), Some("7"));
    }

    #[test]
    fn a_bad_request_names_every_wrong_field() {
        let mut violations = Violations::default();
        assert_eq!(violations.check::<u8, _>("port", "0x".parse::<u8>()), None);
        violations.push("hosts", "at least one");
        let status = Status::from(violations.into_error());
        assert_eq!(status.code(), Code::InvalidArgument);
        let fields: Vec<String> = status
            .get_details_bad_request()
            .expect("a BadRequest")
            .field_violations
            .into_iter()
            .map(|violation| violation.field)
            .collect();
        assert_eq!(fields, ["port", "hosts"]);
        assert!(
            status.message().contains("hosts: at least one"),
            "{}",
            status.message()
        );
    }

    #[test]
    fn an_answer_about_many_long_fields_fits_what_clients_accept() {
        let mut violations = Violations::default();
        for number in 0..10_000 {
            violations.push(
                format!("domains[{number}].name"),
                "“bäd_näme” is no domain. ".repeat(20),
            );
        }
        let status = Status::from(violations.into_error());
        let said = status.message().to_owned();
        let headers = status.into_http::<String>().into_parts().0.headers;
        let bytes: usize = headers
            .iter()
            .map(|(name, value)| name.as_str().len() + value.len() + 32)
            .sum();
        assert!(bytes <= 8192, "{bytes} bytes of trailers");
        assert!(said.contains(" more"), "{said}");
    }

    #[test]
    fn a_page_is_as_large_as_asked_within_bounds() {
        let mut violations = Violations::default();
        assert_eq!(
            [0, 7, 1000, 5000].map(|asked| violations.page_size(asked, 50)),
            [50, 7, 1000, 1000]
        );
        assert!(violations.is_empty());
    }

    #[test]
    fn a_page_of_less_than_nothing_is_refused_by_its_field() {
        let mut violations = Violations::default();
        violations.page_size(-1, 50);
        let status = Status::from(violations.into_error());
        assert_eq!(status.code(), Code::InvalidArgument);
        assert!(status.message().contains("page_size: "), "{}", status.message());
    }

    #[test]
    fn no_violation_is_no_error() {
        assert!(Violations::default().into_result().is_ok());
    }

    #[test]
    fn an_internal_fault_is_reported_without_its_details() {
        let error = sqlx::Error::Io(io::Error::other("10.1.2.3 refused the role's password"));
        let status = Status::from(ApiError::from(error));
        assert_eq!(status.code(), Code::Unavailable);
        assert!(!format!("{status:?}").contains("10.1.2.3"), "{status:?}");
    }
}
