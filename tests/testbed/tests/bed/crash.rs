//! Nothing is left of a bed whose owner was killed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Command;
use tokio::time::{Instant, sleep};

const LIMIT: Duration = Duration::from_secs(20);

/// The processes that have anything to do with a folder: they work in it or were started with it.
fn processes_of(folder: &Path) -> Vec<PathBuf> {
    let name = folder.to_string_lossy().into_owned();
    let about = |process: &PathBuf| {
        let works_there = fs::read_link(process.join("cwd")).is_ok_and(|cwd| cwd.starts_with(folder));
        let started = fs::read(process.join("cmdline")).unwrap_or_default();
        works_there || String::from_utf8_lossy(&started).contains(&name)
    };
    let all = fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path());
    all.filter(about).collect()
}

#[tokio::test]
async fn after_its_owner_was_killed_nothing_of_a_bed_is_left() -> Result<()> {
    let mut owner = Command::new(env!("CARGO_BIN_EXE_rollcall-testbed"))
        .args(["run", "--only", "postgres,rabbitmq,samba,openldap", "--"])
        .args(["sh", "-c", "echo \"$ROLLCALL_TESTBED\"; exec cat"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()?;
    let output = owner.stdout.take().context("its output is a pipe")?;
    let description = BufReader::new(output)
        .lines()
        .next_line()
        .await?
        .context("the bed did not start")?;
    let folder = Path::new(&description)
        .parent()
        .context("a bed has a folder")?
        .to_owned();
    let before = processes_of(&folder);
    ensure!(before.len() > 6, "a bed of few processes: {before:?}");

    owner.kill().await?;

    let deadline = Instant::now() + LIMIT;
    while folder.exists() || !processes_of(&folder).is_empty() {
        ensure!(
            Instant::now() < deadline,
            "left: {} {:?}",
            folder.exists(),
            processes_of(&folder)
        );
        sleep(Duration::from_millis(20)).await;
    }
    Ok(())
}
