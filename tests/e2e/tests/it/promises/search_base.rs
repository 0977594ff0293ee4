//! “How do I create a search base?”

use anyhow::Result;
use rollcall_e2e::Office;
use rollcall_proto::v1::Directory;

use crate::office::imported;

#[tokio::test]
async fn a_search_base_pulls_from_a_specific_place() -> Result<()> {
    let (tenant, forest) = Office::new("base").people(["ann", "bob"]).saved().await?;
    forest.add_unit("MyBusiness").await?;
    forest.move_to("ann", "MyBusiness").await?;
    let directory = Directory {
        search_bases: vec![format!("OU=MyBusiness,{}", forest.base())],
        ..forest.settings()
    };
    tenant.put_directory(directory).await?;
    assert_eq!(
        imported(&tenant, &tenant.preview().await?).await?,
        [tenant.address("ann")]
    );
    Ok(())
}
