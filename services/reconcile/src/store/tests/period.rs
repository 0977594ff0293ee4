//! The periods that the other services read.

use rollcall_domain::{Days, Periods};

use super::*;
use crate::store::period;

#[tokio::test]
async fn the_last_process_to_start_says_how_long_things_are_kept() -> Result<()> {
    let ground = Ground::new().await?;
    period::put(ground.gate(), &Periods::default()).await?;
    let periods = Periods {
        previews: Days(1),
        rows: Days(2),
        summaries: Days(4),
        removed_accounts: Days(8),
    };
    period::put(ground.gate(), &periods).await?;
    assert_eq!(ground.count("SELECT count(*) FROM reconcile.period").await?, 1);
    let written = "SELECT count(*) FROM reconcile.period
                   WHERE (preview_days, rows_days, summary_days, removed_days) = (1, 2, 4, 8)";
    assert_eq!(ground.count(written).await?, 1);
    Ok(())
}
