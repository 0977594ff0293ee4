//! A clock of one process' own, to be put forward and back while it runs.
//!
//! Done by Debian's libfaketime, loaded before the program: the wall clock is another one, time that only goes forward
//! is not.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::error::{Doing as _, Error, Result};
use crate::keeper::Command;
use crate::place;

/// The wall clock of the processes that were started with its variables.
#[derive(Debug, Clone)]
pub struct Clock {
    file: PathBuf,
}

impl Clock {
    /// A clock that shows the right time, kept in this file.
    pub fn right(file: &Path) -> Result<Self> {
        let clock = Self::at(file);
        clock.put(0)?;
        Ok(clock)
    }

    pub(crate) fn at(file: &Path) -> Self {
        Self {
            file: file.to_owned(),
        }
    }

    /// Puts it so many seconds before the right time, or behind it if negative.
    pub fn put(&self, seconds: i32) -> Result<()> {
        // Renamed into place: no process reads half of it.
        let draft = self.file.with_extension("new");
        fs::write(&draft, format!("{seconds:+}\n"))
            .and_then(|()| fs::rename(&draft, &self.file))
            .doing(|| "put a clock".to_owned())
    }

    /// Starts the program under this clock. It must be loaded after the change of user, whose semaphores it uses.
    pub(crate) fn wrap(&self, command: &mut Command) -> Result<()> {
        let variables = self
            .variables()?
            .into_iter()
            .map(|(name, value)| format!("{name}={value}"));
        let program = std::mem::replace(&mut command.program, place::program("env")?);
        let program = [program.display().to_string()];
        command.args = variables.chain(program).chain(command.args.drain(..)).collect();
        Ok(())
    }

    /// The variables with which a process must be started.
    pub fn variables(&self) -> Result<BTreeMap<String, String>> {
        let library = library().ok_or_else(|| Error::Missing {
            program: "libfaketime".to_owned(),
        })?;
        let variables = [
            ("LD_PRELOAD", library.display().to_string()),
            ("FAKETIME_TIMESTAMP_FILE", self.file.display().to_string()),
            ("FAKETIME_NO_CACHE", "1".to_owned()),
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1".to_owned()),
        ];
        Ok(variables.map(|(name, value)| (name.to_owned(), value)).into())
    }

    /// True if clocks can be put here.
    pub fn is_there() -> bool {
        library().is_some()
    }
}

fn library() -> Option<PathBuf> {
    let folders = fs::read_dir("/usr/lib").ok()?.flatten();
    folders
        .map(|folder| folder.path().join("faketime/libfaketime.so.1"))
        .find(|library| library.is_file())
}
