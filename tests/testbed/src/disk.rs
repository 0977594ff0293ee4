//! A small disk of one server's own, to be filled.

use std::fs::{self, File};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::{Doing as _, Error, Result};
use crate::place;

static PIECE: [u8; 64 * 1024] = [0; 64 * 1024];

/// True if this process may mount a disk.
pub fn can_be_mounted() -> bool {
    place::is_root()
}

/// A file system in memory with a fixed capacity.
#[derive(Debug, Clone)]
pub struct Disk {
    ballast: PathBuf,
}

impl Disk {
    /// Mounts one of this size on a folder. The keeper unmounts it.
    pub(crate) fn mount(folder: &Path, mib: u32) -> Result<()> {
        let mounted = Command::new(place::program("mount")?)
            .args(["-t", "tmpfs", "-o", &format!("size={mib}m"), "rollcall-bed"])
            .arg(folder)
            .status()
            .doing(|| "start mount".to_owned())?;
        if mounted.success() {
            Ok(())
        } else {
            Err(Error::Refused(format!(
                "a disk cannot be mounted here: {mounted}"
            )))
        }
    }

    pub(crate) fn at(folder: &Path) -> Self {
        Self {
            ballast: folder.join("ballast"),
        }
    }

    /// Fills it to the last byte.
    pub fn fill(&self) -> Result<()> {
        let mut file = File::create(&self.ballast).doing(|| "begin to fill a disk".to_owned())?;
        loop {
            match file.write(&PIECE) {
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::StorageFull => return Ok(()),
                Err(error) => return Err(error).doing(|| "fill a disk".to_owned()),
            }
        }
    }

    /// Takes away what filled it.
    pub fn free(&self) -> Result<()> {
        fs::remove_file(&self.ballast).doing(|| "free a disk".to_owned())
    }
}

/// Unmounts what is mounted in a folder, so that it can be removed.
pub(crate) fn unmount_all(folder: &Path) {
    let mounts = fs::read_to_string("/proc/mounts").unwrap_or_default();
    let mounted = mounts.lines().filter_map(|line| line.split(' ').nth(1));
    for mount in mounted.filter(|mount| Path::new(mount).starts_with(folder)) {
        // One that cannot be unmounted shows when the folder is removed.
        let _ = Command::new("umount").args(["--lazy", mount]).status();
    }
}
