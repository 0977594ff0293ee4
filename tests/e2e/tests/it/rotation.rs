//! Keys rotate: a worker with a newer key renews the stored seals, and no password has to be entered again.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Stdio,
};

use anyhow::{Context, Result, ensure};
use rollcall_e2e::{Forest, Tenant, wait};
use rollcall_proto::v1::{Directory, GetFleetRequest, Row, RunState, TestStep, TestStepKind, TestStepState};
use rollcall_testbed::{Kind, StackOptions};
use tempfile::TempDir;

use crate::own::Own;

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
            .set(Kind::Scheduler, "ROLLCALL_SCHEDULE__SWEEP_SECONDS", "1")
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
async fn a_sync_renews_the_seal_the_next_confirms_it_and_the_old_key_can_be_thrown_away() -> Result<()> {
    let mut rotation = Rotation::begin("rotated").await?;
    rotation.tenant.sync().await?;
    let saved = rotation.tenant.saved().await?;
    assert_eq!(rotation.keys().await?, [("old".to_owned(), 1)]);

    rotation.rotate().await?;
    // A seal in use is not renewed before a run needs it.
    assert_eq!(rotation.keys().await?, [("old".to_owned(), 1)]);
    rotation.tenant.sync().await?;
    // Both seals are kept until a later run has opened the new one.
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
async fn a_connection_test_opens_the_seal_of_an_older_key_and_renews_none() -> Result<()> {
    let mut rotation = Rotation::begin("tried").await?;
    // The scheduler still seals to the old key.
    generate("new", rotation.keys.path()).await?;
    rotation.worker_with(&["new.key", "old.key"]).await?;
    let given = rotation.tenant.settings(rotation.forest.settings());
    ensure_bound(&rotation.tenant.test_connection(Some(given)).await?)?;
    ensure_bound(&rotation.tenant.test_connection(None).await?)?;
    // Whoever has no lease renews nothing.
    let renewed = "SELECT count(*) FROM reconcile.renewed_seal WHERE tenant_id = $1";
    assert_eq!(rotation.own.number(renewed, &rotation.tenant).await?, 0);
    // Between its renewal and its confirmation the password opens with either key.
    rotation.tenant.sync().await?;
    assert_eq!(rotation.own.number(renewed, &rotation.tenant).await?, 1);
    for keys in [&["new.key"], &["old.key"]] {
        rotation.worker_with(keys).await?;
        ensure_bound(&rotation.tenant.test_connection(None).await?)?;
    }
    Ok(())
}

#[tokio::test]
async fn a_run_waits_for_a_worker_that_has_the_key_and_neither_fails_nor_pauses_the_schedule() -> Result<()> {
    let mut rotation = Rotation::begin("keyless").await?;
    generate("other", rotation.keys.path()).await?;
    rotation.worker_with(&["other.key"]).await?;
    let run_id = rotation.tenant.start_sync().await?;
    let fence = || rotation.own.fence(&rotation.tenant);
    wait::until("the run to be tried twice", fence, |fence| *fence >= 2).await?;
    let run = rotation.tenant.run(&run_id).await?;
    ensure!(
        [RunState::Queued, RunState::Running].contains(&run.state()) && run.failure.is_none(),
        "{run:?}"
    );
    rotation.worker_with(&["other.key", "old.key"]).await?;
    let run = rotation.tenant.ended(&run_id).await?;
    ensure!(run.state() == RunState::Succeeded, "{run:?}");
    Ok(())
}
