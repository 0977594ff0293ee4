//! “What can I expect to be imported, and what not?”

use anyhow::{Context, Result};
use rollcall_e2e::tenant::in_short;
use rollcall_proto::v1::{Reason, Verdict};

use super::with_a_duplicate;
use crate::office::imported;

#[tokio::test]
async fn the_preview_has_all_addresses_with_aliases_whose_username_is_no_duplicate() -> Result<()> {
    let (tenant, duplicate) = with_a_duplicate("aliases").await?;
    let preview = tenant.preview().await?;
    assert_eq!(
        imported(&tenant, &preview).await?,
        ["ann", "office"].map(|name| tenant.address(name))
    );
    let rows = tenant.rows(&preview.run_id).await?;
    let refused = rows
        .iter()
        .find(|row| row.address == duplicate)
        .context("the duplicate")?;
    assert_eq!(
        (refused.verdict(), refused.reason()),
        (Verdict::Skip, Reason::DuplicateUsername)
    );
    Ok(())
}

#[tokio::test]
async fn what_the_preview_does_not_import_is_not_imported() -> Result<()> {
    let (tenant, duplicate) = with_a_duplicate("duplicates").await?;
    let promised = in_short(&tenant.rows(&tenant.preview().await?.run_id).await?);
    let done = in_short(&tenant.rows(&tenant.sync().await?.run_id).await?);
    assert_eq!(promised, done);
    assert_eq!(tenant.account_of(&duplicate).await?, None);
    Ok(())
}
