//! The schemas `portal` and `reconcile`, and what is published of them.

use rollcall_chassis::{
    pg::{Monthly, Schema},
    views,
};

/// Outcomes of runs, a partition for each month.
pub(super) const RUN_OUTCOME: Monthly = Monthly {
    schema: "reconcile",
    table: "run_outcome",
};

/// Both schemas.
pub(crate) static SCHEMA: Schema = Schema {
    migrations: sqlx::migrate!(),
    monthly: &[RUN_OUTCOME],
    views: views![
        "reconcile.scheduler_heartbeat",
        "reconcile.scheduler_period",
        "reconcile.scheduler_renewed_seal",
        "reconcile.scheduler_run_state",
        "reconcile.scheduler_tenant",
        "reconcile.scheduler_tenant_domain",
        "results.account",
        "results.account_address",
        "results.address_change",
        "results.domain",
        "results.last_run",
        "results.period",
        "results.refused_credential",
        "results.removed_address",
        "results.run_outcome",
        "results.run_row",
        "results.waiting_events",
    ],
};
