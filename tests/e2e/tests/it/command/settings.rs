//! Settings as the command changes them, and the passwords that it reads.

use anyhow::{Context, Result};
use rollcall_e2e::{Forest, Office};
use serde_json::Value;

use super::terminal::{answer, answer_to, json, put_settings};

#[tokio::test]
async fn a_password_is_read_from_a_file_or_standard_input_and_never_printed() -> Result<()> {
    let (tenant, forest) = Office::new("cli-password")
        .in_openldap()
        .people(["ann"])
        .furnished()
        .await?;
    let wrong = format!("wrong-{}", uuid::Uuid::new_v4());
    let right = forest.settings().bind_password.context("a password")?;
    let id = tenant.id.as_str();
    let answers = [
        (0, put_settings(&tenant, &forest, &wrong, &[]).await?),
        (3, answer(&["sync", id]).await?),
        (
            0,
            answer_to(&right, &["settings", "put", id, "--password-stdin"]).await?,
        ),
        (0, answer(&["sync", id]).await?),
        (
            0,
            answer_to(&wrong, &["settings", "put", id, "--password-stdin", "--json"]).await?,
        ),
        (3, answer(&["preview", id, "--json"]).await?),
        (0, put_settings(&tenant, &forest, &right, &["--json"]).await?),
        (0, answer(&["sync", id]).await?),
        (0, answer(&["settings", "show", id]).await?),
        (0, answer(&["settings", "show", id, "--json"]).await?),
    ];
    for (code, answer) in answers {
        assert_eq!(answer.code, Some(code), "{answer:?}");
        for secret in [&wrong, &right] {
            assert!(
                !answer.out.contains(secret) && !answer.err.contains(secret),
                "{answer:?}"
            );
        }
    }
    Ok(())
}

#[tokio::test]
async fn settings_put_changes_only_what_is_given() -> Result<()> {
    let (tenant, forest) = Forest::openldap("cli-put").await?;
    let password = forest.settings().bind_password.context("a password")?;
    let more = [
        "--filter",
        "(mail=*)",
        "--attribute",
        "mail,proxyAddresses",
        "--exclude-disabled",
        "--send-hsr",
    ];
    let put = put_settings(&tenant, &forest, &password, &more).await?;
    assert_eq!(put.code, Some(0), "{put:?}");
    let before = json(&["settings", "show", &tenant.id]).await?;

    let mut after = json(&[
        "settings",
        "put",
        &tenant.id,
        "--every-hours",
        "24",
        "--time-zone",
        "Europe/Berlin",
    ])
    .await?;
    assert_eq!(after["schedule"]["every_hours"], 24);
    assert_ne!(after["etag"], before["etag"]);
    for moved in ["schedule", "etag", "update_time", "next_run_time"] {
        after[moved] = before[moved].clone();
    }
    assert_eq!(after, before);

    let cleared = json(&["settings", "put", &tenant.id, "--clear", "filter"]).await?;
    assert_eq!(cleared["directory"]["filter"], Value::Null);
    assert_eq!(
        cleared["directory"]["attributes"],
        before["directory"]["attributes"]
    );
    assert_eq!(cleared["schedule"]["every_hours"], 24);
    Ok(())
}
