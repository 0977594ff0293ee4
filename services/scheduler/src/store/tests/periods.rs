//! The periods that reconcile is configured with.

use rollcall_domain::{Days, Periods};

use super::*;

#[tokio::test]
async fn periods_are_those_of_reconcile_and_unknown_until_it_has_started() -> Result<()> {
    let ground = Ground::new().await?;
    assert_eq!(ground.store.periods().await?, None);
    let configured = "INSERT INTO reconcile.period (preview_days, rows_days, summary_days, removed_days)
                      VALUES (1, 2, 4, 8)";
    ground.as_reconcile(configured).await?;
    let periods = Periods {
        previews: Days(1),
        rows: Days(2),
        summaries: Days(4),
        removed_accounts: Days(8),
    };
    assert_eq!(ground.store.periods().await?, Some(periods));
    let mut change = ground.store.change(&ground.tenant).await.context("the lock")?;
    assert_eq!(change.periods().await?, periods);
    Ok(())
}
