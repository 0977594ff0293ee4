//! A copy of the database, of a backup and of the broker's disk: no password and no private key is in any of them, and no
//! message does anything a second time.

use std::{collections::BTreeSet, fs, path::PathBuf, process::Stdio};

use anyhow::{Context, Result, ensure};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use memchr::memmem;
use rollcall_e2e::{Tenant, wait};
use rollcall_proto::v1::{Directory, Security, ServerType, TestStepState};
use rollcall_testbed::{
    Kind, StackOptions,
    scripted::{self, Answer, Request, Scripted},
};

use super::traces::{Traces, for_each_file};
use crate::{
    jobs::{Broker, DEAD, job},
    own::Own,
};

const BASE: &str = "DC=corp,DC=example";

/// A stack whose tenant has a password that is like no other.
struct Used {
    own: Own,
    _server: Scripted,
    tenant: Tenant,
    directory: Directory,
    password: String,
}

impl Used {
    /// The password was saved, tested as it was given and as it is stored, and used by a sync.
    async fn begin(word: &str) -> Result<Self> {
        let own = Own::start(StackOptions::default()).await?;
        let play = |request: &Request| match request {
            Request::Bind => vec![Answer::result(0, "")],
            Request::Search(search) => scripted::good(search, BASE, &[], 100),
        };
        let server = Scripted::start(play).await?;
        let tenant = Tenant::registered(own.stack.endpoints(), word).await?;
        let password = format!("Unmistakable-{}", uuid::Uuid::new_v4());
        let directory = Directory {
            server_type: ServerType::Other.into(),
            hosts: vec![server.address().ip().to_string()],
            port: server.address().port().into(),
            security: Security::Plaintext.into(),
            bind_username: "CN=reader".to_owned(),
            bind_password: Some(password.clone()),
            search_bases: vec![BASE.to_owned()],
            ..Directory::default()
        };
        let used = Self {
            own,
            _server: server,
            tenant,
            directory,
            password,
        };
        used.test(true).await?;
        used.tenant.put_directory(used.directory.clone()).await?;
        used.tenant.sync().await?;
        used.test(false).await?;
        Ok(used)
    }

    /// Tests the password as it is given, or as it is stored.
    async fn test(&self, given: bool) -> Result<()> {
        let settings = given.then(|| self.tenant.settings(self.directory.clone()));
        let steps = self.tenant.test_connection(settings).await?;
        let failed = steps.iter().find(|step| step.state() == TestStepState::Failed);
        ensure!(failed.is_none() && !steps.is_empty(), "{failed:?}");
        Ok(())
    }

    /// Everything that must not be found, by its name.
    fn secrets(&self) -> Result<Vec<(String, Traces)>> {
        let mut files = BTreeSet::new();
        for kind in Kind::ALL {
            let variables = self.own.stack.configuration(kind)?.into_iter();
            files.extend(
                variables
                    .filter(|(name, _)| is_private(name))
                    .map(|(_, file)| file),
            );
        }
        ensure!(files.len() > 6, "the private keys are {files:?}");
        let mut secrets = vec![("the password".to_owned(), Traces::of_text(&self.password))];
        for file in files {
            let key = private_key(&fs::read_to_string(&file)?)?;
            secrets.push((file, Traces::of(&key)));
        }
        Ok(secrets)
    }

    /// The folder of a server of the bed.
    fn folder(&self, server: &str) -> PathBuf {
        self.own.bed.folder().join(server)
    }

    /// The seal of the stored password.
    async fn seal(&self) -> Result<Vec<u8>> {
        let query = "SELECT sealed_credential FROM scheduler.settings WHERE tenant_id = $1";
        Ok(sqlx::query_scalar(query)
            .bind(&self.tenant.id)
            .fetch_one(&self.own.database)
            .await?)
    }
}

/// True if a variable names the file of a private key.
fn is_private(variable: &str) -> bool {
    let is_key = variable.ends_with("KEY_FILE") || variable == "ROLLCALL_CREDENTIALS__KEY_FILES";
    is_key && !variable.contains("PUBLIC")
}

/// The 32 octets that are secret in a key file, or in a PEM file with a key of the curve P-256 (PKCS #8, RFC 5958).
fn private_key(text: &str) -> Result<Vec<u8>> {
    if let Some(line) = text.trim().strip_prefix("rollcall-") {
        return Ok(STANDARD.decode(line.rsplit(':').next().context("a key")?)?);
    }
    let body: String = text.lines().filter(|line| !line.starts_with('-')).collect();
    let der = STANDARD.decode(body)?;
    Ok(der.get(36..68).context("a key of P-256")?.to_vec())
}

/// The output of a program of PostgreSQL.
async fn output(program: &str, url: &str, more: &[&str]) -> Result<Vec<u8>> {
    let output = tokio::process::Command::new(program)
        .arg(format!("--dbname={url}"))
        .args(more)
        .stdin(Stdio::null())
        .output()
        .await?;
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    ensure!(output.status.success(), "{program}: {errors}");
    Ok(output.stdout)
}

#[tokio::test]
async fn a_backup_holds_the_seal_and_neither_password_nor_private_key() -> Result<()> {
    let used = Used::begin("backup").await?;
    let url = used.own.stack.endpoints().database_url.clone();
    // What belongs to the cluster, and the whole database.
    let globals = output("pg_dumpall", &url, &["--globals-only"]).await?;
    let backup = output("pg_dump", &url, &[]).await?;
    let seal = Traces::of(&used.seal().await?);
    ensure!(seal.found_in(&backup).is_some(), "the backup has the credential");
    ensure!(
        memmem::find(&globals, b"rollcall_scheduler").is_some(),
        "the backup has the roles"
    );
    for (name, secret) in used.secrets()? {
        for part in [&globals, &backup] {
            let found = secret.found_in(part);
            ensure!(found.is_none(), "the backup has {name} as {found:?}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn the_databases_files_hold_the_seal_and_neither_password_nor_private_key() -> Result<()> {
    let used = Used::begin("files").await?;
    let number: i64 =
        sqlx::query_scalar("SELECT oid::bigint FROM pg_database WHERE datname = current_database()")
            .fetch_one(&used.own.database)
            .await?;
    sqlx::raw_sql("CHECKPOINT").execute(&used.own.database).await?;
    let files = used.folder("postgres/data/base").join(number.to_string());
    let seal = Traces::of(&used.seal().await?);
    ensure!(
        !seal.found_below(&files)?.is_empty(),
        "the files have the credential"
    );
    for (name, secret) in used.secrets()? {
        let found = secret.found_below(&files)?;
        ensure!(found.is_empty(), "{name} is in {found:?}");
    }
    Ok(())
}

/// The octets of a message as they stand on the broker's disk.
fn on_disk(used: &Used, message: &[u8]) -> Result<Option<Vec<u8>>> {
    let mut found = None;
    for_each_file(&used.folder("rabbitmq/mnesia"), &mut |_, octets| {
        if let Some(at) = memmem::find(octets, message) {
            found = Some(octets[at..at + message.len()].to_vec());
        }
    })?;
    Ok(found)
}

#[tokio::test]
async fn the_brokers_disk_holds_no_secret_and_a_job_that_is_copied_from_it_does_nothing() -> Result<()> {
    let mut used = Used::begin("disk").await?;
    let broker = Broker::connect(used.own.stack.endpoints()).await?;
    // Without a worker, what is asked for stays in the queues: a job, and tests of both kinds.
    used.own.stack.service(Kind::Worker, 0)?.terminate().await?;
    let run_id = used.tenant.start_sync().await?;
    let asked = [true, false].map(|given| {
        let settings = given.then(|| used.tenant.settings(used.directory.clone()));
        let tenant = used.tenant.clone();
        tokio::spawn(async move { tenant.test_connection(settings).await })
    });
    let tests = wait::until(
        "the tests",
        || broker.waiting("rollcall.tests"),
        |tests| *tests == 2,
    );
    tests.await?;
    // The signature is of the job alone: the same job has the same octets.
    let body = job(&used.own, &used.tenant, &run_id, 1)?;
    let copied = wait::until(
        "the job on the disk",
        async || on_disk(&used, &body),
        Option::is_some,
    );
    let copied = copied.await?.context("the job")?;
    for (name, secret) in used.secrets()? {
        let found = secret.found_below(&used.folder("rabbitmq/mnesia"))?;
        ensure!(found.is_empty(), "{name} is in {found:?}");
    }

    used.own.stack.add(Kind::Worker).await?;
    let run = used.tenant.ended(&run_id).await?;
    for steps in asked {
        steps.await??;
    }
    let begun = used.own.fence(&used.tenant).await?;
    for lane in ["interactive", "scheduled"] {
        broker.put(lane, &copied).await?;
    }
    broker.put("interactive", b"no job").await?;
    wait::until("what is no job", || broker.waiting(DEAD), |dead| *dead >= 1).await?;
    used.tenant.sync().await?;
    let begun_since = used.own.fence(&used.tenant).await? - begun;
    assert_eq!(begun_since, 1, "the new sync, and nothing else");
    assert_eq!(used.tenant.run(&run_id).await?, run);
    Ok(())
}
