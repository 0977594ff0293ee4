//! Everything that a bed is made of answers.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result};
use rollcall_testbed::{Bed, BedOptions, Editor, Part, samba};
use sqlx::Connection as _;

const SERVERS: [Part; 4] = [Part::Postgres, Part::RabbitMq, Part::Samba, Part::OpenLdap];

/// The DNs of what has addresses, spelled one way: OpenLDAP writes an escaped comma as `\2C`.
async fn recipients(editor: &mut Editor) -> Result<BTreeSet<String>> {
    let found = editor.find(samba::BASE, "(proxyAddresses=*)").await?;
    Ok(found
        .into_iter()
        .map(|dn| dn.to_lowercase().replace("\\2c", "\\,"))
        .collect())
}

#[tokio::test]
async fn every_server_answers_and_both_directories_hold_the_same() -> Result<()> {
    let bed = Bed::start(BedOptions {
        parts: SERVERS.to_vec(),
        ..BedOptions::default()
    })
    .await?;

    let mut connection = sqlx::PgConnection::connect(&bed.postgres()?.url("postgres")).await?;
    let roles =
        "SELECT count(*) FROM pg_roles WHERE rolname LIKE 'rollcall\\_%' AND rolcanlogin AND NOT rolsuper";
    assert_eq!(
        sqlx::query_scalar::<_, i64>(roles)
            .fetch_one(&mut connection)
            .await?,
        3
    );

    bed.rabbitmq()?.create_vhost("one-of-my-own").await?;

    let authority = bed.authority();
    let in_active_directory = recipients(&mut bed.samba()?.editor(&authority).await?).await?;
    let in_openldap = recipients(&mut bed.openldap()?.editor(&authority).await?).await?;
    assert!(in_active_directory.len() > 300, "{}", in_active_directory.len());
    let in_one_alone: Vec<&String> = in_active_directory.symmetric_difference(&in_openldap).collect();
    assert!(in_one_alone.is_empty(), "{in_one_alone:?}");

    let folder = bed.folder().to_owned();
    bed.stop().await?;
    assert!(!folder.exists());
    Ok(())
}

#[tokio::test]
async fn a_server_that_was_killed_can_be_started_again() -> Result<()> {
    let parts = vec![Part::OpenLdap];
    let bed = Bed::start(BedOptions {
        parts,
        directory: None,
        ..BedOptions::default()
    })
    .await?;
    let authority = bed.authority();
    let process = bed.server(Part::OpenLdap).context("OpenLDAP has a process")?;
    let exit = process.kill().await?;
    assert_eq!(exit.signal, Some(9));
    assert!(
        bed.openldap()?.editor(&authority).await.is_err(),
        "it answers after it was killed"
    );
    process.start().await?;
    bed.openldap()?.until_ready(process, &authority).await?;
    bed.stop().await?;
    Ok(())
}

#[tokio::test]
async fn a_server_that_cannot_start_says_why() -> Result<()> {
    let parts = vec![Part::OpenLdap];
    let bed = Bed::start(BedOptions {
        parts,
        directory: None,
        ..BedOptions::default()
    })
    .await?;
    let process = bed.server(Part::OpenLdap).context("OpenLDAP has a process")?;
    process.kill().await?;
    std::fs::write(bed.folder().join("openldap/slapd.conf"), "nonsense\n")?;
    process.start().await?;
    let error = bed
        .openldap()?
        .until_ready(process, &bed.authority())
        .await
        .err()
        .context("it started")?;
    let text = error.to_string();
    assert!(
        text.contains("openldap ended with exit code 1") && text.contains("nonsense"),
        "{text}"
    );
    bed.stop().await?;
    Ok(())
}
