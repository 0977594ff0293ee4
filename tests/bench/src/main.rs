//! Imports a large directory through all services, and compares that with `ldapsearch` reading the same. Then a fleet
//! of small tenants is due at once.
//!
//! Everything runs on this machine and at the same time: slapd, PostgreSQL (with commits that wait for the disk),
//! RabbitMQ and the services. So the numbers are ratios: what an import costs beside the read that it cannot do without.
//! Reads and imports alternate, so that what else the machine does falls on both.

mod cpu;
mod fleet;
mod import;
mod ldapsearch;
mod report;
mod samples;

use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;
use rollcall_testbed::{Bed, BedOptions, Part, directory};

/// Measures imports of a large directory as ratios to the directory's own speed, and a fleet of small tenants.
///
/// Answers 0 if every import was right, whatever it took, else 1.
#[derive(Debug, Clone, Copy, Parser)]
#[command(name = "rollcall-bench", version)]
struct Args {
    /// How many objects the directory has, of three SMTP addresses each
    #[arg(long, default_value_t = 100_000, value_parser = clap::value_parser!(u32).range(1..=5_000_000))]
    objects: u32,
    /// How many times everything is measured, each time with services and a database of its own; 0 measures no import
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(0..=100))]
    rounds: u32,
    /// How many small tenants the fleet has that is measured after that; 0 measures no fleet
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u32).range(0..=100_000))]
    tenants: u32,
}

fn main() -> ExitCode {
    let args = Args::parse();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    match runtime
        .map_err(anyhow::Error::from)
        .and_then(|runtime| runtime.block_on(measure(args)))
    {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("rollcall-bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn measure(args: Args) -> Result<()> {
    if args.rounds > 0 {
        print!("{}", imports(args).await?);
    }
    if args.tenants > 0 {
        print!("{}", fleet::measure(args.tenants).await?);
    }
    Ok(())
}

async fn imports(args: Args) -> Result<report::Report> {
    let options = BedOptions {
        parts: vec![Part::Postgres, Part::RabbitMq, Part::OpenLdap],
        directory: Some(directory::of_size(args.objects as usize, import::DOMAINS)),
        progress: true,
        ..BedOptions::default()
    };
    let bed = Bed::start(options).await?;
    let measured = rounds(&bed, args).await;
    bed.stop().await?;
    Ok(report::Report {
        objects: args.objects,
        rounds: args.rounds,
        samples: measured?,
    })
}

async fn rounds(bed: &Bed, args: Args) -> Result<samples::Samples> {
    let mut samples = samples::Samples::default();
    // Once for nothing: from here on the directory is in the memory of its server.
    ldapsearch::read(bed.openldap()?, args.objects).await?;
    for round in 1..=args.rounds {
        import::round(bed, args.objects, &mut samples).await?;
        eprintln!("round {round} of {} done", args.rounds);
    }
    Ok(samples)
}
