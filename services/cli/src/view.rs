//! Output for programs (`--json`), and the words that tables share with it.
//!
//! The names are those of the contract, in snake_case. Enums are shown by name without their prefix, and as null where
//! unspecified; times as RFC 3339 in UTC; counts as numbers. A field that the contract leaves out or empty is null or
//! an empty list, so that each key is always there.

mod account;
mod explain;
mod filter;
mod fleet;
mod run;
mod settings;
mod step;

use jiff::{Timestamp, Unit};

pub(crate) use account::{AccountList, AccountView, AddressView, DomainList};
pub(crate) use explain::ExplanationView;
pub(crate) use filter::{FilterCheckView, FilterView};
pub(crate) use fleet::{BacklogView, FleetView, PauseView, ReadModeView};
pub(crate) use run::{
    CancelView, CountsView, CsvView, FailureView, RowList, RowView, RunList, RunView, StartedView,
};
pub(crate) use settings::{DeletedView, RemovalView, SelectionView, SettingsList, SettingsView};
pub(crate) use step::{CertificateView, ExampleView, ServerView, StepView, TlsView};

/// The name of an enum's value without its type's prefix; none where it is unspecified.
pub(crate) fn name(full: &'static str, prefix: &str) -> Option<&'static str> {
    let name = full.strip_prefix(prefix).unwrap_or(full);
    (name != "UNSPECIFIED").then_some(name)
}

/// RFC 3339 in UTC, to the microsecond.
pub(crate) fn time(time: Option<&prost_types::Timestamp>) -> Option<String> {
    let time = Timestamp::new(time?.seconds, time?.nanos).ok()?;
    Some(time.round(Unit::Microsecond).unwrap_or(time).to_string())
}

/// The same to the second, as a person reads it.
pub(crate) fn short_time(time: Option<&str>) -> String {
    let Some(parsed) = time.and_then(|text| text.parse::<Timestamp>().ok()) else {
        return "-".to_owned();
    };
    parsed.strftime("%Y-%m-%d %H:%M:%SZ").to_string()
}

/// None where the contract has an empty text.
fn given(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests;
