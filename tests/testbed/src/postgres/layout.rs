//! Places of PostgreSQL's files and programs.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::path::{Path, PathBuf};

use crate::error::{Doing as _, Error, Result};
use crate::keeper::{Command, Signal, User};
use crate::place;
use crate::root::{self, Root};

/// PostgreSQL's folders and its user: it refuses to run as root.
pub(super) struct Layout {
    pub(super) folder: PathBuf,
    pub(super) data: PathBuf,
    bed: PathBuf,
    root: Option<Root>,
    programs: PathBuf,
    user: Option<User>,
}

impl Layout {
    /// Makes the folder of this name.
    pub(super) fn make(bed: &Path, name: &str, root: Option<&Root>) -> Result<Self> {
        let folder = bed.join(name);
        fs::create_dir(&folder).doing(|| format!("make {}", folder.display()))?;
        let on_the_path = || place::program("initdb").ok()?.parent().map(Path::to_owned);
        let programs = match root::newest(root, "/usr/lib/postgresql", "", "postgresql") {
            Ok(version) => version.join("bin"),
            Err(error) => on_the_path().ok_or(error)?,
        };
        let user = match root {
            Some(root) => Some(root.user("postgres")?),
            None if place::is_root() => Some(place::user("postgres")?),
            None => None,
        };
        let layout = Self {
            bed: bed.to_owned(),
            root: root.cloned(),
            data: folder.join("data"),
            folder,
            programs,
            user,
        };
        layout.own()?;
        Ok(layout)
    }

    /// Gives the folder only to PostgreSQL's user.
    pub(super) fn own(&self) -> Result<()> {
        fs::set_permissions(&self.folder, fs::Permissions::from_mode(0o700))
            .doing(|| "close a folder".to_owned())?;
        self.give(&self.folder)
    }

    /// Gives a file to PostgreSQL's user.
    pub(super) fn give(&self, path: &Path) -> Result<()> {
        let Some(user) = self.user else { return Ok(()) };
        chown(path, Some(user.uid), Some(user.gid)).doing(|| format!("give {} away", path.display()))
    }

    pub(super) fn certificate(&self) -> PathBuf {
        self.folder.join("server.pem")
    }

    pub(super) fn key(&self) -> PathBuf {
        self.folder.join("server.key")
    }

    /// One of the programs, to be run as its user.
    pub(super) fn command(&self, name: &str, program: &str) -> Result<Command> {
        let path = self.programs.join(program);
        if !path.is_file() {
            return Err(Error::Missing {
                program: program.to_owned(),
            });
        }
        let mut command = Command::new(name, path, &self.bed);
        command.directory.clone_from(&self.folder);
        command.user = self.user;
        // Its children leave its process group, and only it knows its shared memory.
        command.stop = Signal::Quit;
        if let Some(root) = &self.root {
            root.wrap(&mut command)?;
        }
        Ok(command)
    }
}
