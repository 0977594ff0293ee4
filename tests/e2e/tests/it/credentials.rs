//! The bind password is nowhere to be found.

use rollcall_e2e::Office;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use rollcall_proto::v1::{Directory, GetSettingsRequest};
use rollcall_testbed::Bed;
use sqlx::{Connection as _, PgConnection, Row as _};

#[tokio::test]
async fn no_table_no_answer_and_no_log_holds_the_password() -> Result<()> {
    let bed = Bed::attach()?;
    let (tenant, forest) = Office::new("nowhere")
        .in_openldap()
        .people(["ann"])
        .furnished()
        .await?;
    let saved = tenant.put_directory(forest.settings()).await?;
    let password = forest.settings().bind_password.context("a password")?;
    tenant.sync().await?;
    // A wrong one travels the same way, and is distinguished from everything else in logs.
    let wrong = format!("wrong-{}", uuid::Uuid::new_v4());
    tenant
        .put_directory(Directory {
            bind_password: Some(wrong.clone()),
            ..forest.settings()
        })
        .await?;
    tenant.failed_sync().await?;

    let shown = tenant
        .clients
        .sync
        .clone()
        .get_settings(GetSettingsRequest {
            tenant_id: tenant.id.clone(),
        })
        .await?;
    let shown = shown.into_inner().settings.context("settings")?;
    ensure!(
        shown.credential_set && saved.credential_set,
        "it shows that there is one"
    );
    assert_eq!(shown.directory.context("directory")?.bind_password, None);

    for secret in [&password, &wrong] {
        assert_eq!(
            tables_that_hold(&bed.endpoints()?.database_url, secret).await?,
            Vec::<String>::new()
        );
    }
    let logs = logs(bed.folder())?;
    ensure!(logs.len() >= 4, "each service writes a log: {logs:?}");
    for log in logs {
        let text = String::from_utf8_lossy(&std::fs::read(&log)?).into_owned();
        ensure!(!text.contains(&wrong), "{} holds a password", log.display());
    }
    Ok(())
}

/// The logs of the services of the bed so far.
fn logs(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut logs = Vec::new();
    for entry in std::fs::read_dir(folder.join("logs"))? {
        let path = entry?.path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if name.starts_with("rollcall-") && path.extension().is_some_and(|ending| ending == "log") {
            logs.push(path);
        }
    }
    Ok(logs)
}

/// The tables in which some row, as text or as bytes, holds `secret`.
pub(crate) async fn tables_that_hold(database_url: &str, secret: &str) -> Result<Vec<String>> {
    let mut database = PgConnection::connect(database_url).await?;
    let tables = sqlx::query(
        "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables
         WHERE schemaname IN ('scheduler', 'reconcile', 'portal')",
    )
    .fetch_all(&mut database)
    .await?;
    let mut holding = Vec::new();
    for table in tables {
        let table: String = table.get(0);
        let sql = format!(
            "SELECT EXISTS (SELECT FROM {table} t
             WHERE strpos(t::text, $1) > 0 OR strpos(t::text, encode(convert_to($1, 'UTF8'), 'hex')) > 0)"
        );
        let found: bool = sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
            .bind(secret)
            .fetch_one(&mut database)
            .await?;
        if found {
            holding.push(table);
        }
    }
    Ok(holding)
}
