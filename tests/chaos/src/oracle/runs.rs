//! Each request reached a final state, within few beginnings, and nothing of ours was called the customer's.

use std::{collections::HashMap, time::Duration};

use anyhow::Result;
use sqlx::PgPool;

use super::{Case, Seen};
use crate::trial::Subject;

/// A run as its request and its outcome show it.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(crate) struct Run {
    id: String,
    state: Option<String>,
    failure_code: Option<String>,
}

impl Run {
    /// True if the directory is to blame.
    pub(crate) fn failed(&self) -> bool {
        self.state.as_deref() == Some("FAILED")
    }

    /// True if it is final.
    pub(crate) fn is_over(&self) -> bool {
        matches!(
            self.state.as_deref(),
            Some("SUCCEEDED" | "HELD" | "FAILED" | "CANCELLED")
        )
    }
}

/// All runs of a tenant.
pub(crate) async fn read(database: &PgPool, tenant: &str) -> Result<Vec<Run>> {
    let runs = sqlx::query_as(
        "SELECT r.run_id::text AS id, o.state, o.failure_code
         FROM scheduler.run_request r LEFT JOIN reconcile.run_outcome o USING (tenant_id, run_id)
         WHERE r.tenant_id = $1 ORDER BY r.run_id",
    );
    Ok(runs.bind(tenant).fetch_all(database).await?)
}

/// The observations of a tenant's runs.
#[derive(Debug, Default)]
pub(super) struct Judged {
    pub(super) seen: Seen,
    pub(super) violations: Vec<String>,
}

pub(super) async fn judge(case: &Case<'_>, subject: &Subject) -> Result<Judged> {
    let tenant = &subject.tenant;
    let runs = read(&case.world.database, &tenant.id).await?;
    let beginnings: Vec<(String, i64)> = sqlx::query_as(
        "SELECT run_id::text, count(*) FROM chaos.beginning WHERE tenant_id = $1 GROUP BY run_id",
    )
    .bind(&tenant.id)
    .fetch_all(&case.world.database)
    .await?;
    let beginnings: HashMap<String, i64> = beginnings.into_iter().collect();
    let mut judged = Judged::default();
    judged.seen.runs = runs.len();
    judged.seen.beginnings = usize::try_from(beginnings.values().sum::<i64>()).unwrap_or_default();
    // Each fault may cost a run its worker, and each answer that is lost may make it begin once more.
    let bound = 1 + 2 * i64::try_from(case.plan.faults.len())? + in_vain(case.plan.outage());
    for run in &runs {
        let Run {
            id,
            state,
            failure_code,
        } = run;
        let begun = beginnings.get(id).copied().unwrap_or_default();
        if begun > bound {
            judged.violations.push(format!("run {id} began {begun} times"));
        }
        if !run.is_over() {
            judged.violations.push(format!("run {id} is still {state:?}"));
        } else if state.as_deref() != Some("SUCCEEDED") && !(run.failed() && subject.may_fail) {
            judged.violations.push(format!(
                "run {id} ended {} {}, though the directory was never away",
                state.as_deref().unwrap_or_default(),
                failure_code.as_deref().unwrap_or_default()
            ));
        }
    }
    Ok(judged)
}

/// Number of times that a run that cannot be committed may begin again in this time.
fn in_vain(outage: Duration) -> i64 {
    let waits = [1, 2, 10, 10, 10].into_iter().chain(std::iter::repeat(60));
    let due = waits.scan(Duration::ZERO, |at, wait| {
        *at += Duration::from_secs(wait);
        Some(*at)
    });
    due.take_while(|at| *at <= outage).fold(0, |count, _| count + 1)
}
