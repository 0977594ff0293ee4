//! Runs and their rows.

use rollcall_proto::v1;
use serde::Serialize;

use super::{given, name, time};

/// A run.
#[derive(Debug, Serialize)]
pub(crate) struct RunView {
    pub(crate) run_id: String,
    pub(crate) tenant_id: String,
    pub(crate) kind: Option<&'static str>,
    pub(crate) trigger: Option<&'static str>,
    pub(crate) state: Option<&'static str>,
    pub(crate) held_reason: Option<&'static str>,
    pub(crate) held_message: Option<String>,
    pub(crate) would_hold: bool,
    pub(crate) read_mode: Option<&'static str>,
    pub(crate) read_mode_reason: Option<String>,
    pub(crate) unchanged: bool,
    pub(crate) rows_of_run_id: Option<String>,
    pub(crate) counts: CountsView,
    pub(crate) failure: Option<FailureView>,
    pub(crate) attempt: u32,
    pub(crate) takeovers: u32,
    pub(crate) next_attempt_time: Option<String>,
    pub(crate) create_time: Option<String>,
    pub(crate) start_time: Option<String>,
    pub(crate) end_time: Option<String>,
    pub(crate) rows_expire_time: Option<String>,
    pub(crate) acts_on_run_id: Option<String>,
    pub(crate) expect_preview_run_id: Option<String>,
}

/// Numbers of what a run read and decided.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub(crate) struct CountsView {
    pub(crate) objects: u64,
    pub(crate) claims: u64,
    pub(crate) not_email: u64,
    pub(crate) references: u64,
    pub(crate) add: u64,
    pub(crate) keep: u64,
    pub(crate) update: u64,
    pub(crate) remove: u64,
    pub(crate) stale: u64,
    pub(crate) skip: u64,
    pub(crate) accounts: u64,
    pub(crate) welcomes: u64,
    pub(crate) accounts_reduced: u64,
}

/// Failure of a run.
#[derive(Debug, Serialize)]
pub(crate) struct FailureView {
    pub(crate) code: String,
    pub(crate) message: String,
    pub(crate) advice: String,
    pub(crate) detail: String,
}

/// A tenant's runs.
#[derive(Debug, Serialize)]
pub(crate) struct RunList {
    pub(crate) runs: Vec<RunView>,
    /// There are more runs than were requested.
    pub(crate) more: bool,
}

/// A run that was started.
#[derive(Debug, Serialize)]
pub(crate) struct StartedView {
    pub(crate) run_id: String,
    pub(crate) already_queued: bool,
}

/// A run that was cancelled.
#[derive(Debug, Serialize)]
pub(crate) struct CancelView {
    pub(crate) run_id: String,
    pub(crate) cancelled: bool,
}

/// A run's verdicts.
#[derive(Debug, Serialize)]
pub(crate) struct RowList {
    pub(crate) run_id: String,
    pub(crate) rows: Vec<RowView>,
    /// There are more rows than were requested.
    pub(crate) more: bool,
}

/// One verdict.
#[derive(Debug, Serialize, PartialEq)]
pub(crate) struct RowView {
    pub(crate) address: String,
    pub(crate) verdict: Option<&'static str>,
    pub(crate) reason: Option<&'static str>,
    pub(crate) address_type: Option<&'static str>,
    pub(crate) primary_address: Option<String>,
    pub(crate) directory_type: Option<&'static str>,
    pub(crate) directory_primary: Option<String>,
    pub(crate) object_type: Option<&'static str>,
    pub(crate) object_id: Option<String>,
    pub(crate) object_dn: Option<String>,
    pub(crate) other: Option<String>,
    pub(crate) previous_verdict: Option<&'static str>,
}

/// A CSV file that was written.
#[derive(Debug, Serialize)]
pub(crate) struct CsvView {
    pub(crate) run_id: String,
    pub(crate) file: String,
    pub(crate) bytes: u64,
}

impl From<&v1::Run> for RunView {
    fn from(run: &v1::Run) -> Self {
        Self {
            run_id: run.run_id.clone(),
            tenant_id: run.tenant_id.clone(),
            kind: name(run.kind().as_str_name(), "RUN_KIND_"),
            trigger: name(run.trigger().as_str_name(), "RUN_TRIGGER_"),
            state: name(run.state().as_str_name(), "RUN_STATE_"),
            held_reason: name(run.held_reason().as_str_name(), "HELD_REASON_"),
            held_message: given(&run.held_message),
            would_hold: run.would_hold,
            read_mode: name(run.read_mode().as_str_name(), "READ_MODE_"),
            read_mode_reason: given(&run.read_mode_reason),
            unchanged: run.unchanged,
            rows_of_run_id: given(&run.rows_of_run_id),
            counts: run.counts.as_ref().map(CountsView::from).unwrap_or_default(),
            failure: run.failure.as_ref().map(FailureView::from),
            attempt: run.attempt,
            takeovers: run.takeovers,
            next_attempt_time: time(run.next_attempt_time.as_ref()),
            create_time: time(run.create_time.as_ref()),
            start_time: time(run.start_time.as_ref()),
            end_time: time(run.end_time.as_ref()),
            rows_expire_time: time(run.rows_expire_time.as_ref()),
            acts_on_run_id: given(&run.acts_on_run_id),
            expect_preview_run_id: given(&run.expect_preview_run_id),
        }
    }
}

impl From<&v1::Counts> for CountsView {
    fn from(counts: &v1::Counts) -> Self {
        Self {
            objects: counts.objects,
            claims: counts.claims,
            not_email: counts.not_email,
            references: counts.references,
            add: counts.add,
            keep: counts.keep,
            update: counts.update,
            remove: counts.remove,
            stale: counts.stale,
            skip: counts.skip,
            accounts: counts.accounts,
            welcomes: counts.welcomes,
            accounts_reduced: counts.accounts_reduced,
        }
    }
}

impl From<&v1::Failure> for FailureView {
    fn from(failure: &v1::Failure) -> Self {
        Self {
            code: failure.code.clone(),
            message: failure.message.clone(),
            advice: failure.advice.clone(),
            detail: failure.detail.clone(),
        }
    }
}

impl From<&v1::Row> for RowView {
    fn from(row: &v1::Row) -> Self {
        Self {
            address: row.address.clone(),
            verdict: name(row.verdict().as_str_name(), "VERDICT_"),
            reason: name(row.reason().as_str_name(), "REASON_"),
            address_type: name(row.address_type().as_str_name(), "ADDRESS_TYPE_"),
            primary_address: given(&row.primary_address),
            directory_type: name(row.directory_type().as_str_name(), "ADDRESS_TYPE_"),
            directory_primary: given(&row.directory_primary),
            object_type: name(row.object_type().as_str_name(), "OBJECT_TYPE_"),
            object_id: given(&row.object_id),
            object_dn: given(&row.object_dn),
            other: given(&row.other),
            previous_verdict: name(row.previous_verdict().as_str_name(), "VERDICT_"),
        }
    }
}
