//! A private Active Directory: Samba as a domain controller.
//!
//! A domain takes seconds to provision and is the same every time, so it is made once and copied.
//! Only the LDAP service runs: that is all that Rollcall speaks, and it starts in a second.

mod template;

use std::fs;
use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::certificates::Authority;
use crate::directory::{Directory, Editor, Flavour};
use crate::error::{Doing as _, Error, Result};
use crate::keeper::{Command, Keeper, Process};
use crate::place::{self, write_private};
use template::{REALM, WORKGROUP};

/// The base of both directories.
pub const BASE: &str = "DC=corp,DC=example";
/// An ordinary account of both directories.
pub const BIND_USERNAME: &str = "CN=reader,CN=Users,DC=corp,DC=example";
/// Its password.
pub const BIND_PASSWORD: &str = "Read3r-of-the-test-bed";
/// The administrator of both directories.
pub const ADMIN_USERNAME: &str = "CN=Administrator,CN=Users,DC=corp,DC=example";
/// Its password.
pub const ADMIN_PASSWORD: &str = "Adm1n-of-the-test-bed";

const LIMIT: Duration = Duration::from_mins(1);

/// A running Active Directory. It answers on its address with LDAPS on port 636, and with LDAP on 389: with StartTLS,
/// and without any protection too, so that tests can break what they can count.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Samba {
    address: IpAddr,
}

impl Samba {
    pub(crate) async fn start(
        keeper: &Arc<Keeper>,
        address: IpAddr,
        authority: &Authority,
        directory: Option<&Directory>,
    ) -> Result<(Self, Process)> {
        if !place::is_root() {
            return Err(Error::Refused(
                "Samba needs root: a domain controller's ports are fixed and low".to_owned(),
            ));
        }
        let samba = Self { address };
        let folder = keeper.folder().join("samba");
        template::copy_to(keeper, &folder).await?;
        let identity = authority.sign_server(
            "samba",
            &["dc1.corp.example", "corp.example", "localhost"],
            &[address],
        )?;
        let configuration = configuration(&folder)
            + &format!("\tinterfaces = {address}/8\n\tbind interfaces only = yes\n")
            + &format!(
                "\ttls certfile = {}\n\ttls keyfile = {}\n",
                show(&identity.certificate),
                show(&identity.key)
            )
            + &format!("\ttls cafile = {}\n", show(&authority.certificate_file()));
        write_private(&folder.join("smb.conf"), configuration.as_bytes())?;
        if let Some(directory) = directory {
            load(keeper, &folder, directory).await?;
        }
        let process = keeper.spawn(server(keeper, &folder)?).await?;
        samba.until_ready(&process, authority).await?;
        Ok((samba, process))
    }

    /// Waits until the directory answers, at its start or after a restart.
    pub async fn until_ready(&self, process: &Process, authority: &Authority) -> Result<()> {
        process
            .until_ready(LIMIT, || async { self.editor(authority).await.map(drop) })
            .await
    }

    /// The URL of LDAPS; by address, which its certificate names.
    pub fn ldaps_url(&self) -> String {
        format!("ldaps://{}:636", self.address)
    }

    /// Its address: what a tenant's settings name as host.
    pub fn address(&self) -> IpAddr {
        self.address
    }

    /// A connection of the administrator.
    pub async fn editor(&self, authority: &Authority) -> Result<Editor> {
        Editor::connect(crate::directory::Login {
            url: &self.ldaps_url(),
            tls: authority.client()?,
            username: ADMIN_USERNAME,
            password: ADMIN_PASSWORD,
            flavour: Flavour::ActiveDirectory,
            base: BASE,
        })
        .await
    }
}

fn server(keeper: &Arc<Keeper>, folder: &Path) -> Result<Command> {
    let mut command = Command::new("samba", place::program("samba")?, keeper.folder());
    folder.clone_into(&mut command.directory);
    command.args = [
        "--interactive",
        "--no-process-group",
        "--debug-stdout",
        "--model=standard",
    ]
    .map(str::to_owned)
    .to_vec();
    command
        .args
        .push(format!("--configfile={}", show(&folder.join("smb.conf"))));
    Ok(command)
}

/// Adds what is described while the server does not run yet: twenty times as fast.
async fn load(keeper: &Arc<Keeper>, folder: &Path, directory: &Directory) -> Result<()> {
    let ldif = folder.join("directory.ldif");
    let mut text = Vec::new();
    directory
        .write_ldif(Flavour::ActiveDirectory, BASE, &mut text)
        .doing(|| "describe a directory".to_owned())?;
    fs::write(&ldif, text).doing(|| format!("write {}", ldif.display()))?;
    let mut command = Command::new("samba-load", place::program("ldbadd")?, keeper.folder());
    command.args = vec![
        "-H".to_owned(),
        show(&folder.join("private/sam.ldb")),
        format!("--configfile={}", show(&folder.join("smb.conf"))),
        show(&ldif),
    ];
    keeper.run(command).await
}

/// The configuration of a domain in this folder: its name and its files.
fn configuration(folder: &Path) -> String {
    let folder = show(folder);
    format!(
        "[global]\n\
         \tworkgroup = {WORKGROUP}\n\
         \trealm = {REALM}\n\
         \tnetbios name = DC1\n\
         \tserver role = active directory domain controller\n\
         \tserver services = ldap\n\
         \tprivate dir = {folder}/private\n\
         \tstate directory = {folder}/state\n\
         \tlock directory = {folder}/lock\n\
         \tcache directory = {folder}/cache\n\
         \tpid directory = {folder}/lock\n\
         \tncalrpc dir = {folder}/ncalrpc\n\
         \tbinddns dir = {folder}/bind-dns\n\
         \tlog file = {folder}/log.%m\n\
         \tdisable netbios = yes\n\
         \tldap server require strong auth = no\n\
         \tload printers = no\n"
    )
}

fn show(path: &Path) -> String {
    path.display().to_string()
}
