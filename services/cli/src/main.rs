//! `rollcall`: the command of operators and of the demo.

use std::{io::Write, process::ExitCode};

use clap::Parser;
use rollcall_cli::{Args, Output, run};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let args = Args::parse();
    let mut output = Output::to_terminal(args.json);
    match run(args, &mut output).await {
        Ok(end) => end.into(),
        Err(error) => {
            // Nowhere is left to complain to if standard error is closed.
            let _ = write!(std::io::stderr(), "{}", error.explain());
            error.exit().into()
        }
    }
}
