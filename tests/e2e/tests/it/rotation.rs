//! Keys rotate: a worker with a newer key renews the stored seals, and no password has to be entered again.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Stdio,
};

use anyhow::{Context, Result, ensure};
use lapin::{
    BasicProperties, Channel, Connection, ConnectionProperties,
    options::{BasicGetOptions, BasicPublishOptions},
};
use prost::Message as _;
use rollcall_e2e::{Forest, Tenant, wait};
use rollcall_proto::{
    internal::v1::{SealRenewal, SealedCredential},
    v1::{Directory, GetFleetRequest, Row, TestStep, TestStepKind, TestStepState},
};
use rollcall_testbed::{Kind, StackOptions};
use tempfile::TempDir;

use crate::own::Own;

const DEAD: &str = "rollcall.dead";
const SEALS: &str = "rollcall.seals";
const PUBLIC_KEY: &str = "ROLLCALL_CREDENTIALS__PUBLIC_KEY_FILE";
const KEYS: &str = "ROLLCALL_CREDENTIALS__KEY_FILES";

/// A stack whose keys are changed, and a tenant whose password was given before.
struct Rotation {
    own: Own,
    keys: TempDir,
    tenant: Tenant,
    forest: Forest,
    /// Of the worker that runs.
    worker: usize,
}

impl Rotation {
    /// Everything is sealed to the old key, and there is no other.
    async fn begin(word: &str) -> Result<Self> {
        let keys = tempfile::tempdir()?;
        generate("old", keys.path()).await?;
        let file = |name: &str| keys.path().join(name).display().to_string();
        fs::copy(file("old.pub"), file("sealing.pub"))?;
        let options = StackOptions::default()
            .set(Kind::Scheduler, PUBLIC_KEY, &file("sealing.pub"))
            .set(Kind::Worker, KEYS, &file("old.key"));
        let own = Own::start(options).await?;
        let (tenant, forest) = own.office(word).crowd(1).saved().await?;
        Ok(Self {
            own,
            keys,
            tenant,
            forest,
            worker: 0,
        })
    }

    /// As an operator does it: the workers get the new key beside the old one, then the scheduler seals to it.
    async fn rotate(&mut self) -> Result<()> {
        generate("new", self.keys.path()).await?;
        self.worker_with(&["new.key", "old.key"]).await?;
        fs::copy(self.file("new.pub"), self.file("sealing.pub"))?;
        let scheduler = self.own.stack.service(Kind::Scheduler, 0)?;
        scheduler.terminate().await?;
        Ok(scheduler.start().await?)
    }

    /// A worker with these keys takes the place of the one that runs.
    async fn worker_with(&mut self, names: &[&str]) -> Result<()> {
        let files: Vec<_> = names
            .iter()
            .map(|name| self.file(name).display().to_string())
            .collect();
        let stack = &mut self.own.stack;
        stack.service(Kind::Worker, self.worker)?.terminate().await?;
        stack.set(Kind::Worker, KEYS, &files.join(","));
        stack.add(Kind::Worker).await?;
        self.worker += 1;
        Ok(())
    }

    fn file(&self, name: &str) -> PathBuf {
        self.keys.path().join(name)
    }

    /// Number of stored credentials that each key opens.
    async fn keys(&self) -> Result<Vec<(String, u64)>> {
        keys(&self.tenant).await
    }

    /// The old key opens nothing any more, and can be thrown away.
    async fn until_renewed(&self) -> Result<()> {
        let new = vec![("new".to_owned(), 1)];
        wait::until("the seal to be renewed", || self.keys(), |keys| *keys == new).await?;
        Ok(())
    }
}

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

/// Number of stored credentials that each key opens.
async fn keys(tenant: &Tenant) -> Result<Vec<(String, u64)>> {
    let mut results = tenant.clients.results.clone();
    let keys = results.get_fleet(GetFleetRequest {}).await?.into_inner().keys;
    Ok(keys
        .into_iter()
        .map(|key| (key.key_id, key.credentials))
        .collect())
}

fn ensure_bound(steps: &[TestStep]) -> Result<()> {
    let bind = steps
        .iter()
        .find(|step| step.kind() == TestStepKind::Bind)
        .context("a bind")?;
    ensure!(bind.state() == TestStepState::Passed, "{bind:?}");
    Ok(())
}

fn addresses(rows: &[Row]) -> Vec<&str> {
    rows.iter().map(|row| row.address.as_str()).collect()
}

#[tokio::test]
async fn the_next_sync_renews_the_seal_and_the_old_key_can_be_thrown_away() -> Result<()> {
    let mut rotation = Rotation::begin("rotated").await?;
    rotation.tenant.sync().await?;
    let saved = rotation.tenant.saved().await?;
    assert_eq!(rotation.keys().await?, [("old".to_owned(), 1)]);

    rotation.rotate().await?;
    // A seal in use is not renewed before a run needs it.
    assert_eq!(rotation.keys().await?, [("old".to_owned(), 1)]);
    rotation.tenant.sync().await?;
    rotation.until_renewed().await?;
    assert_eq!(
        rotation.tenant.saved().await?,
        saved,
        "a renewal is no write of the settings"
    );

    rotation.worker_with(&["new.key"]).await?;
    let preview = rotation.tenant.preview().await?;
    let rows = rotation.tenant.rows(&preview.run_id).await?;
    assert_eq!(addresses(&rows), [rotation.tenant.address("p0")]);
    // A save without the password keeps the stored one.
    let without_password = Directory {
        bind_password: None,
        ..rotation.forest.settings()
    };
    rotation.tenant.put_directory(without_password).await?;
    rotation.tenant.sync().await?;
    assert_eq!(rotation.keys().await?, [("new".to_owned(), 1)]);
    Ok(())
}

#[tokio::test]
async fn a_connection_test_renews_the_seal_too_but_not_that_of_a_password_it_was_given() -> Result<()> {
    let mut rotation = Rotation::begin("tried").await?;
    let saved = rotation.tenant.saved().await?;
    // The scheduler still seals to the old key.
    generate("new", rotation.keys.path()).await?;
    rotation.worker_with(&["new.key", "old.key"]).await?;
    let given = rotation.tenant.settings(rotation.forest.settings());
    ensure_bound(&rotation.tenant.test_connection(Some(given)).await?)?;
    assert_eq!(rotation.keys().await?, [("old".to_owned(), 1)]);

    ensure_bound(&rotation.tenant.test_connection(None).await?)?;
    rotation.until_renewed().await?;
    assert_eq!(
        rotation.tenant.saved().await?,
        saved,
        "a renewal is no write of the settings"
    );
    rotation.worker_with(&["new.key"]).await?;
    ensure_bound(&rotation.tenant.test_connection(None).await?)?;
    Ok(())
}

/// A channel on the broker, to say what a worker would.
async fn channel(own: &Own) -> Result<Channel> {
    let connection =
        Connection::connect(&own.stack.endpoints().amqp_url, ConnectionProperties::default()).await?;
    Ok(connection.create_channel().await?)
}

async fn publish(channel: &Channel, body: &[u8]) -> Result<()> {
    let (options, properties) = (BasicPublishOptions::default(), BasicProperties::default());
    channel
        .basic_publish("".into(), SEALS.into(), options, body, properties)
        .await?
        .await?;
    Ok(())
}

/// The next dead letter, which is taken.
async fn dead_letter(channel: &Channel) -> Result<Vec<u8>> {
    let take = || async {
        let message = channel
            .basic_get(DEAD.into(), BasicGetOptions { no_ack: true })
            .await?;
        Ok(message.map(|message| message.delivery.data.clone()))
    };
    let dead = wait::until("a dead letter", take, Option::is_some).await?;
    dead.context("a dead letter")
}

async fn credential_generation(own: &Own, tenant: &Tenant) -> Result<i64> {
    let generation = "SELECT credential_generation FROM scheduler.settings WHERE tenant_id = $1";
    own.number(generation, tenant).await
}

#[tokio::test]
async fn a_renewal_of_a_credential_that_was_replaced_changes_nothing_and_what_is_none_is_a_dead_letter()
-> Result<()> {
    let own = Own::start(StackOptions::default()).await?;
    let (tenant, forest) = own.office("late").saved().await?;
    let replaced = credential_generation(&own, &tenant).await?;
    tenant.put_directory(forest.settings()).await?;
    ensure!(
        credential_generation(&own, &tenant).await? != replaced,
        "a password given again is another"
    );

    let late = SealRenewal {
        schema_version: 1,
        tenant_id: tenant.id.clone(),
        credential_generation: replaced,
        credential: Some(SealedCredential {
            key_id: "late".to_owned(),
            encapped_key: vec![1; 32],
            ciphertext: vec![2; 32],
        }),
    };
    let of_nobody = SealRenewal {
        tenant_id: "nobody-of-that-name".to_owned(),
        ..late.clone()
    };
    let unknown = SealRenewal {
        schema_version: 2,
        ..late.clone()
    };
    let channel = channel(&own).await?;
    // In order: what came first is finished once what follows is where it belongs.
    for renewal in [&late, &of_nobody, &unknown] {
        publish(&channel, &renewal.encode_to_vec()).await?;
    }
    publish(&channel, b"\xff\xffno seal").await?;
    assert_eq!(dead_letter(&channel).await?, unknown.encode_to_vec());
    assert_eq!(dead_letter(&channel).await?, b"\xff\xffno seal");
    assert_eq!(keys(&tenant).await?, [("k1".to_owned(), 1)]);
    tenant.sync().await?;
    Ok(())
}
