//! `rollcall`: the command of operators and of the demo.

use std::{ffi::OsString, process::ExitCode};

use rollcall_cli::{Args, Output, complain, run};

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
            complain(&error.report(&subject, json));
            error.exit().into()
        }
    }
}
