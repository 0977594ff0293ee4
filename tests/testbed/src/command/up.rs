//! A bed that stays, and its end.

use std::fs;
use std::path::PathBuf;

use super::{root, shell};
use crate::bed::{Bed, BedOptions, Part};
use crate::error::{Doing as _, Result};
use crate::{keeper, place};

/// The files in `.run`.
struct Run {
    folder: PathBuf,
}

impl Run {
    fn here() -> Self {
        Self {
            folder: root().join(".run"),
        }
    }

    /// Addresses, for the shell.
    fn env(&self) -> PathBuf {
        self.folder.join("env")
    }

    /// A link to the bed's folder.
    fn bed(&self) -> PathBuf {
        self.folder.join("bed")
    }

    fn remove(&self) -> Result<()> {
        match fs::remove_dir_all(&self.folder) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(error).doing(|| format!("remove {}", self.folder.display()))
            }
            _ => Ok(()),
        }
    }
}

pub(super) async fn up(parts: Vec<Part>) -> Result<()> {
    let run = Run::here();
    if keeper::serves(&run.bed()).await {
        println!("It is up already; its addresses are in {}", run.env().display());
        return Ok(());
    }
    run.remove()?;
    eprintln!("Starting servers and services on loopback ...");
    let bed = Bed::start(BedOptions {
        parts,
        progress: true,
        ..BedOptions::default()
    })
    .await?;
    fs::create_dir_all(&run.folder).doing(|| format!("make {}", run.folder.display()))?;
    std::os::unix::fs::symlink(bed.folder(), run.bed()).doing(|| format!("make {}", run.bed().display()))?;
    place::write_private(&run.env(), shell::script(&shell::variables(&bed)).as_bytes())?;
    bed.detach().await?;
    println!("Up. Its addresses: source {}", run.env().display());
    Ok(())
}

pub(super) async fn down() -> Result<()> {
    let run = Run::here();
    let stopped = keeper::stop(&run.bed()).await?;
    run.remove()?;
    println!(
        "{}",
        if stopped {
            "Stopped."
        } else {
            "Nothing was running."
        }
    );
    Ok(())
}
