//! Keys rotate: a worker with a newer key makes the stored seals anew, and nobody has to give a password again.

use std::{path::Path, process::Stdio};

use anyhow::{Context, Result, ensure};
use lapin::{
    BasicProperties, Connection, ConnectionProperties,
    options::{BasicGetOptions, BasicPublishOptions},
};
use prost::Message as _;
use rollcall_e2e::{Tenant, wait};
use rollcall_proto::v1::{Directory, SealRenewal, SealedCredential};
use rollcall_testbed::{Kind, StackOptions};

use crate::own::{Own, people};

const DEAD: &str = "rollcall.dead";
const SEALS: &str = "rollcall.seals";

/// Makes a key with the worker's own command, beside this test's binary.
async fn generate(id: &str, folder: &Path) -> Result<()> {
    let built = std::env::current_exe()?;
    let built = built.ancestors().nth(2).context("a build folder")?;
    let made = tokio::process::Command::new(built.join("rollcall-worker"))
        .args(["generate-key", "--id", id, "--out-dir"])
        .arg(folder)
        .stdout(Stdio::null())
        .status()
        .await?;
    ensure!(made.success(), "{made}");
    Ok(())
}

/// A stack whose scheduler seals to the old key, and whose worker has a new one too.
async fn rotating(keys: &Path) -> Result<Own> {
    for id in ["old", "new"] {
        generate(id, keys).await?;
    }
    let file = |name: &str| keys.join(name).display().to_string();
    let both = format!("{},{}", file("new.key"), file("old.key"));
    let options = StackOptions::default()
        .set(
            Kind::Scheduler,
            "ROLLCALL_CREDENTIALS__PUBLIC_KEY_FILE",
            &file("old.pub"),
        )
        .set(Kind::Worker, "ROLLCALL_CREDENTIALS__KEY_FILES", &both);
    Own::start(options).await
}

async fn key_id(own: &Own, tenant: &Tenant) -> Result<String> {
    Ok(
        sqlx::query_scalar("SELECT key_id FROM scheduler.settings WHERE tenant_id = $1")
            .bind(&tenant.id)
            .fetch_one(&own.database)
            .await?,
    )
}

#[tokio::test]
async fn a_seal_of_an_old_key_is_made_anew_and_nothing_else_changes() -> Result<()> {
    let keys = tempfile::tempdir()?;
    let own = rotating(keys.path()).await?;
    let (tenant, forest) = own.tenant("rotation").await?;
    people(&tenant, &forest, 1).await?;
    let saved = tenant.put_directory(forest.settings()).await?;
    assert_eq!(key_id(&own, &tenant).await?, "old");

    tenant.sync().await?;
    wait::until(
        "the seal to be renewed",
        || key_id(&own, &tenant),
        |id| id == "new",
    )
    .await?;
    // With the renewed seal.
    tenant.sync().await?;
    let without_password = Directory {
        bind_password: None,
        ..forest.settings()
    };
    let again = tenant.put_directory(without_password).await?;
    assert_eq!(
        again.etag.parse::<i64>()?,
        saved.etag.parse::<i64>()? + 1,
        "the renewal was no write of the settings"
    );
    assert_eq!(key_id(&own, &tenant).await?, "new");
    Ok(())
}

#[tokio::test]
async fn a_renewal_that_comes_too_late_is_dropped_and_what_is_none_goes_to_the_dead_letters() -> Result<()> {
    let own = Own::start(StackOptions::default()).await?;
    let (tenant, forest) = own.tenant("late").await?;
    tenant.put_directory(forest.settings()).await?;
    let connection =
        Connection::connect(&own.stack.endpoints().amqp_url, ConnectionProperties::default()).await?;
    let channel = connection.create_channel().await?;
    let late = SealRenewal {
        schema_version: 1,
        tenant_id: tenant.id.clone(),
        credential_generation: 0,
        credential: Some(SealedCredential {
            key_id: "late".to_owned(),
            encapped_key: vec![1; 32],
            ciphertext: vec![2; 32],
        }),
    };
    // In order: what came first is settled once the second is where it belongs.
    for body in [late.encode_to_vec(), b"\xff\xffno seal".to_vec()] {
        let (options, properties) = (BasicPublishOptions::default(), BasicProperties::default());
        channel
            .basic_publish("".into(), SEALS.into(), options, &body, properties)
            .await?
            .await?;
    }
    let take = || async {
        let options = BasicGetOptions { no_ack: true };
        let message = channel.basic_get(DEAD.into(), options).await?;
        Ok(message.map(|message| message.delivery.data.clone()))
    };
    let dead = wait::until("a dead letter", take, Option::is_some).await?;
    assert_eq!(dead.as_deref(), Some(b"\xff\xffno seal".as_slice()));
    assert_eq!(key_id(&own, &tenant).await?, "k1");
    Ok(())
}
