//! “Can we see what their login is?”

use anyhow::{Context, Result};
use rollcall_e2e::Office;

use crate::office::tables_with;

#[tokio::test]
async fn the_username_is_shown_in_plain_text_and_the_password_never() -> Result<()> {
    let (tenant, forest) = Office::new("login").people(["ann", "bob"]).synced().await?;
    let shown = tenant.saved().await?;
    let directory = shown.directory.context("a directory")?;
    assert_eq!(directory.bind_username, forest.settings().bind_username);
    assert_eq!((directory.bind_password, shown.credential_set), (None, true));
    let password = forest.settings().bind_password.context("a password")?;
    assert_eq!(tables_with(&password).await?, Vec::<String>::new());
    Ok(())
}
