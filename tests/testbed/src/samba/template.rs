//! The provisioned domain that every Samba of a bed begins as, made once and kept beside the binaries.

use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{ADMIN_PASSWORD, BASE, BIND_PASSWORD, configuration, show};
use crate::error::{Doing as _, Result};
use crate::keeper::{Command, Keeper};
use crate::place;

pub(super) const REALM: &str = "CORP.EXAMPLE";
pub(super) const WORKGROUP: &str = "CORP";

const ATTRIBUTES: &str = include_str!("../../../../deploy/directory/samba-attributes.ldif");
const CLASSES: &str = include_str!("../../../../deploy/directory/samba-classes.ldif");

/// Copies the domain to `folder`, making it first if no bed has made it yet.
pub(super) async fn copy_to(keeper: &Arc<Keeper>, folder: &Path) -> Result<()> {
    let template = place::cache()?.join(format!("samba-{}", key()?));
    let lock = template.with_extension("lock");
    // Others that start at the same time wait for the one that makes it.
    let lock =
        tokio::task::spawn_blocking(move || File::create(lock).and_then(|file| file.lock().map(|()| file)));
    let lock = lock
        .await
        .map_err(std::io::Error::other)
        .flatten()
        .doing(|| "lock the cached domain".to_owned())?;
    if !template.is_dir() {
        make(keeper, &template).await?;
    }
    copy(keeper, &template, folder).await?;
    drop(lock);
    Ok(())
}

/// Changes with the version of Samba and with everything that a domain is made from.
fn key() -> Result<String> {
    let program = place::program("samba")?;
    let installed = fs::metadata(&program).doing(|| format!("look at {}", program.display()))?;
    let mut hasher = DefaultHasher::new();
    (installed.len(), installed.modified().ok()).hash(&mut hasher);
    (
        REALM,
        WORKGROUP,
        BASE,
        ADMIN_PASSWORD,
        BIND_PASSWORD,
        ATTRIBUTES,
        CLASSES,
    )
        .hash(&mut hasher);
    include_str!("template.rs").hash(&mut hasher);
    Ok(format!("{:016x}", hasher.finish()))
}

/// Makes the domain in the bed's folder and puts it in its place whole.
async fn make(keeper: &Arc<Keeper>, template: &Path) -> Result<()> {
    let draft = keeper.folder().join("samba-template");
    provision(keeper, &draft).await?;
    // The configuration by samba-tool names the machine's own folders.
    fs::remove_dir_all(draft.join("etc")).doing(|| "remove the provisioned configuration".to_owned())?;
    let file = draft.join("smb.conf");
    fs::write(&file, configuration(&draft)).doing(|| format!("write {}", file.display()))?;
    extend_schema(keeper, &draft).await?;
    create_reader(keeper, &draft).await?;
    let beside = template.with_extension("new");
    // Left over from a bed that was killed right here.
    let _ = fs::remove_dir_all(&beside);
    copy(keeper, &draft, &beside).await?;
    fs::rename(&beside, template).doing(|| format!("make {}", template.display()))?;
    fs::remove_dir_all(&draft).doing(|| format!("remove {}", draft.display()))
}

async fn provision(keeper: &Arc<Keeper>, folder: &Path) -> Result<()> {
    let mut command = tool(keeper, "samba-provision", "samba-tool")?;
    command.args = [
        "domain",
        "provision",
        "--server-role=dc",
        "--dns-backend=NONE",
        "--host-name=dc1",
    ]
    .map(str::to_owned)
    .to_vec();
    command.args.extend([
        "--host-ip=127.0.0.1".to_owned(),
        format!("--targetdir={}", show(folder)),
        format!("--realm={REALM}"),
        format!("--domain={WORKGROUP}"),
        format!("--adminpass={ADMIN_PASSWORD}"),
    ]);
    keeper.run(command).await
}

async fn extend_schema(keeper: &Arc<Keeper>, folder: &Path) -> Result<()> {
    for (name, ldif) in [("attributes", ATTRIBUTES), ("classes", CLASSES)] {
        let file = folder.join(format!("{name}.ldif"));
        let ldif = ldif.replace("${SCHEMA}", &format!("CN=Schema,CN=Configuration,{BASE}"));
        fs::write(&file, ldif).doing(|| format!("write {}", file.display()))?;
        let mut command = tool(keeper, &format!("samba-{name}"), "ldbmodify")?;
        command.args = vec!["-H".to_owned(), show(&database(folder)), configured(folder)];
        command
            .args
            .extend(["--option=dsdb:schema update allowed=true".to_owned(), show(&file)]);
        keeper.run(command).await?;
    }
    Ok(())
}

async fn create_reader(keeper: &Arc<Keeper>, folder: &Path) -> Result<()> {
    let mut command = tool(keeper, "samba-reader", "samba-tool")?;
    command.args = ["user", "create", "reader", BIND_PASSWORD, "-H"]
        .map(str::to_owned)
        .to_vec();
    command.args.extend([show(&database(folder)), configured(folder)]);
    keeper.run(command).await
}

async fn copy(keeper: &Arc<Keeper>, from: &Path, to: &Path) -> Result<()> {
    let mut command = tool(keeper, "samba-copy", "cp")?;
    command.args = ["-a", "--reflink=auto"].map(str::to_owned).to_vec();
    command.args.extend([show(from), show(to)]);
    keeper.run(command).await
}

fn tool(keeper: &Arc<Keeper>, name: &str, program: &str) -> Result<Command> {
    Ok(Command::new(name, place::program(program)?, keeper.folder()))
}

fn database(folder: &Path) -> PathBuf {
    folder.join("private/sam.ldb")
}

fn configured(folder: &Path) -> String {
    format!("--configfile={}", show(&folder.join("smb.conf")))
}
