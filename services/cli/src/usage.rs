//! The command line as it was given, and what is wrong with it.

use std::{ffi::OsString, process::ExitCode};

use clap::{CommandFactory, Parser};

use crate::{args::Args, error::Explanation, exit::Exit, output::complain};

/// A command line that no command can be run from: a wrong one, or one that asks for help.
#[derive(Debug)]
pub struct Usage {
    error: clap::Error,
    json: bool,
}

impl Args {
    /// Reads a command line, its first word the name of the program.
    pub fn read(line: &[OsString]) -> Result<Self, Usage> {
        Self::try_parse_from(line).map_err(|error| Usage {
            error: without_environment(line).unwrap_or(error),
            json: line.iter().any(|word| word == "--json"),
        })
    }
}

/// The error of the line by itself. Options that variables give are no part of it, and would stand in its usage.
fn without_environment(line: &[OsString]) -> Option<clap::Error> {
    let mut command = Args::command();
    let given: Vec<_> = command
        .get_arguments()
        .filter(|arg| arg.get_env().is_some())
        .map(|arg| arg.get_id().clone())
        .collect();
    for id in given {
        command = command.mut_arg(id, |arg| arg.env(None::<&'static str>));
    }
    let error = command.try_get_matches_from(line).err()?;
    // Help names the variables.
    error.use_stderr().then_some(error)
}

impl Usage {
    /// Prints it where it belongs: help to standard output, errors to standard error, as JSON if that was requested.
    pub fn print(&self) -> ExitCode {
        if !self.error.use_stderr() {
            // Help has no word of the line. Nowhere is left to complain to if the stream is closed.
            let _ = self.error.print();
        } else if self.json {
            complain(&self.to_json());
        } else {
            // It repeats words of the line, which a script may have from elsewhere.
            complain(&self.error.render().to_string());
        }
        u8::try_from(self.error.exit_code()).map_or(Exit::Usage.into(), ExitCode::from)
    }

    fn to_json(&self) -> String {
        let text = self.error.render().to_string();
        let (message, advice) = text.split_once("\n\n").unwrap_or((&text, ""));
        let advice = advice.trim();
        let explanation = Explanation {
            message: message.trim_start_matches("error: ").trim().to_owned(),
            reason: None,
            wrong: Vec::new(),
            causes: Vec::new(),
            advice: (!advice.is_empty()).then(|| advice.to_owned()),
            exit_code: Exit::Usage as u8,
        };
        explanation.to_json()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(words: &[&str]) -> Usage {
        let line: Vec<OsString> = words.iter().map(OsString::from).collect();
        Args::read(&line).unwrap_err()
    }

    #[test]
    fn a_wrong_line_is_explained_as_json_if_that_is_asked_for() {
        let usage = read(&["rollcall", "rows", "--json"]);
        let said: serde_json::Value = serde_json::from_str(&usage.to_json()).unwrap();
        let error = &said["error"];
        assert_eq!(error["exit_code"], 2);
        assert!(error["message"].as_str().unwrap().contains("<TENANT>"), "{error}");
        assert!(
            error["advice"].as_str().unwrap().contains("Usage: rollcall rows"),
            "{error}"
        );
    }
}
