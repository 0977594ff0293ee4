//! “How to turn it off?”

use anyhow::Result;
use rollcall_e2e::{Office, status::refused};
use tonic::Code;

#[tokio::test]
async fn deleting_the_sync_settings_turns_it_off() -> Result<()> {
    let (tenant, forest) = Office::new("off").people(["ann", "bob"]).saved().await?;
    tenant.put_schedule(forest.settings(), 1).await?;
    tenant.sync().await?;
    tenant.delete_settings().await?;
    assert_eq!(refused(tenant.start_sync().await).reason, "NO_SETTINGS");
    assert_eq!(refused(tenant.saved().await).code, Code::NotFound);
    assert_eq!(tenant.accounts().await?.len(), 2, "accounts stay as they are");
    Ok(())
}
