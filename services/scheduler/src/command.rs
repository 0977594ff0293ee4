//! Commands of the binary besides being a service.

use std::path::PathBuf;

use clap::Subcommand;
use rollcall_chassis::{BoxError, signing};

/// Commands of the binary besides being a service.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Creates a key that signs jobs, and its public half, which verifies them
    GenerateSigningKey {
        /// The key's name: 1 to 32 of a-z, 0-9, - and _
        #[arg(long)]
        id: String,
        /// Folder for ID.signing.key (only for schedulers) and ID.signing.pub (for the workers)
        #[arg(long, value_name = "DIR")]
        out_dir: PathBuf,
    },
}

impl Command {
    /// Does it.
    pub fn run(self) -> Result<(), BoxError> {
        match self {
            Self::GenerateSigningKey { id, out_dir } => Ok(signing::generate(&id)?.write(&out_dir)?),
        }
    }
}
