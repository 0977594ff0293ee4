//! Answers of the services for programs, as JSON.
//!
//! The names are those of the contract, in snake_case. Enums are shown by name without their prefix, and as null where
//! unspecified; times as RFC 3339 in UTC; counts as numbers. A field that the contract leaves out or empty is null or
//! an empty list, so that each key is always there.

#![expect(
    missing_docs,
    reason = "the fields are those of the contract, whose comments describe them"
)]

mod account;
mod audit;
mod explain;
mod filter;
mod fleet;
mod run;
mod settings;
mod step;

use jiff::{Timestamp, Unit};
use rollcall_terms::names::{Named, to_sql};

pub use account::{AccountList, AccountView, AddressView, DomainList, DomainOwnerView, ReleasedView};
pub use audit::{AuditDetailView, AuditList, AuditView};
pub use explain::ExplanationView;
pub use filter::{FilterCheckView, FilterView};
pub use fleet::{BacklogView, FleetView, PauseView, ReadModeView};
pub use run::{
    CancelView, CountsView, CsvView, FailureView, LeftOutView, ReasonCountView, RequestedByView, RowList,
    RowView, RunList, RunView, StartedView,
};
pub use settings::{DeletedView, RemovalView, SelectionView, SettingsList, SettingsView};
pub use step::{CertificateView, ExampleView, ServerView, StepView, TlsView};

/// The name of an enum's value without its type's prefix; none where it is unspecified.
pub fn name(value: impl Named) -> Option<&'static str> {
    to_sql(value)
}

/// RFC 3339 in UTC, to the microsecond.
pub fn time(time: Option<&prost_types::Timestamp>) -> Option<String> {
    let time = Timestamp::new(time?.seconds, time?.nanos).ok()?;
    Some(time.round(Unit::Microsecond).unwrap_or(time).to_string())
}

/// `None` where the contract has an empty text.
fn given(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests;
