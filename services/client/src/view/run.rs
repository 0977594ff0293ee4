//! Runs and their rows.

use rollcall_proto::v1;
use serde::Serialize;

use super::{given, name, time};

/// A run.
#[derive(Debug, Serialize)]
pub struct RunView {
    pub run_id: String,
    pub tenant_id: String,
    pub kind: Option<&'static str>,
    pub trigger: Option<&'static str>,
    pub state: Option<&'static str>,
    pub stage: Option<&'static str>,
    pub held_reason: Option<&'static str>,
    pub further_held_reasons: Vec<&'static str>,
    pub held_message: Option<String>,
    pub would_hold: bool,
    pub read_mode: Option<&'static str>,
    pub read_mode_reason: Option<String>,
    pub server: Option<String>,
    pub server_reason: Option<String>,
    pub unchanged: bool,
    pub rows_of_run_id: Option<String>,
    pub counts: CountsView,
    pub left_out: Option<LeftOutView>,
    pub skipped: Vec<ReasonCountView>,
    pub empty_message: Option<String>,
    pub failure: Option<FailureView>,
    pub attempt: i32,
    pub takeovers: i32,
    pub next_attempt_time: Option<String>,
    pub create_time: Option<String>,
    pub start_time: Option<String>,
    pub end_time: Option<String>,
    pub rows_expire_time: Option<String>,
    pub acts_on_run_id: Option<String>,
    pub expect_preview_run_id: Option<String>,
    pub requested_by: Option<RequestedByView>,
}

/// Who requested a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RequestedByView {
    pub caller: String,
    pub actor: Option<String>,
}

/// Numbers of what a run read and decided.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct CountsView {
    pub objects: u64,
    pub claims: u64,
    pub not_email: u64,
    pub references: u64,
    pub add: u64,
    pub keep: u64,
    pub update: u64,
    pub remove: u64,
    pub stale: u64,
    pub skip: u64,
    pub accounts: u64,
    pub welcomes: u64,
    pub accounts_reduced: u64,
    pub accounts_created: u64,
    pub spoilt: u64,
}

/// Parts of a directory that a read left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LeftOutView {
    pub contexts: Vec<String>,
    pub more_contexts: u32,
    pub references: Vec<String>,
    pub more_references: u32,
}

/// Number of claims that are left out for the same reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct ReasonCountView {
    pub reason: Option<&'static str>,
    pub claims: u64,
}

/// Failure of a run.
#[derive(Debug, Serialize)]
pub struct FailureView {
    pub code: String,
    pub message: String,
    pub advice: String,
    pub detail: String,
}

/// A tenant's runs.
#[derive(Debug, Serialize)]
pub struct RunList {
    pub runs: Vec<RunView>,
    /// There are more runs than were requested.
    pub more: bool,
}

/// A run that was started.
#[derive(Debug, Serialize)]
pub struct StartedView {
    pub run_id: String,
    pub already_queued: bool,
}

/// A run that was cancelled.
#[derive(Debug, Serialize)]
pub struct CancelView {
    pub run_id: String,
    pub cancelled: bool,
}

/// A run's verdicts.
#[derive(Debug, Serialize)]
pub struct RowList {
    pub run_id: String,
    pub rows: Vec<RowView>,
    /// There are more rows than were requested.
    pub more: bool,
}

/// One verdict.
#[derive(Debug, Serialize, PartialEq)]
pub struct RowView {
    pub address: String,
    pub verdict: Option<&'static str>,
    pub reason: Option<&'static str>,
    pub address_type: Option<&'static str>,
    pub primary_address: Option<String>,
    pub directory_type: Option<&'static str>,
    pub directory_primary: Option<String>,
    pub object_type: Option<&'static str>,
    pub object_id: Option<String>,
    pub object_dn: Option<String>,
    pub other: Option<String>,
    pub previous_verdict: Option<&'static str>,
}

/// A CSV file that was written.
#[derive(Debug, Serialize)]
pub struct CsvView {
    pub run_id: String,
    pub file: String,
    pub bytes: u64,
}

impl From<&v1::Run> for RunView {
    fn from(run: &v1::Run) -> Self {
        Self {
            run_id: run.run_id.clone(),
            tenant_id: run.tenant_id.clone(),
            kind: name(run.kind()),
            trigger: name(run.trigger()),
            state: name(run.state()),
            stage: name(run.stage()),
            held_reason: name(run.held_reason()),
            further_held_reasons: run.further_held_reasons().filter_map(name).collect(),
            held_message: given(&run.held_message),
            would_hold: run.would_hold,
            read_mode: name(run.read_mode()),
            read_mode_reason: given(&run.read_mode_reason),
            server: given(&run.server),
            server_reason: given(&run.server_reason),
            unchanged: run.unchanged,
            rows_of_run_id: given(&run.rows_of_run_id),
            counts: run.counts.as_ref().map(CountsView::from).unwrap_or_default(),
            left_out: run.left_out.as_ref().map(LeftOutView::from),
            skipped: run.skipped.iter().map(ReasonCountView::from).collect(),
            empty_message: given(&run.empty_message),
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
            requested_by: run.requested_by.as_ref().map(RequestedByView::from),
        }
    }
}

impl From<&v1::RequestedBy> for RequestedByView {
    fn from(requested_by: &v1::RequestedBy) -> Self {
        Self {
            caller: requested_by.caller.clone(),
            actor: given(&requested_by.actor),
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
            accounts_created: counts.accounts_created,
            spoilt: counts.spoilt,
        }
    }
}

impl From<&v1::LeftOut> for LeftOutView {
    fn from(left_out: &v1::LeftOut) -> Self {
        Self {
            contexts: left_out.contexts.clone(),
            more_contexts: left_out.more_contexts,
            references: left_out.references.clone(),
            more_references: left_out.more_references,
        }
    }
}

impl From<&v1::ReasonCount> for ReasonCountView {
    fn from(count: &v1::ReasonCount) -> Self {
        Self {
            reason: name(count.reason()),
            claims: count.claims,
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
            verdict: name(row.verdict()),
            reason: name(row.reason()),
            address_type: name(row.address_type()),
            primary_address: given(&row.primary_address),
            directory_type: name(row.directory_type()),
            directory_primary: given(&row.directory_primary),
            object_type: name(row.object_type()),
            object_id: given(&row.object_id),
            object_dn: given(&row.object_dn),
            other: given(&row.other),
            previous_verdict: name(row.previous_verdict()),
        }
    }
}
