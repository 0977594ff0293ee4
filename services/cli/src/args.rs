//! The command line: its words, their help, and nothing of what they do.

mod connection;
mod settings;

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};
use rollcall_proto::v1;

pub use connection::{Connection, Service};
pub use settings::{
    Clearable, Import, ObjectType, PasswordSource, Put, SameUsername, Security, Server, ServerType,
    SettingsCommand, Times,
};

const AFTER_HELP: &str = "\
A first hour, from nothing to accounts:
  rollcall domains put acme acme.example acme.test=acme.example
  rollcall settings put acme --host dc1.acme.example --ca-file ca.pem \\
      --bind-username reader@acme.example --password-file secret.txt --every-hours 4
  rollcall preview acme
  rollcall csv acme --output preview.csv
  rollcall sync acme
  rollcall accounts acme

Exit codes:
  0    done; a run that was waited for SUCCEEDED
  1    a service refused, or something went wrong
  2    the command line is wrong
  3    the run that was waited for FAILED
  4    the run that was waited for was CANCELLED
  5    a service could not be reached
  130  Ctrl-C: detached, the run goes on
  141  whoever read the output stopped reading";

/// Keeps the portal's accounts in step with customers' directories.
///
/// A tenant is one customer of the portal. It has e-mail domains (`domains`) and settings that say where its
/// directory is (`settings`). A run reads the directory: a `preview` shows what would be imported and changes
/// nothing, a `sync` does it. Every run has rows, a verdict for each address (`rows`, `csv`), and what
/// the portal then holds are its `accounts`.
#[derive(Debug, Parser)]
#[command(name = "rollcall", version, after_long_help = AFTER_HELP, max_term_width = 110)]
#[command(after_help = "`rollcall --help` shows examples and exit codes.")]
pub struct Args {
    /// Where the services are.
    #[command(flatten)]
    pub connection: Connection,
    /// Print answers as JSON, for programs.
    #[arg(long, global = true)]
    pub json: bool,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// A tenant's e-mail domains: only addresses of its own domains are imported.
    #[command(subcommand)]
    Domains(DomainsCommand),
    /// A tenant's settings: where its directory is, what of it is imported, and when.
    #[command(subcommand)]
    Settings(SettingsCommand),
    /// Reads the directory and shows what a sync would do; changes nothing.
    #[command(after_help = "Example:\n  rollcall preview acme && rollcall rows acme --verdict add,update")]
    Preview(Start),
    /// Reads the directory and brings the portal's accounts into step with it.
    ///
    /// A sync of the tenant that has not begun to read is joined instead of starting another.
    #[command(after_help = "Examples:\n  rollcall sync acme\n  rollcall sync acme --no-wait --json")]
    Sync(Start),
    /// Cancels a run that has not ended; nothing of it is applied.
    #[command(after_help = "Example:\n  rollcall cancel acme 01a2b3c4-0000-7000-8000-000000000000")]
    Cancel(RunId),
    /// A tenant's runs, the newest first.
    #[command(after_help = "Example:\n  rollcall runs acme --limit 5")]
    Runs(ListRuns),
    /// One run: state, counts, and if it failed why and what to do.
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
    #[command(after_help = "Examples:\n  rollcall csv acme --output preview.csv\n  rollcall csv acme | head")]
    Csv(ExportCsv),
    /// What the portal holds of a tenant: its live accounts.
    #[command(after_help = "Example:\n  rollcall accounts acme --search ann")]
    Accounts(ListAccounts),
}

/// What is done with domains.
#[derive(Debug, Subcommand)]
pub enum DomainsCommand {
    /// Replaces the whole list of a tenant's domains.
    #[command(
        after_help = "Example:\n  rollcall domains put acme acme.example acme.test=acme.example\n\n\
        acme.test is an alias of acme.example: people have the same username in both."
    )]
    Put {
        /// The portal's id of the customer.
        tenant: String,
        /// All domains: a name, or ALIAS=NAME for an alias of another domain in the list.
        #[arg(required_unless_present = "none", value_name = "DOMAIN")]
        domains: Vec<DomainArg>,
        /// Leaves the tenant without any domain.
        #[arg(long, conflicts_with = "domains")]
        none: bool,
    },
    /// Shows a tenant's domains.
    Show {
        /// The portal's id of the customer.
        tenant: String,
    },
}

/// `NAME` or `ALIAS=NAME`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DomainArg {
    /// The domain.
    pub name: String,
    /// What it is an alias of; empty for a domain of its own.
    pub alias_of: String,
}

impl std::str::FromStr for DomainArg {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, alias_of) = text.split_once('=').unwrap_or((text, ""));
        Ok(Self {
            name: name.to_owned(),
            alias_of: alias_of.to_owned(),
        })
    }
}

/// The tenant to start a run for.
#[derive(Debug, clap::Args)]
pub struct Start {
    /// The portal's id of the customer.
    pub tenant: String,
    /// Only start it and print its id, without waiting for its end.
    #[arg(long)]
    pub no_wait: bool,
}

/// One run of a tenant.
#[derive(Debug, clap::Args)]
pub struct RunId {
    /// The portal's id of the customer.
    pub tenant: String,
    /// The run's id.
    pub run: String,
}

/// Which runs to list.
#[derive(Debug, clap::Args)]
pub struct ListRuns {
    /// The portal's id of the customer.
    pub tenant: String,
    /// How many.
    #[command(flatten)]
    pub limit: Limit,
}

/// Which run to show.
#[derive(Debug, clap::Args)]
pub struct ShowRun {
    /// The portal's id of the customer.
    pub tenant: String,
    /// The run's id; the newest run if left out.
    pub run: Option<String>,
    /// Follow it to its end; the exit code then says how it ended.
    #[arg(long)]
    pub wait: bool,
}

/// Which rows to list.
#[derive(Debug, clap::Args)]
pub struct ListRows {
    /// The portal's id of the customer.
    pub tenant: String,
    /// The run's id; the newest that SUCCEEDED if left out.
    pub run: Option<String>,
    /// Only these verdicts.
    #[arg(
        long = "verdict",
        value_name = "VERDICT",
        value_delimiter = ',',
        ignore_case = true
    )]
    pub verdicts: Vec<Verdict>,
    /// Only addresses that begin with this.
    #[arg(long, default_value = "", value_name = "PREFIX", hide_default_value = true)]
    pub search: String,
    /// How many.
    #[command(flatten)]
    pub limit: Limit,
}

/// What to export, and where to.
#[derive(Debug, clap::Args)]
pub struct ExportCsv {
    /// The portal's id of the customer.
    pub tenant: String,
    /// The run's id; the newest that SUCCEEDED if left out.
    pub run: Option<String>,
    /// Only these verdicts.
    #[arg(
        long = "verdict",
        value_name = "VERDICT",
        value_delimiter = ',',
        ignore_case = true
    )]
    pub verdicts: Vec<Verdict>,
    /// The file to write; standard output if left out. With --json a summary is printed, so a file is needed.
    #[arg(long, short, value_name = "FILE", required_if_eq("json", "true"))]
    pub output: Option<PathBuf>,
}

/// Which accounts to list.
#[derive(Debug, clap::Args)]
pub struct ListAccounts {
    /// The portal's id of the customer.
    pub tenant: String,
    /// Only accounts with an address that begins with this.
    #[arg(long, default_value = "", value_name = "PREFIX", hide_default_value = true)]
    pub search: String,
    /// How many.
    #[command(flatten)]
    pub limit: Limit,
}

/// How much of a list to show.
#[derive(Debug, Clone, Copy, clap::Args)]
pub struct Limit {
    /// Show at most so many.
    #[arg(long, default_value_t = 100, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub limit: u32,
    /// Show all.
    #[arg(long, conflicts_with = "limit")]
    pub all: bool,
}

/// A run's verdict on an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Verdict {
    /// Becomes live.
    Add,
    /// Nothing changes.
    Keep,
    /// Its account, role, type or origin changes.
    Update,
    /// Ceases to be live.
    Remove,
    /// Gone from the directory, stays in the portal.
    Stale,
    /// Refused.
    Skip,
}

impl From<Verdict> for v1::Verdict {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Add => Self::Add,
            Verdict::Keep => Self::Keep,
            Verdict::Update => Self::Update,
            Verdict::Remove => Self::Remove,
            Verdict::Stale => Self::Stale,
            Verdict::Skip => Self::Skip,
        }
    }
}

#[cfg(test)]
mod tests;
