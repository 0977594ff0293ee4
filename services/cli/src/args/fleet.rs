//! The words of `rollcall fleet`.

use clap::{Args, Subcommand};

pub(super) const EXAMPLES: &str = "\
Examples:
  rollcall fleet
  rollcall fleet pause --removals --note 'portal migration'
  rollcall fleet resume --removals";

/// Commands for all tenants.
#[derive(Debug, Subcommand)]
pub enum FleetCommand {
    /// Pauses the schedules of all tenants, or all removals, or both; the part not named stays as it is.
    #[command(
        after_help = "Example:\n  rollcall fleet pause --schedules --note 'network maintenance until noon'"
    )]
    Pause {
        /// The parts to pause.
        #[command(flatten)]
        parts: FleetParts,
        /// The reason; shown with the fleet.
        #[arg(long, default_value = "", value_name = "TEXT", hide_default_value = true)]
        note: String,
    },
    /// Resumes schedules, removals or both. No run of a paused schedule counts as missed.
    #[command(after_help = "Example:\n  rollcall fleet resume --schedules --removals")]
    Resume {
        /// The parts to resume.
        #[command(flatten)]
        parts: FleetParts,
    },
}

/// Parts that can be paused for all tenants.
#[derive(Debug, Clone, Copy, Args)]
#[group(required = true, multiple = true)]
pub struct FleetParts {
    /// All schedules: no scheduled sync begins.
    #[arg(long)]
    pub schedules: bool,
    /// All removals: addresses absent from a directory become stale instead.
    #[arg(long)]
    pub removals: bool,
}
