//! A sample of the trials: a few cells of the matrix and a few random mixes.

use anyhow::{Result, ensure};
use rollcall_chaos::{
    Plan, bench,
    plan::{matrix, random},
};

/// Holds trials, of which none may show a violation.
async fn hold(plans: Vec<Plan>) -> Result<()> {
    let verdicts = bench::hold(plans, 2, |verdict| println!("{verdict}")).await?;
    let failed: Vec<String> = verdicts
        .iter()
        .filter(|verdict| !verdict.violations.is_empty())
        .map(ToString::to_string)
        .collect();
    ensure!(failed.is_empty(), "{}", failed.join("\n"));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_dies_or_hangs_at_a_step_of_a_run_loses_nothing_and_repeats_nothing() -> Result<()> {
    hold(matrix::sample()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_breaks_at_the_same_time_nothing_is_lost_and_nothing_repeated() -> Result<()> {
    hold((1..=8).map(random::of_seed).collect()).await
}
