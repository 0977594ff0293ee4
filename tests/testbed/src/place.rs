//! The place of a bed: its folder, its address, and the programs that it needs.

use std::fs;
use std::net::{IpAddr, Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};

use uuid::Uuid;

use crate::error::{Doing as _, Error, Result};
use crate::keeper::User;

/// Beginning of the names of the beds' folders.
pub(crate) const FOLDER_PREFIX: &str = "rollcall-bed-";
/// Names the testbed's own program to tests that it runs.
pub(crate) const PROGRAM_VARIABLE: &str = "ROLLCALL_TESTBED_PROGRAM";
const PROGRAM: &str = "rollcall-testbed";

/// A folder name that no other bed has.
pub(crate) fn folder_name() -> String {
    format!("{FOLDER_PREFIX}{}", &secret()[..12])
}

/// A fresh password or name of 32 hexadecimal digits.
pub(crate) fn secret() -> String {
    Uuid::new_v4().simple().to_string()
}

/// A loopback address that no other process uses.
///
/// All of 127.0.0.0/8 answers on Linux. With an address of its own a bed keeps the servers' usual ports, and Samba
/// can have its fixed ones. No port that was just found free can be taken by an outgoing connection of another
/// process.
pub(crate) fn loopback_address() -> Result<IpAddr> {
    const PORT_THAT_IS_NEVER_USED: u16 = 7100;
    let mut tried = Ok(());
    for _ in 0..16 {
        let random = Uuid::new_v4();
        let [a, b, c, ..] = random.as_bytes();
        let address = IpAddr::from(Ipv4Addr::new(127, 64 + a % 128, *b, 1 + c % 254));
        tried = TcpListener::bind((address, PORT_THAT_IS_NEVER_USED)).map(drop);
        if tried.is_ok() {
            return Ok(address);
        }
    }
    tried.doing(|| "find a free loopback address".to_owned())?;
    Err(Error::Refused("no loopback address is free".to_owned()))
}

/// An installed program, wherever distributions put it; `/usr/sbin` is not on everybody's path.
pub(crate) fn program(name: &str) -> Result<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain(
            [
                "/usr/local/sbin",
                "/usr/sbin",
                "/sbin",
                "/usr/local/bin",
                "/usr/bin",
                "/bin",
            ]
            .map(PathBuf::from),
        )
        .map(|folder| folder.join(name))
        .find(|program| program.is_file())
        .ok_or_else(|| Error::Missing {
            program: name.to_owned(),
        })
}

/// The entry of `parent` with the highest version number after `prefix`: `/usr/lib/postgresql/15`.
pub(crate) fn newest(parent: &Path, prefix: &str) -> Option<PathBuf> {
    let version = |name: &str| -> Option<Vec<u32>> {
        name.strip_prefix(prefix)?
            .split('.')
            .map(|part| part.parse().ok())
            .collect()
    };
    fs::read_dir(parent)
        .ok()?
        .flatten()
        .filter_map(|entry| Some((version(&entry.file_name().to_string_lossy())?, entry.path())))
        .max()
        .map(|(_, path)| path)
}

/// True if this process may bind low ports and become other users.
pub(crate) fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// A user of this machine.
pub(crate) fn user(name: &str) -> Result<User> {
    user_in(Path::new("/etc/passwd"), name)
}

/// A user that a file of users names.
pub(crate) fn user_in(file: &Path, name: &str) -> Result<User> {
    let users = fs::read_to_string(file).doing(|| format!("read {}", file.display()))?;
    users
        .lines()
        .map(|line| line.split(':').collect::<Vec<_>>())
        .find(|fields| fields.first() == Some(&name))
        .and_then(|fields| {
            Some(User {
                uid: fields.get(2)?.parse().ok()?,
                gid: fields.get(3)?.parse().ok()?,
            })
        })
        .ok_or_else(|| Error::Missing {
            program: format!("user {name}"),
        })
}

/// The folder that this project's binaries are built into: `target/debug`.
pub(crate) fn binaries() -> Result<PathBuf> {
    if let Some(program) = std::env::var_os(PROGRAM_VARIABLE).map(PathBuf::from)
        && let Some(folder) = program.parent()
    {
        return Ok(folder.to_owned());
    }
    let own = std::env::current_exe().doing(|| "find the folder of the binaries".to_owned())?;
    let folder = own.parent().unwrap_or(Path::new("/"));
    // Tests are built into target/debug/deps.
    let folder = if folder.ends_with("deps") {
        folder.parent().unwrap_or(folder)
    } else {
        folder
    };
    Ok(folder.to_owned())
}

/// A binary of this project, which must have been built.
pub(crate) fn binary(name: &str) -> Result<PathBuf> {
    let path = binaries()?.join(name);
    if path.is_file() {
        Ok(path)
    } else {
        Err(Error::NotBuilt { path })
    }
}

pub(crate) fn testbed_program() -> Result<PathBuf> {
    binary(PROGRAM)
}

/// The folder of everything that is built: `target`.
pub fn target_folder() -> PathBuf {
    let binaries = binaries().unwrap_or_default();
    binaries.parent().unwrap_or(&binaries).to_owned()
}

/// The folder of files that are slow to make and the same every time.
pub(crate) fn cache() -> Result<PathBuf> {
    let binaries = binaries()?;
    let cache = binaries.parent().unwrap_or(&binaries).join("testbed-cache");
    fs::create_dir_all(&cache).doing(|| format!("make {}", cache.display()))?;
    Ok(cache)
}

/// Writes a file that only its owner may read.
pub(crate) fn write_private(path: &Path, content: &[u8]) -> Result<()> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut options = fs::OpenOptions::new();
    let file = options
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path);
    file.and_then(|mut file| file.write_all(content))
        .doing(|| format!("write {}", path.display()))
}
