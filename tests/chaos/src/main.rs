//! `rollcall-chaos`: holds the matrix of faults and random mixes of them.

use std::process::ExitCode;

use anyhow::{Context as _, Result};
use clap::Parser;
use rollcall_chaos::{
    Plan, bench,
    plan::{matrix, random, scenes},
};

/// Breaks services and servers at every step of a run, and checks that nothing is lost.
///
/// Prints one line for each trial. Answers 0 if everything held, else 1.
#[derive(Debug, Parser)]
#[command(name = "rollcall-chaos", version)]
struct Args {
    /// Hold this trial only: the name of a line that was printed before
    #[arg(long)]
    only: Option<String>,
    /// Number of random mixes to hold after the matrix
    #[arg(long, default_value_t = 0)]
    seeds: u64,
    /// The seed of the first mix
    #[arg(long, default_value_t = 1)]
    first_seed: u64,
    /// Leave the matrix and the scenes out
    #[arg(long)]
    no_matrix: bool,
    /// Number of trials to hold side by side, each with servers of its own
    #[arg(long, default_value_t = 2)]
    side_by_side: usize,
}

fn main() -> ExitCode {
    let args = Args::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let held = runtime
        .map_err(anyhow::Error::from)
        .and_then(|runtime| runtime.block_on(hold(&args)));
    match held {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("rollcall-chaos: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn hold(args: &Args) -> Result<bool> {
    let plans = plans(args)?;
    let count = plans.len();
    let verdicts = bench::hold(plans, args.side_by_side, |verdict| println!("{verdict}")).await?;
    let failed: Vec<_> = verdicts
        .iter()
        .filter(|verdict| !verdict.violations.is_empty())
        .collect();
    let skipped = verdicts
        .iter()
        .filter(|verdict| verdict.skipped.is_some())
        .count();
    println!(
        "{count} trials, {skipped} skipped, {} with violations",
        failed.len()
    );
    for verdict in &failed {
        println!("again: make chaos ONLY={}", verdict.name);
    }
    Ok(failed.is_empty())
}

fn plans(args: &Args) -> Result<Vec<Plan>> {
    if let Some(name) = &args.only {
        return Ok(vec![
            Plan::named(name).with_context(|| format!("there is no trial {name}"))?,
        ]);
    }
    let matrix = if args.no_matrix {
        Vec::new()
    } else {
        [matrix::all(), scenes::all()].concat()
    };
    let mixes = (args.first_seed..)
        .zip(0..args.seeds)
        .map(|(seed, _)| random::of_seed(seed));
    Ok(matrix.into_iter().chain(mixes).collect())
}
