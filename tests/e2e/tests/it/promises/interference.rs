//! “Is one of their account names interfering?”

use anyhow::{Context, Result};
use rollcall_e2e::{Office, tenant::portal::manual_account};
use rollcall_proto::v1::Reason;

use crate::office::imported;

#[tokio::test]
async fn the_preview_shows_which_address_an_account_of_the_portal_interferes_with() -> Result<()> {
    let (tenant, _) = Office::new("interferes")
        .objects(|tenant| vec![tenant.person("ann").alias(&tenant.address("office"))])
        .saved()
        .await?;
    let by_hand = manual_account(&tenant.address("desk"), &[&tenant.address("office")]);
    tenant.put_account(by_hand).await?;
    let preview = tenant.preview().await?;
    let rows = tenant.rows(&preview.run_id).await?;
    assert_eq!(imported(&tenant, &preview).await?, [tenant.address("ann")]);
    let row = rows
        .iter()
        .find(|row| row.address == tenant.address("office"))
        .context("the address")?;
    assert_eq!(row.reason(), Reason::InterferesWithPortalAccount);
    assert_eq!(row.other, tenant.address("desk"), "it is said who interferes");
    assert!(
        tenant
            .csv(&preview.run_id)
            .await?
            .contains(&tenant.address("office")),
        "the export has every address that the directory has"
    );
    Ok(())
}
