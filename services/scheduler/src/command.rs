//! Commands of the binary besides being a service.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use rollcall_chassis::{
    BoxError,
    amqp::{self, topology},
    config::{self, AmqpConfig},
    signing,
};
use serde::Deserialize;

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
    /// Declares the broker's exchanges and queues, as the user that amqp.url names: an operator's, since the services'
    /// own users may not. Run it before the first start and for each release; it changes nothing that is there
    DeclareTopology,
}

/// The part of the configuration that a declaration needs.
#[derive(Debug, Deserialize)]
struct OfBroker {
    amqp: AmqpConfig,
}

impl Command {
    /// Does it.
    pub fn run(self, config_file: Option<&Path>) -> Result<(), BoxError> {
        match self {
            Self::GenerateSigningKey { id, out_dir } => Ok(signing::generate(&id)?.write(&out_dir)?),
            Self::DeclareTopology => declare(config::load_part(config_file)?),
        }
    }
}

fn declare(OfBroker { amqp }: OfBroker) -> Result<(), BoxError> {
    let mut problems = config::Problems::default();
    amqp.validate(&mut problems);
    problems.into_result()?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let connection = amqp::connect(&amqp, "rollcall-declare-topology").await?;
        topology::declare(&connection).await?;
        // Everything is declared: that its goodbye is lost is no matter.
        let _ = connection.close(200, "OK".into()).await;
        Ok(())
    })
}
