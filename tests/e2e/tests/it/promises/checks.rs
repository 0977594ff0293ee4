//! “How often does it check?”

use anyhow::{Context, Result};
use rollcall_e2e::Office;

#[tokio::test]
async fn it_can_check_as_often_as_every_hour_and_be_delayed_by_hours_up_to_24() -> Result<()> {
    let (tenant, forest) = Office::new("often").saved().await?;
    for (every_hours, longest) in [(1, 3_600), (2, 7_200), (24, 86_400)] {
        let settings = tenant.put_schedule(forest.settings(), every_hours).await?;
        let next = settings.next_run_time.context("a next run")?.seconds;
        let wait = next - settings.update_time.context("when it was saved")?.seconds;
        assert!(
            (0..=longest).contains(&wait),
            "every {every_hours} hours: in {wait} s"
        );
    }
    Ok(())
}
