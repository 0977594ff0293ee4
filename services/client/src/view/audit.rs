//! Records of acts.

use rollcall_proto::v1;
use serde::Serialize;

use super::{given, time};

/// Records, the newest first.
#[derive(Debug, Serialize)]
pub struct AuditList {
    pub records: Vec<AuditView>,
    /// There are more records than were requested.
    pub more: bool,
}

/// A record.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct AuditView {
    pub record_id: String,
    pub time: Option<String>,
    pub caller: String,
    pub actor: Option<String>,
    pub tenant_id: Option<String>,
    pub method: String,
    pub details: Vec<AuditDetailView>,
    pub run_id: Option<String>,
    pub outcome: String,
    pub calls: u64,
    pub service: String,
}

/// One thing that an act did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct AuditDetailView {
    pub name: String,
    pub value: Option<String>,
    pub old_value: Option<String>,
}

impl From<&v1::AuditRecord> for AuditView {
    fn from(record: &v1::AuditRecord) -> Self {
        Self {
            record_id: record.record_id.clone(),
            time: time(record.time.as_ref()),
            caller: record.caller.clone(),
            actor: given(&record.actor),
            tenant_id: given(&record.tenant_id),
            method: record.method.clone(),
            details: record.details.iter().map(AuditDetailView::from).collect(),
            run_id: given(&record.run_id),
            outcome: record.outcome.clone(),
            calls: record.calls,
            service: record.service.clone(),
        }
    }
}

impl From<&v1::AuditDetail> for AuditDetailView {
    fn from(detail: &v1::AuditDetail) -> Self {
        Self {
            name: detail.name.clone(),
            value: given(&detail.value),
            old_value: given(&detail.old_value),
        }
    }
}
