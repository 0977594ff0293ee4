//! `rollcall-testbed`: beds for the shell.

mod run;
mod shell;
mod up;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::bed::Part;
use crate::error::{Doing as _, Result};
use crate::{keeper, place};

/// Starts PostgreSQL, RabbitMQ, Active Directory (Samba), OpenLDAP and Rollcall's services, private to this call.
#[derive(Debug, Parser)]
#[command(name = "rollcall-testbed", version)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Starts a bed that stays, and writes its addresses to .run/env.
    Up {
        /// Only these parts.
        #[arg(long, value_delimiter = ',')]
        only: Vec<Part>,
    },
    /// Stops what `up` started.
    Down,
    /// Starts a bed, runs a command with its addresses in the environment, gives the bed back and exits as the
    /// command did.
    Run {
        /// Only these parts.
        #[arg(long, value_delimiter = ',')]
        only: Vec<Part>,
        /// The command and its arguments.
        #[arg(last = true, required = true)]
        command: Vec<String>,
    },
    /// Keeps a bed for another process; the bed starts this itself.
    #[command(hide = true)]
    Keep {
        /// The bed's folder.
        folder: PathBuf,
    },
}

/// The whole command.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let done = runtime
        .doing(|| "start the runtime".to_owned())
        .and_then(|runtime| runtime.block_on(perform(arguments.task)));
    done.unwrap_or_else(|error| {
        eprintln!("rollcall-testbed: {}", text_of(&error));
        ExitCode::FAILURE
    })
}

async fn perform(task: Task) -> Result<ExitCode> {
    match task {
        Task::Up { only } => up::up(parts(only)).await.map(|()| ExitCode::SUCCESS),
        Task::Down => up::down().await.map(|()| ExitCode::SUCCESS),
        Task::Run { only, command } => run::run(parts(only), &command).await,
        Task::Keep { folder } => keeper::keep(&folder).await.map(|()| ExitCode::SUCCESS),
    }
}

fn parts(only: Vec<Part>) -> Vec<Part> {
    if only.is_empty() { Part::ALL.to_vec() } else { only }
}

/// An error and what caused it, in one line.
fn text_of(error: &dyn std::error::Error) -> String {
    let sources = std::iter::successors(error.source(), |error| error.source());
    sources.fold(error.to_string(), |text, source| format!("{text}: {source}"))
}

/// The project's root, where `.run` is: the one that this program was built in, also if all of it was moved or copied since.
fn root() -> PathBuf {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    let at_build = own.ancestors().nth(2).unwrap_or(own);
    let here = place::target_folder();
    let here = here.parent().filter(|root| root.join("Cargo.toml").is_file());
    here.unwrap_or(at_build).to_owned()
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::Arguments;

    #[test]
    fn the_arguments_are_well_formed() {
        Arguments::command().debug_assert();
    }
}
