//! Runs in partitions of a month.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use rollcall_chassis::{clock, pg::Month};
use sqlx::AssertSqlSafe;

use super::*;
use crate::store::{months, schema::RUN_OUTCOME};

const PARTITIONS: &str = include_str!("months/partitions.sql");
const YEAR: &str = include_str!("months/year.sql");
/// Of a year of runs, at least one month is older.
const PERIOD: SignedDuration = SignedDuration::from_hours(300 * 24);

impl Ground {
    async fn with_a_year() -> Result<Self> {
        let ground = Self::new().await?;
        // Roles of services make no functions. In this database of its own, one does.
        let permit = "GRANT USAGE ON LANGUAGE sql, plpgsql TO rollcall_reconcile";
        ground.database.run_as_superuser(permit).await?;
        let owner = Role::Reconcile;
        ground.database.run_as_owner(owner, PARTITIONS).await?;
        ground.as_reconcile(YEAR).await?;
        Ok(ground)
    }

    async fn months(&self) -> Result<Vec<Month>> {
        Ok(RUN_OUTCOME.months(self.pool()).await?)
    }
}

#[tokio::test]
async fn months_are_made_ahead_and_take_their_rows_from_the_default_partition() -> Result<()> {
    let ground = Ground::new().await?;
    let run = ground.ask("SYNC").await?;
    ground
        .as_reconcile(&format!(
            "INSERT INTO reconcile.run_outcome (tenant_id, run_id, kind, trigger, state, attempt)
             VALUES ('acme', '{run}', 'SYNC', 'MANUAL', 'RUNNING', 1)"
        ))
        .await?;
    assert!(RUN_OUTCOME.has_strays(ground.pool()).await?);
    months::keep(ground.gate(), PERIOD).await?;
    let made = ground.months().await?;
    assert_eq!(made.len(), 4);
    assert_eq!(made.first(), Some(&Month::from(clock::now())));
    assert!(!RUN_OUTCOME.has_strays(ground.pool()).await?);
    assert_eq!(
        ground.count("SELECT count(*) FROM reconcile.run_outcome").await?,
        1
    );
    Ok(())
}

#[tokio::test]
async fn a_month_goes_as_a_whole_once_its_runs_are_over_and_none_is_shown() -> Result<()> {
    let ground = Ground::with_a_year().await?;
    let oldest = ground.months().await?[0];
    ground
        .as_reconcile(
            "UPDATE reconcile.run_outcome SET rows_dropped = false
             WHERE run_id = (SELECT run_id FROM reconcile.run_outcome ORDER BY run_id LIMIT 1)",
        )
        .await?;
    months::keep(ground.gate(), PERIOD).await?;
    let bound = clock::now() - PERIOD;
    let left = ground.months().await?;
    assert_eq!(left[0], oldest, "a run in it is still shown");
    assert!(left.iter().skip(1).all(|month| month.end() > bound));
    ground
        .as_reconcile("UPDATE reconcile.run_outcome SET rows_dropped = true WHERE rows_expire_time < now()")
        .await?;
    months::keep(ground.gate(), PERIOD).await?;
    let left = ground.months().await?;
    assert!(left[0] > oldest && left[0].end() > bound);
    let whole = "SELECT count(*) FROM reconcile.run_outcome WHERE end_time > now() - interval '300 days'";
    assert!(
        ground.count(whole).await? >= 300 * 24 - 1,
        "all runs within the period are left"
    );
    Ok(())
}

#[tokio::test]
async fn a_run_of_no_month_is_found_in_the_default_partition() -> Result<()> {
    let ground = Ground::with_a_year().await?;
    months::keep(ground.gate(), PERIOD).await?;
    assert!(!RUN_OUTCOME.has_strays(ground.pool()).await?);
    ground
        .as_reconcile(
            "INSERT INTO reconcile.run_outcome (tenant_id, run_id, kind, trigger, state, attempt)
             VALUES ('acme', gen_random_uuid(), 'SYNC', 'MANUAL', 'RUNNING', 1)",
        )
        .await?;
    assert!(RUN_OUTCOME.has_strays(ground.pool()).await?);
    Ok(())
}

#[tokio::test]
async fn a_run_is_looked_for_in_the_partition_of_its_month() -> Result<()> {
    let ground = Ground::with_a_year().await?;
    let run: Uuid = sqlx::query_scalar(
        "SELECT run_id FROM reconcile.run_outcome WHERE end_time < now() - interval '200 days' LIMIT 1",
    )
    .fetch_one(ground.all().await?.connection())
    .await?;
    let explain = concat!("EXPLAIN ", include_str!("../../../sql/run_outcome/to_revert.sql"));
    let plan: Vec<String> = sqlx::query_scalar(AssertSqlSafe(explain))
        .bind("acme")
        .bind(run)
        .fetch_all(ground.all().await?.connection())
        .await?;
    let words = plan.iter().flat_map(|line| line.split_whitespace());
    let partitions: BTreeSet<&str> = words
        .filter(|word| word.starts_with("run_outcome_") && !word.ends_with("key"))
        .collect();
    assert_eq!(partitions.len(), 1, "{plan:#?}");
    Ok(())
}
