//! Secrets in the memory of processes: only root may read it, and no password stays in it.

mod scan;

use std::{
    fs::{self, File, OpenOptions},
    os::unix::{
        fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _},
        process::CommandExt as _,
    },
    path::Path,
    process::{Child, Command},
};

use anyhow::{Context, Result, ensure};
use rollcall_e2e::{Tenant, wait};
use rollcall_proto::v1::{Directory, Security, ServerType, TestStepState};
use rollcall_testbed::{
    Kind, StackOptions,
    hostile::{BASE, Behaviour, Hostile, Script},
    target_folder,
};

use crate::own::Own;

/// Some user that is not root: a process of root's shows nothing by the owner of its files.
const NOBODY: u32 = 65_534;

/// `O_NONBLOCK` of Linux, on all machines that are supported.
const NONBLOCKING: i32 = 0o4000;

/// A process that waits for its configuration, after all that it does before.
struct Waiting {
    process: Child,
    /// The other end of its configuration: closed, it ends.
    _configuration: File,
}

impl Waiting {
    async fn start(program: &Path, folder: &Path) -> Result<Self> {
        let pipe = folder.join(program.file_name().context("a name")?);
        let made = Command::new("mkfifo").args(["-m", "444"]).arg(&pipe).status()?;
        ensure!(made.success(), "no pipe: {made}");
        let process = Command::new(program)
            .arg("--config")
            .arg(&pipe)
            .uid(NOBODY)
            .gid(NOBODY)
            .spawn()?;
        // Without a reader it does not open.
        let open = || {
            OpenOptions::new()
                .write(true)
                .custom_flags(NONBLOCKING)
                .open(&pipe)
                .ok()
        };
        let opened = wait::until(
            "the process to read its configuration",
            || async { Ok(open()) },
            Option::is_some,
        );
        Ok(Self {
            process,
            _configuration: opened.await?.context("a pipe that is read")?,
        })
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[tokio::test]
async fn no_other_process_of_its_user_may_read_a_services_memory_and_none_writes_a_core() -> Result<()> {
    let folder = tempfile::tempdir()?;
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755))?;
    for kind in Kind::ALL {
        let name = format!("rollcall-{}", kind.name());
        let waiting = Waiting::start(&target_folder().join("debug").join(&name), folder.path()).await?;
        let place = format!("/proc/{}", waiting.process.id());
        let status = fs::read_to_string(format!("{place}/status"))?;
        ensure!(
            status.contains(&format!("Uid:\t{NOBODY}")),
            "{name} runs as another user: {status}"
        );
        let owner = fs::metadata(format!("{place}/mem"))?.uid();
        assert_eq!(owner, 0, "the owner of {name}'s memory");
        let limits = fs::read_to_string(format!("{place}/limits"))?;
        let core = limits.lines().find(|line| line.starts_with("Max core file size"));
        let core: Vec<_> = core.context("a limit of cores")?.split_whitespace().collect();
        ensure!(core.ends_with(&["0", "0", "bytes"]), "{name}: {core:?}");
    }
    Ok(())
}

#[tokio::test]
async fn after_a_save_a_sync_and_a_test_no_copy_of_the_password_is_left_in_memory() -> Result<()> {
    let own = Own::start(StackOptions::default()).await?;
    let authority = own.bed.authority();
    let tenant = Tenant::registered(own.stack.endpoints(), "memory").await?;
    let script = Script::new(Behaviour::Good).domain(&tenant.domain);
    let server = Hostile::start_ldaps(script, &authority).await?;
    let password = format!(
        "{}{}",
        uuid::Uuid::new_v4().simple(),
        uuid::Uuid::new_v4().simple()
    );
    let directory = Directory {
        server_type: ServerType::Other.into(),
        hosts: vec![server.address().ip().to_string()],
        port: server.address().port().into(),
        security: Security::Ldaps.into(),
        ca_certificates_pem: authority.certificate_pem()?,
        bind_username: "CN=reader".to_owned(),
        bind_password: Some(password.clone()),
        search_bases: vec![BASE.to_owned()],
        ..Directory::default()
    };
    tenant.put_directory(directory.clone()).await?;
    tenant.sync().await?;
    let stored = tenant.test_connection(None).await?;
    let given = tenant.test_connection(Some(tenant.settings(directory))).await?;
    for steps in [stored, given] {
        let failed = steps.iter().find(|step| step.state() == TestStepState::Failed);
        ensure!(failed.is_none(), "{failed:?}");
    }
    // While a caller's connection is open, its buffers may hold what came last over it.
    drop(tenant);
    for kind in [Kind::Scheduler, Kind::Worker] {
        let pid = own.stack.service(kind, 0)?.pid().context("a process")?;
        ensure!(
            !scan::find(pid, &["ROLLCALL_SERVER__LISTEN"])?.is_empty(),
            "a search of {kind:?} finds nothing at all"
        );
        // Parts as well: what is overwritten may be so only to a half.
        let parts: Vec<_> = [0, 24, 48].map(|at| &password[at..at + 16]).into();
        wait::until(
            &format!("{kind:?} to have no copy of the password"),
            || async { scan::find(pid, &parts) },
            Vec::is_empty,
        )
        .await?;
    }
    Ok(())
}
