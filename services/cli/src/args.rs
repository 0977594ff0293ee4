//! The command line: its words, their help, and nothing of what they do.

mod accounts;
mod audit;
mod connection;
mod domains;
mod filter;
mod fleet;
mod runs;
mod settings;
mod subject;

use std::path::PathBuf;

use clap::{Parser, Subcommand};
use clap_complete::Shell;

pub(crate) use accounts::{AccountCommand, EditAccount, ListAccounts, NamedAccount};
pub(crate) use audit::ListAudit;
pub(crate) use connection::{Connection, variable};
pub(crate) use domains::{Confirmed, DomainArg, DomainsCommand};
pub(crate) use filter::{BuildFilter, FilterCommand};
pub(crate) use fleet::{FleetCommand, FleetParts};
pub(crate) use runs::{
    Approve, Consent, Explain, ExportCsv, ListRows, ListRuns, Revert, RunId, ShowRun, Start, Sync,
};
pub(crate) use settings::{
    Clearable, DirectoryServer, ObjectType, PasswordSource, Put, Removal, Selection, SettingsCommand,
    TestConnection, Times,
};
pub use subject::Subject;

const AFTER_HELP: &str = "\
A first hour, from nothing to accounts:
  rollcall domains add acme acme.example acme.test=acme.example
  rollcall test acme --host dc1.acme.example --ca-file ca.pem \\
      --bind-username reader@acme.example --password-file secret.txt
  rollcall settings put acme --host dc1.acme.example --ca-file ca.pem \\
      --bind-username reader@acme.example --password-file secret.txt \\
      --every-hours 4
  rollcall preview acme
  rollcall csv acme --output preview.csv
  rollcall sync acme
  rollcall accounts acme

When something looks wrong:
  rollcall test acme                       tests the connection to the directory
  rollcall explain acme ann@acme.example   explains why an address is there, or is not
  rollcall approve acme                    approves what a HELD run would do
  rollcall revert acme RUN                 reverts a sync

Exit codes:
  0    done; a run that was waited for SUCCEEDED
  1    a service refused, something failed, or you answered no
  2    the command line is wrong, or --yes is missing where nobody can be asked
  3    the run that was waited for, or a step of a connection test, FAILED
  4    the run that was waited for was CANCELLED
  5    a service could not be reached
  6    the run that was waited for is HELD: nothing was changed, review it first
  130  Ctrl-C: detached, the run continues
  141  the reader of the output closed it";

/// Keeps the portal's accounts in step with customers' directories.
///
/// A tenant is one customer of the portal. It has e-mail domains (`domains`) and settings that say where its
/// directory is (`settings`). A run reads the directory: a `preview` shows what would be imported and changes
/// nothing, a `sync` applies it. Every run has rows: a verdict for each address (`rows`, `csv`). The
/// tenant's `accounts` are what the portal has as a result.
#[derive(Debug, Parser)]
#[command(name = "rollcall", version, after_long_help = AFTER_HELP, max_term_width = 110)]
#[command(after_help = "`rollcall --help` shows examples and exit codes.")]
pub struct Args {
    /// Print answers as JSON, for programs.
    #[arg(long, global = true)]
    pub json: bool,
    /// Addresses of the services.
    #[command(flatten)]
    pub connection: Connection,
    /// The command.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// A tenant's e-mail domains: only addresses of its own domains are imported.
    #[command(subcommand)]
    Domains(DomainsCommand),
    /// A tenant's settings: where its directory is, what is imported from it, and when.
    #[command(subcommand)]
    Settings(SettingsCommand),
    /// Tests the connection to a directory, step by step; saves and changes nothing.
    #[command(after_help = settings::TEST_EXAMPLES)]
    Test(Box<TestConnection>),
    /// Builds and checks filters.
    #[command(subcommand)]
    Filter(FilterCommand),
    /// Reads the directory and shows what a sync would do; changes nothing.
    #[command(after_help = "Example:\n  rollcall preview acme && rollcall rows acme --verdict add,update")]
    Preview(Start),
    /// Reads the directory and brings the portal's accounts into step with it.
    ///
    /// Joins a sync of the tenant that has not begun to read, if there is one, instead of starting another.
    #[command(after_help = runs::SYNC_EXAMPLES)]
    Sync(Sync),
    /// Approves the removals and new accounts that a HELD run shows.
    ///
    /// A new run reads the directory again, removes those of the addresses shown that are still absent, and creates
    /// those of the accounts shown whose objects are still there.
    #[command(after_help = runs::APPROVE_EXAMPLES)]
    Approve(Approve),
    /// Reverts a finished sync: each account that nothing has changed since then returns to what it was.
    ///
    /// Accounts that a later run or a person changed are left alone, and listed. The schedule is paused until it
    /// is resumed or the settings are saved.
    #[command(after_help = runs::REVERT_EXAMPLES)]
    Revert(Revert),
    /// Resumes a tenant's paused schedule. The next run is the next one due; none counts as missed.
    #[command(after_help = "Example:\n  rollcall resume acme")]
    Resume {
        /// The portal's id of the customer.
        tenant: String,
    },
    /// Cancels a run that has not ended; nothing from it is applied.
    #[command(after_help = "Example:\n  rollcall cancel acme 01a2b3c4-0000-7000-8000-000000000000")]
    Cancel(RunId),
    /// A tenant's runs, the newest first.
    #[command(after_help = "Example:\n  rollcall runs acme --limit 5")]
    Runs(ListRuns),
    /// One run: its state and counts, and if it FAILED or is HELD, the reason and advice.
    #[command(
        after_help = "Examples:\n  rollcall run acme          the newest run\n  rollcall run acme --wait   follows it to its end"
    )]
    Run(ShowRun),
    /// A run's verdicts, by address.
    #[command(
        after_help = "Examples:\n  rollcall rows acme --verdict skip   what is not imported, and why\n  rollcall rows acme --search ann --all"
    )]
    Rows(ListRows),
    /// A run's verdicts as a CSV file.
    #[command(after_help = runs::CSV_EXAMPLES, after_long_help = runs::CSV_FORMAT)]
    Csv(ExportCsv),
    /// Explains why an address is in the portal, or is not.
    #[command(after_help = "Example:\n  rollcall explain acme ann@acme.example")]
    Explain(Explain),
    /// A tenant's accounts in the portal: the live ones, or removed ones that can be restored.
    #[command(
        after_help = "Examples:\n  rollcall accounts acme --search ann\n  rollcall accounts acme --removed"
    )]
    Accounts(ListAccounts),
    /// Shows an account, or creates, changes, removes, restores or protects one manually.
    #[command(subcommand)]
    Account(AccountCommand),
    /// Records of what was done, by whom and for whom, the newest first: of one tenant, or of all.
    #[command(after_help = audit::EXAMPLES)]
    Audit(ListAudit),
    /// Prints a script with which a shell completes commands and options.
    #[command(after_help = "Example:\n  rollcall completion bash > /etc/bash_completion.d/rollcall")]
    Completion {
        /// The shell.
        shell: Shell,
    },
    /// Writes man pages, one for each command.
    #[command(after_help = "Example:\n  rollcall man /usr/local/share/man/man1")]
    Man {
        /// The folder; it is made if it is missing.
        folder: PathBuf,
    },
    /// For operators: shows the state of all tenants; pauses and resumes them.
    #[command(after_help = fleet::EXAMPLES)]
    Fleet {
        /// The action; if left out, the state is shown.
        #[command(subcommand)]
        command: Option<FleetCommand>,
    },
}

/// Length of a list.
#[derive(Debug, Clone, Copy, clap::Args)]
pub struct Limit {
    /// Show at most N.
    #[arg(long, default_value_t = 100, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub limit: u32,
    /// Show all.
    #[arg(long, conflicts_with = "limit")]
    pub all: bool,
}

impl Limit {
    /// The number of entries to show; `None` for all.
    pub(crate) fn most(self) -> Option<u32> {
        (!self.all).then_some(self.limit)
    }
}

#[cfg(test)]
mod tests;
