//! The programs of another release, in a folder that holds a whole system of its own.

use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::keeper::{Command, User};
use crate::place;

/// In a mount namespace of its own, so that nothing has to be unmounted: the devices, the processes, and the folder of
/// the beds where it is outside. `$0` is the root, `$1` the beds' folder, `$2` the user.
const ENTER: &str = "for folder in /dev /proc \"$1\"; do \
     mkdir -p \"$0$folder\"; mount --rbind \"$folder\" \"$0$folder\"; done; \
     root=$0; user=$2; shift 2; exec chroot --userspec=\"$user\" \"$root\" \"$@\"";

/// A folder with the programs of another release, entered with chroot. Takes root.
#[derive(Debug, Clone)]
pub struct Root {
    folder: PathBuf,
}

impl Root {
    /// The system in this folder.
    pub fn at(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
        }
    }

    /// The path outside of a path of the system.
    pub(crate) fn outside(&self, path: &str) -> PathBuf {
        self.folder.join(path.trim_start_matches('/'))
    }

    /// The path inside of a path outside, if it is in there.
    pub(crate) fn inside(&self, path: &Path) -> PathBuf {
        match path.strip_prefix(&self.folder) {
            Ok(inside) => Path::new("/").join(inside),
            Err(_) => path.to_owned(),
        }
    }

    /// A user of the system.
    pub(crate) fn user(&self, name: &str) -> Result<User> {
        place::user_in(&self.outside("etc/passwd"), name)
    }

    /// Has the program run in here.
    pub(crate) fn wrap(&self, command: &mut Command) -> Result<()> {
        let beds = std::env::temp_dir().display().to_string();
        let user = command
            .user
            .take()
            .map_or_else(|| "0:0".to_owned(), |user| format!("{}:{}", user.uid, user.gid));
        let program = std::mem::replace(&mut command.program, place::program("unshare")?);
        let enter = [
            "--mount".to_owned(),
            "sh".to_owned(),
            "-ec".to_owned(),
            ENTER.to_owned(),
            self.folder.display().to_string(),
            beds,
            user,
            self.inside(&program).display().to_string(),
        ];
        command.args = enter.into_iter().chain(command.args.drain(..)).collect();
        Ok(())
    }

    /// True if it can be entered and has PostgreSQL and RabbitMQ.
    pub fn is_usable(&self) -> bool {
        let has = |folder: &str| self.outside(folder).is_dir();
        place::is_root() && has("usr/lib/postgresql") && has("usr/lib/rabbitmq/lib")
    }
}

/// The newest version of something in a system or, if there is none, in this one.
pub(crate) fn newest(root: Option<&Root>, folder: &str, prefix: &str, program: &str) -> Result<PathBuf> {
    let folder = root.map_or_else(|| PathBuf::from(folder), |root| root.outside(folder));
    place::newest(&folder, prefix).ok_or_else(|| Error::Missing {
        program: program.to_owned(),
    })
}
