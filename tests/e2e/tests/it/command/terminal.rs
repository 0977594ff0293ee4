//! The `rollcall` binary as a person or a script runs it, and what it answers.

use std::{path::PathBuf, process::Stdio};

use anyhow::{Context, Result, ensure};
use rollcall_e2e::{Forest, Tenant};
use serde_json::Value;
use tokio::{io::AsyncWriteExt as _, process::Command};

/// Result of a command.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// The command with its arguments, nothing on its standard input, and no terminal of a certain width.
pub(super) fn rollcall(args: &[&str]) -> Result<Command> {
    let mut command = Command::new(binary()?);
    command
        .args(args)
        .env_remove("COLUMNS")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    Ok(command)
}

/// Built beside the tests.
fn binary() -> Result<PathBuf> {
    let own = std::env::current_exe()?;
    let built = own.ancestors().nth(2).context("a folder of binaries")?;
    let binary = built.join("rollcall");
    ensure!(binary.exists(), "{} is not built", binary.display());
    Ok(binary)
}

/// Runs it to its end.
pub(crate) async fn answer(args: &[&str]) -> Result<Answer> {
    ended(rollcall(args)?).await
}

/// Runs a command to its end.
pub(super) async fn ended(mut command: Command) -> Result<Answer> {
    let output = command.output().await?;
    Ok(Answer {
        code: output.status.code(),
        out: String::from_utf8(output.stdout)?,
        err: String::from_utf8(output.stderr)?,
    })
}

/// Runs it to its end with a text on its standard input.
pub(super) async fn answer_to(text: &str, args: &[&str]) -> Result<Answer> {
    let mut child = rollcall(args)?.stdin(Stdio::piped()).spawn()?;
    let mut input = child.stdin.take().context("standard input")?;
    input.write_all(text.as_bytes()).await?;
    drop(input);
    let output = child.wait_with_output().await?;
    Ok(Answer {
        code: output.status.code(),
        out: String::from_utf8(output.stdout)?,
        err: String::from_utf8(output.stderr)?,
    })
}

/// Runs it with `--json` and reads the answer; it must succeed.
pub(super) async fn json(args: &[&str]) -> Result<Value> {
    let answer = answer(&[args, &["--json"]].concat()).await?;
    ensure!(answer.code == Some(0), "{args:?}: {answer:?}");
    serde_json::from_str(&answer.out).with_context(|| format!("{args:?}: {answer:?}"))
}

/// The keys of an object, in order of the alphabet.
pub(super) fn keys(value: &Value) -> Vec<&str> {
    let mut keys: Vec<_> = value
        .as_object()
        .into_iter()
        .flat_map(|object| object.keys().map(String::as_str))
        .collect();
    keys.sort_unstable();
    keys
}

/// Saves settings that read the forest, through the command: `more` is added to its arguments.
pub(super) async fn put_settings(
    tenant: &Tenant,
    forest: &Forest,
    password: &str,
    more: &[&str],
) -> Result<Answer> {
    let files = tempfile::tempdir()?;
    let file = |name: &str| files.path().join(name).display().to_string();
    let directory = forest.settings();
    std::fs::write(file("ca.pem"), &directory.ca_certificates_pem)?;
    std::fs::write(file("password"), format!("{password}\n"))?;
    let (ca, password, port) = (file("ca.pem"), file("password"), directory.port.to_string());
    let args = [
        "settings",
        "put",
        &tenant.id,
        "--server-type",
        "openldap",
        "--host",
        &directory.hosts[0],
        "--port",
        &port,
        "--ca-file",
        &ca,
        "--bind-username",
        &directory.bind_username,
        "--base",
        &directory.search_bases[0],
        "--password-file",
        &password,
    ];
    answer(&[&args, more].concat()).await
}
