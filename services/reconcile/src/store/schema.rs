//! The schemas `portal` and `reconcile`, and what is published of them.

use rollcall_chassis::{
    fleet_views,
    pg::{FleetRole, Monthly, Schema},
    views,
};

/// Outcomes of runs, a partition for each month.
pub(super) const RUN_OUTCOME: Monthly = Monthly {
    schema: "reconcile",
    table: "run_outcome",
};

/// The role for work on all tenants.
pub(super) const FLEET: FleetRole = FleetRole::new("rollcall_reconcile_fleet");

/// Both schemas.
pub(crate) static SCHEMA: Schema = Schema {
    migrations: sqlx::migrate!(),
    monthly: &[RUN_OUTCOME],
    fleet: FLEET,
    views: views![
        "reconcile.scheduler_period",
        "reconcile.scheduler_run_state",
        "reconcile.scheduler_tenant",
        "reconcile.scheduler_tenant_domain",
        "results.account",
        "results.account_address",
        "results.address_change",
        "results.domain",
        "results.period",
        "results.removed_address",
        "results.run_outcome",
        "results.run_row",
    ],
    fleet_views: fleet_views![
        "reconcile.scheduler_all_domains",
        "reconcile.scheduler_all_heartbeats",
        "reconcile.scheduler_all_renewed_seals",
        "reconcile.scheduler_all_run_states",
        "reconcile.scheduler_all_tenants",
        "results.all_last_runs",
        "results.all_refused_credentials",
        "results.all_run_outcomes",
        "results.all_waiting_events",
    ],
};
