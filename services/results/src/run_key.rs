//! The name of a run.

use uuid::Uuid;

/// A run of a tenant.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct RunKey {
    pub(crate) tenant_id: String,
    pub(crate) run_id: Uuid,
}
