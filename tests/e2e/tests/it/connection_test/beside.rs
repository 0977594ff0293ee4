//! Tests go on beside the runs, and delay none.

use anyhow::{Context, Result, ensure};
use rollcall_e2e::wait;
use rollcall_proto::v1::{Security, TestStepKind, TestStepState};
use rollcall_testbed::{Kind, StackOptions};

use super::tested;
use crate::own::Own;

#[tokio::test]
async fn hosts_that_do_not_answer_keep_tests_waiting_and_no_sync() -> Result<()> {
    let one_of_each = StackOptions::default()
        .set(Kind::Worker, "ROLLCALL_LANES__INTERACTIVE", "1")
        .set(Kind::Worker, "ROLLCALL_LANES__TESTS", "1");
    let own = Own::start(one_of_each).await?;
    let (tenant, forest) = own.office("beside").people(["ann"]).saved().await?;
    let proxy = forest.proxy().await?;
    proxy.stall_after(0);
    let silent = || tested(&tenant, proxy.settings(Security::Plaintext));
    let in_front_of_them = async {
        wait::until(
            "a test to be stuck",
            || async { Ok(proxy.connections()) },
            |made| *made > 0,
        )
        .await?;
        tenant.sync().await?;
        ensure!(proxy.connections() == 1, "both tests were begun at once");
        proxy.heal();
        Ok(())
    };
    let (first, second, synced) = tokio::join!(silent(), silent(), in_front_of_them);
    synced?;
    for steps in [first?, second?] {
        let last = steps.last().map(|step| (step.kind(), step.state()));
        ensure!(
            last == Some((TestStepKind::LeftOut, TestStepState::Passed)),
            "{steps:?}"
        );
    }
    Ok(())
}

#[tokio::test]
async fn a_worker_that_ends_reports_the_end_of_a_test_that_hangs() -> Result<()> {
    // Longer than a worker that ends waits for its tests.
    let patient = StackOptions::default().set(Kind::Worker, "ROLLCALL_DIRECTORY__BIND_TIMEOUT_SECONDS", "60");
    let own = Own::start(patient).await?;
    let (tenant, forest) = own.tenant("ending").await?;
    let proxy = forest.proxy().await?;
    proxy.stall_after(0);
    let worker = own.stack.service(Kind::Worker, 0)?;
    let ending = async {
        wait::until(
            "the test to be stuck",
            || async { Ok(proxy.connections()) },
            |made| *made > 0,
        )
        .await?;
        anyhow::Ok(worker.terminate().await?)
    };
    let (steps, ended) = tokio::join!(tested(&tenant, proxy.settings(Security::Plaintext)), ending);
    let steps = steps?;
    let last = steps.last().context("a step")?;
    ensure!(
        last.state() == TestStepState::Failed && last.message.contains("interrupted on our side"),
        "{last:?}"
    );
    ensure!(ended?.success(), "the worker did not drain");
    Ok(())
}
