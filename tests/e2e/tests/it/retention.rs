//! Expired data go, and data that are still shown stay.

use anyhow::Result;
use rollcall_e2e::{Office, Tenant, status::refused, wait};
use rollcall_proto::v1::RunState;

use crate::{office::past, removal::leave};

/// Data kept for single runs: rows of previews, HELD runs and reverts, and the data that a revert needs.
const OF_RUNS: &str = "SELECT (SELECT count(*) FROM reconcile.claim_history WHERE tenant_id = $1 AND preview_run_id IS NOT NULL)
            + (SELECT count(*) FROM reconcile.preview_hidden WHERE tenant_id = $1)
            + (SELECT count(*) FROM reconcile.account_before WHERE tenant_id = $1)
            + (SELECT count(*) FROM reconcile.address_before WHERE tenant_id = $1)";
const CLOSED: &str =
    "SELECT count(*) FROM reconcile.claim_history WHERE tenant_id = $1 AND valid_to IS NOT NULL";
const OPEN: &str = "SELECT count(*) FROM reconcile.claim_history WHERE tenant_id = $1 AND valid_to IS NULL";
const SUMMARIES: &str = "SELECT count(*) FROM reconcile.run_outcome WHERE tenant_id = $1";

async fn number(query: &'static str, tenant: &Tenant) -> Result<i64> {
    past().await?.number(query, tenant).await
}

#[tokio::test]
async fn rows_go_after_30_days_and_summaries_after_400_and_the_portal_goes_on() -> Result<()> {
    let (tenant, forest) = Office::new("retention").crowd(20).removing().synced().await?;
    leave(&forest, [0, 1]).await?;
    let preview = tenant.preview().await?;
    let sync = tenant.sync().await?;
    leave(&forest, 2..10).await?;
    let held = tenant.held_sync().await?;
    let same = tenant.held_sync().await?;
    assert_eq!(same.rows_of_run_id, held.run_id);
    let revert = tenant.revert(&sync.run_id).await?;
    assert!(number(OF_RUNS, &tenant).await? > 0);
    let open = number(OPEN, &tenant).await?;

    past().await?.runs(&tenant, 29 * 24).await?;
    for run in [&sync, &held, &same, &revert] {
        assert!(!tenant.rows(&run.run_id).await?.is_empty(), "{run:?}");
    }
    assert_eq!(
        refused(tenant.rows(&preview.run_id).await).reason,
        "ROWS_EXPIRED",
        "a preview is kept for 7 days"
    );

    past().await?.runs(&tenant, 2 * 24).await?;
    for run in [&sync, &held, &same, &revert] {
        assert_eq!(
            refused(tenant.rows(&run.run_id).await).reason,
            "ROWS_EXPIRED",
            "at once: {run:?}"
        );
    }
    let kept = || async { Ok((number(OF_RUNS, &tenant).await?, number(CLOSED, &tenant).await?)) };
    wait::until("the rows to go", kept, |kept| *kept == (0, 0)).await?;
    assert_eq!(number(OPEN, &tenant).await?, open, "what counts now stays");
    assert_eq!(
        tenant.run(&held.run_id).await?.state(),
        RunState::Held,
        "the summary stays"
    );

    let again = tenant.held_sync().await?;
    assert_eq!(tenant.rows(&again.run_id).await?.len(), 20);

    past().await?.runs(&tenant, 370 * 24).await?;
    past().await?.ids(&tenant).await?;
    let summaries = || number(SUMMARIES, &tenant);
    wait::until("the summaries to go", summaries, |left| *left == 1).await?;
    Ok(())
}
