//! `rollcall`: the command of operators and of the demo.

use std::{ffi::OsString, io::Write, process::ExitCode};

use rollcall_cli::{Args, Output, run};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let line: Vec<OsString> = std::env::args_os().collect();
    let args = match Args::read(&line) {
        Ok(args) => args,
        Err(usage) => return usage.print(),
    };
    let (json, subject) = (args.json, args.subject());
    let mut output = Output::to_terminal(json);
    match run(args, &mut output).await {
        Ok(end) => end.into(),
        Err(error) => {
            // Nowhere is left to complain to if standard error is closed.
            let _ = write!(std::io::stderr(), "{}", error.report(&subject, json));
            error.exit().into()
        }
    }
}
