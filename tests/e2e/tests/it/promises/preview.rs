//! “What is the preview and the export showing me?”

use anyhow::Result;
use rollcall_e2e::Office;

use crate::office::imported;

#[tokio::test]
async fn the_results_preview_lists_the_addresses_that_will_be_imported() -> Result<()> {
    let (tenant, _) = Office::new("results").people(["ann", "bob"]).saved().await?;
    let preview = tenant.preview().await?;
    assert_eq!(
        imported(&tenant, &preview).await?,
        ["ann", "bob"].map(|name| tenant.address(name))
    );
    assert!(tenant.accounts().await?.is_empty(), "it imports nothing itself");
    Ok(())
}

#[tokio::test]
async fn the_export_lists_addresses_with_their_type_and_primary_as_they_are_in_the_directory() -> Result<()> {
    let (tenant, _) = Office::new("export")
        .objects(|tenant| vec![tenant.person("ann").alias(&tenant.address("office"))])
        .saved()
        .await?;
    let preview = tenant.preview().await?;
    let csv = tenant.csv(&preview.run_id).await?;
    let (ann, alias) = (tenant.address("ann"), tenant.address("office"));
    let lines: Vec<Vec<&str>> = csv.lines().map(|line| line.split(',').collect()).collect();
    assert_eq!(lines[0][..3], ["address", "address_type", "primary_address"]);
    assert_eq!(lines[1][..3], [&*ann, "PRIMARY", &*ann]);
    assert_eq!(lines[2][..3], [&*alias, "ALIAS", &*ann]);
    Ok(())
}
