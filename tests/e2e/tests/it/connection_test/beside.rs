//! Tests go on beside the runs, and delay none.

use anyhow::{Result, ensure};
use rollcall_e2e::{person, wait};
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
    let (tenant, forest) = own.tenant("beside").await?;
    forest.add(&person("ann").primary(&tenant.address("ann"))).await?;
    tenant.put_directory(forest.settings()).await?;
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
            last == Some((TestStepKind::Examples, TestStepState::Passed)),
            "{steps:?}"
        );
    }
    Ok(())
}
