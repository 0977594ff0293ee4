//! A private OpenLDAP.

use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::certificates::Authority;
use crate::directory::{Directory, Editor, Flavour};
use crate::error::{Doing as _, Error, Result};
use crate::keeper::{Command, Keeper, Process};
use crate::place;
use crate::samba::{ADMIN_PASSWORD, ADMIN_USERNAME, BASE, BIND_PASSWORD};

/// Not 389 and 636, which are Samba's on the same address.
const LDAP_PORT: u16 = 1389;
const LDAPS_PORT: u16 = 1636;
const LIMIT: Duration = Duration::from_secs(30);

/// An account whose searches the server breaks off once it has been answered [`LIMITED_ENTRIES`], over all pages. It
/// has the password of all readers.
pub const LIMITED_USERNAME: &str = "CN=limited,CN=Users,DC=corp,DC=example";
/// Number of those entries.
pub const LIMITED_ENTRIES: u32 = 120;
/// An account to which no entry seems to have an address: its searches for them succeed, and answer nothing. It has
/// the password of all readers.
pub const BLIND_USERNAME: &str = "CN=blind,CN=Users,DC=corp,DC=example";
/// An account whose password must be changed before anything else (pwdReset). It has the password of all readers.
pub const RESET_USERNAME: &str = "CN=reset,CN=Users,DC=corp,DC=example";
/// Policy of all accounts: a password that an administrator has set is to be changed by its owner.
const POLICY: &str = "CN=policy,CN=Users,DC=corp,DC=example";
/// Attributes that an entry can hide from every reader by a value of `hides`, as stricter rights do.
pub const HIDEABLE: [&str; 8] = [
    "proxyAddresses",
    "mail",
    "userAccountControl",
    "nsAccountLock",
    "msDS-UserAccountDisabled",
    "loginDisabled",
    "msExchRecipientTypeDetails",
    "msExchRemoteRecipientType",
];
const SCHEMA: &str = include_str!("../../../deploy/directory/openldap.schema");
const TESTS_SCHEMA: &str = include_str!("openldap/tests.schema");

/// A running OpenLDAP with the same base and the same accounts as the Active Directory, whose entries any account may
/// read.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OpenLdap {
    address: IpAddr,
}

impl OpenLdap {
    pub(crate) async fn start(
        keeper: &Arc<Keeper>,
        address: IpAddr,
        authority: &Authority,
        directory: Option<&Directory>,
    ) -> Result<(Self, Process)> {
        let openldap = Self { address };
        let folder = keeper.folder().join("openldap");
        fs::create_dir_all(folder.join("data")).doing(|| format!("make {}", folder.display()))?;
        authority.sign_server("openldap", &["ldap.corp.example", "localhost"], &[address])?;
        for (name, schema) in [("rollcall.schema", SCHEMA), ("tests.schema", TESTS_SCHEMA)] {
            fs::write(folder.join(name), schema).doing(|| format!("write {name}"))?;
        }
        place::write_private(
            &folder.join("slapd.conf"),
            configuration(&folder, authority).as_bytes(),
        )?;
        let program = slapd(&folder)?;
        load(keeper, &folder, &program, directory).await?;
        let process = keeper.spawn(openldap.server(keeper, &folder, program)).await?;
        openldap.until_ready(&process, authority).await?;
        Ok((openldap, process))
    }

    /// Waits until the directory answers, at its start or after a restart.
    pub async fn until_ready(&self, process: &Process, authority: &Authority) -> Result<()> {
        process
            .until_ready(LIMIT, || async { self.editor(authority).await.map(drop) })
            .await
    }

    /// The URL of LDAP, plain or with StartTLS.
    pub fn ldap_url(&self) -> String {
        format!("ldap://{}:{LDAP_PORT}", self.address)
    }

    /// The URL of LDAPS.
    pub fn ldaps_url(&self) -> String {
        format!("ldaps://{}:{LDAPS_PORT}", self.address)
    }

    /// The address of LDAP, plain or with StartTLS.
    pub fn ldap_address(&self) -> SocketAddr {
        (self.address, LDAP_PORT).into()
    }

    /// The address of LDAPS.
    pub fn ldaps_address(&self) -> SocketAddr {
        (self.address, LDAPS_PORT).into()
    }

    /// A connection of the administrator.
    pub async fn editor(&self, authority: &Authority) -> Result<Editor> {
        Editor::connect(crate::directory::Login {
            url: &self.ldaps_url(),
            tls: authority.client()?,
            username: ADMIN_USERNAME,
            password: ADMIN_PASSWORD,
            flavour: Flavour::OpenLdap,
            base: BASE,
        })
        .await
    }

    fn server(&self, keeper: &Arc<Keeper>, folder: &Path, program: PathBuf) -> Command {
        let mut command = Command::new("openldap", program, keeper.folder());
        folder.clone_into(&mut command.directory);
        command.args = vec![
            "-f".to_owned(),
            folder.join("slapd.conf").display().to_string(),
            "-h".to_owned(),
            format!("{} {}", self.ldap_url(), self.ldaps_url()),
            // In the foreground; "none" are the messages that are logged at any level.
            "-d".to_owned(),
            "none".to_owned(),
        ];
        command
    }
}

/// A copy of the installed slapd: Ubuntu confines the original to the system's own folders.
fn slapd(folder: &Path) -> Result<PathBuf> {
    let copy = folder.join("slapd");
    fs::copy(place::program("slapd")?, &copy).doing(|| "copy slapd".to_owned())?;
    Ok(copy)
}

fn configuration(folder: &Path, authority: &Authority) -> String {
    let identity = authority.identity("openldap");
    let folder = folder.display();
    let schemas: String = ["core", "cosine", "inetorgperson"]
        .map(|name| format!("include /etc/ldap/schema/{name}.schema\n"))
        .concat();
    let hidden: String = HIDEABLE
        .map(|name| format!("access to filter=(hides={name}) attrs={name} by * none\n"))
        .concat();
    format!(
        "{schemas}include {folder}/rollcall.schema\n\
         include {folder}/tests.schema\n\
         modulepath /usr/lib/ldap\n\
         moduleload back_mdb\n\
         moduleload ppolicy\n\
         TLSCACertificateFile {}\n\
         TLSCertificateFile {}\n\
         TLSCertificateKeyFile {}\n\
         TLSVerifyClient never\n\
         sizelimit unlimited\n\
         timelimit unlimited\n\
         database mdb\n\
         suffix \"{BASE}\"\n\
         rootdn \"{ADMIN_USERNAME}\"\n\
         rootpw {ADMIN_PASSWORD}\n\
         directory {folder}/data\n\
         maxsize 8589934592\n\
         dbnosync\n\
         index objectClass eq\n\
         index entryUUID eq\n\
         index entryCSN eq\n\
         index proxyAddresses pres\n\
         limits dn.exact=\"{LIMITED_USERNAME}\" size.prtotal={LIMITED_ENTRIES}\n\
         access to attrs=userPassword by anonymous auth by * none\n\
         {hidden}\
         access to attrs=proxyAddresses by dn.exact=\"{BLIND_USERNAME}\" none by * read\n\
         access to * by * read\n\
         overlay ppolicy\n\
         ppolicy_default \"{POLICY}\"\n",
        authority.certificate_file().display(),
        identity.certificate.display(),
        identity.key.display(),
    )
}

/// Loads the base, the accounts and what is described while the server does not run yet: tens of thousands a second.
async fn load(
    keeper: &Arc<Keeper>,
    folder: &Path,
    slapd: &Path,
    directory: Option<&Directory>,
) -> Result<()> {
    let ldif = folder.join("directory.ldif");
    let write = || -> std::io::Result<()> {
        let mut out = BufWriter::new(File::create(&ldif)?);
        write!(
            out,
            "dn: {BASE}\nobjectClass: dcObject\nobjectClass: organization\ndc: corp\no: Corp\n\n\
             dn: CN=Users,{BASE}\nobjectClass: applicationProcess\ncn: Users\n\n\
             dn: CN=reader,CN=Users,{BASE}\nobjectClass: person\ncn: reader\nsn: reader\n\
             userPassword: {BIND_PASSWORD}\n\n"
        )?;
        for (username, name) in [(LIMITED_USERNAME, "limited"), (BLIND_USERNAME, "blind")] {
            write!(
                out,
                "dn: {username}\nobjectClass: person\ncn: {name}\nsn: {name}\n\
                 userPassword: {BIND_PASSWORD}\n\n"
            )?;
        }
        write!(
            out,
            "dn: {POLICY}\nobjectClass: device\nobjectClass: pwdPolicy\ncn: policy\n\
             pwdAttribute: userPassword\npwdMustChange: TRUE\n\n\
             dn: {RESET_USERNAME}\nobjectClass: person\ncn: reset\nsn: reset\n\
             userPassword: {BIND_PASSWORD}\npwdReset: TRUE\n\n"
        )?;
        if let Some(directory) = directory {
            directory.write_ldif(Flavour::OpenLdap, BASE, &mut out)?;
        }
        out.flush()
    };
    write().doing(|| format!("write {}", ldif.display()))?;
    let mut command = Command::new("openldap-load", slapd.to_owned(), keeper.folder());
    command.args = ["-T", "add", "-q", "-f"].map(str::to_owned).to_vec();
    command.args.push(folder.join("slapd.conf").display().to_string());
    command.args.extend(["-l".to_owned(), ldif.display().to_string()]);
    keeper.run(command).await?;
    fs::remove_file(&ldif).map_err(|source| Error::Io {
        what: format!("remove {}", ldif.display()),
        source,
    })
}
