//! The words of the commands about runs and their rows.

use std::path::PathBuf;

use clap::{ValueEnum, builder::NonEmptyStringValueParser};
use rollcall_proto::v1;

use super::Limit;

pub(super) const SYNC_EXAMPLES: &str = "\
Examples:
  rollcall sync acme
  rollcall sync acme --expect 01a2b3c4-0000-7000-8000-000000000000
  rollcall sync acme --no-wait --json";
pub(super) const CSV_EXAMPLES: &str = "\
Examples:
  rollcall csv acme --output preview.csv
  rollcall csv acme | head

`rollcall csv --help` describes the columns.";
pub(super) const CSV_FORMAT: &str = "\
Examples:
  rollcall csv acme --output preview.csv
  rollcall csv acme | head

Columns, one line for each address that an object claims:
  address                 the address as it stands in the directory
  address_type            PRIMARY or ALIAS, in the directory
  primary_address         the primary address of its object, in the directory
  object_type             the type of its object
  verdict, reason         what the run decided, and why
  portal_primary_address  the primary address of the account that has it, or
                          would have it
  better_claim            for a SKIP, the object or address with the better claim
  object_dn               the DN of its object

The file is CSV (RFC 4180) in UTF-8 with a byte order mark, without which
spreadsheets guess the encoding. What does not apply is an empty cell. A cell that
begins with =, +, - or @ would be run as a formula by a spreadsheet: an apostrophe
is put before it, also if only apostrophes stand before that character. A program
that reads the file removes the first apostrophe of such a cell.";
pub(super) const APPROVE_EXAMPLES: &str = "\
Examples:
  rollcall approve acme         shows what would be done, and asks
  rollcall approve acme --yes   does not ask";
pub(super) const REVERT_EXAMPLES: &str = "\
Example:
  rollcall revert acme 01a2b3c4-0000-7000-8000-000000000000

`rollcall runs acme` lists the runs with their ids.";

/// The tenant to start a run for.
#[derive(Debug, clap::Args)]
pub struct Start {
    /// The portal's id of the customer.
    pub tenant: String,
    /// Start the run and print its id without waiting.
    #[arg(long)]
    pub no_wait: bool,
}

/// The tenant to sync, and what its administrator has seen before.
#[derive(Debug, clap::Args)]
pub struct Sync {
    /// The tenant.
    #[command(flatten)]
    pub start: Start,
    /// The preview you reviewed: if the verdicts would now differ from it, the run is HELD and shows the differences.
    #[arg(long, value_name = "PREVIEW_RUN_ID", value_parser = NonEmptyStringValueParser::new())]
    pub expect: Option<String>,
}

/// The run whose removals are approved.
#[derive(Debug, clap::Args)]
pub struct Approve {
    /// The portal's id of the customer.
    pub tenant: String,
    /// The HELD run's id; the newest HELD run if left out.
    pub run: Option<String>,
    /// Confirmation and waiting.
    #[command(flatten)]
    pub consent: Consent,
}

/// The sync to revert.
#[derive(Debug, clap::Args)]
pub struct Revert {
    /// The portal's id of the customer.
    pub tenant: String,
    /// The sync's id.
    pub run: String,
    /// Confirmation and waiting.
    #[command(flatten)]
    pub consent: Consent,
}

/// Confirmation by a person, and waiting for the end.
#[derive(Debug, Clone, Copy, clap::Args)]
pub struct Consent {
    /// Do not ask for confirmation; needed where there is no terminal.
    #[arg(long, short)]
    pub yes: bool,
    /// Start the run and print its id without waiting.
    #[arg(long)]
    pub no_wait: bool,
}

/// The address to explain.
#[derive(Debug, clap::Args)]
pub struct Explain {
    /// The portal's id of the customer.
    pub tenant: String,
    /// The address, in any spelling.
    pub address: String,
}

/// One run of a tenant.
#[derive(Debug, clap::Args)]
pub struct RunId {
    /// The portal's id of the customer.
    pub tenant: String,
    /// The run's id.
    pub run: String,
}

/// The runs to list.
#[derive(Debug, clap::Args)]
pub struct ListRuns {
    /// The portal's id of the customer.
    pub tenant: String,
    /// Length of the list.
    #[command(flatten)]
    pub limit: Limit,
}

/// The run to show.
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

/// The rows to list.
#[derive(Debug, clap::Args)]
pub struct ListRows {
    /// The portal's id of the customer.
    pub tenant: String,
    /// The run's id; the newest that has rows if left out.
    pub run: Option<String>,
    /// Only these verdicts.
    #[arg(
        long = "verdict",
        value_name = "VERDICT",
        value_delimiter = ',',
        ignore_case = true
    )]
    pub verdicts: Vec<Verdict>,
    /// Only addresses that begin with PREFIX.
    #[arg(long, default_value = "", value_name = "PREFIX", hide_default_value = true)]
    pub search: String,
    /// Length of the list.
    #[command(flatten)]
    pub limit: Limit,
}

/// The rows to export, and the file.
#[derive(Debug, clap::Args)]
pub struct ExportCsv {
    /// The portal's id of the customer.
    pub tenant: String,
    /// The run's id; the newest that has rows if left out.
    pub run: Option<String>,
    /// Only these verdicts.
    #[arg(
        long = "verdict",
        value_name = "VERDICT",
        value_delimiter = ',',
        ignore_case = true
    )]
    pub verdicts: Vec<Verdict>,
    /// The file to write; standard output if left out, or if it is -. With --json a summary is printed, so a file is
    /// needed.
    #[arg(long, short, value_name = "FILE", required_if_eq("json", "true"))]
    pub output: Option<PathBuf>,
}

/// A run's verdict on an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Verdict {
    /// The address becomes live.
    Add,
    /// Nothing changes.
    Keep,
    /// Its account, address type, object type or origin changes, or it is no longer stale.
    Update,
    /// The address is no longer live.
    Remove,
    /// Absent from the directory, stays in the portal.
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
