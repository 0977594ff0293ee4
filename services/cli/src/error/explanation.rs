//! An error taken apart: sentence, code, wrong options, causes and advice.

use std::{error::Error as StdError, fmt::Write as _};

use rollcall_client::Error as Call;
use rollcall_domain::invisible::{show_in_json, show_lines};
use serde::Serialize;
use tonic::Status;

use super::{Error, advice};
use crate::args::Subject;

/// Parts of an error's explanation.
#[derive(Debug, Serialize)]
pub(crate) struct Explanation {
    /// The sentence.
    pub(crate) message: String,
    /// The stable code of a refusal.
    pub(crate) reason: Option<String>,
    /// The wrong options and arguments.
    pub(crate) wrong: Vec<Wrong>,
    /// Causes, from the nearest to the first.
    pub(crate) causes: Vec<String>,
    /// Advice.
    pub(crate) advice: Option<String>,
    /// The exit code of the command.
    pub(crate) exit_code: u8,
}

/// A wrong option or argument.
#[derive(Debug, Serialize)]
pub(crate) struct Wrong {
    /// The option, such as `--host`, or the argument, such as `TENANT`.
    pub(crate) option: String,
    /// The field of the contract that it gives.
    pub(crate) field: String,
    /// The problem, without a full stop.
    pub(crate) problem: String,
}

/// A program finds it under a key of its own.
#[derive(Serialize)]
struct Document<'e> {
    error: &'e Explanation,
}

impl Explanation {
    /// The parts of an error, with the names that the command line gave.
    pub(super) fn of(error: &Error, subject: &Subject) -> Self {
        let call = error.call();
        let fields = call.map(Call::fields).unwrap_or_default();
        let message = error.to_string();
        // The message often only repeats the fields.
        let repeats = fields.iter().any(|(_, problem)| message.contains(problem));
        let wrong = fields.into_iter().map(|(field, problem)| Wrong {
            option: error.name_of(&field),
            field,
            problem,
        });
        Self {
            message: if repeats {
                "The input is not valid.".to_owned()
            } else {
                sentence(&message)
            },
            reason: error.reason(),
            wrong: wrong.collect(),
            causes: causes(error),
            advice: advice::find(error, subject),
            exit_code: error.exit() as u8,
        }
    }

    /// The text for a person.
    pub(crate) fn to_text(&self) -> String {
        let code = self.reason.as_ref().map(|reason| format!(" ({reason})"));
        let mut text = format!("error: {}{}\n", self.message, code.unwrap_or_default());
        for wrong in &self.wrong {
            let _ = writeln!(text, "  {}: {}", wrong.option, wrong.problem);
        }
        for cause in &self.causes {
            let _ = writeln!(text, "  because: {cause}");
        }
        if let Some(advice) = &self.advice {
            let _ = writeln!(text, "\n{advice}");
        }
        show_lines(&text).into_owned()
    }

    /// One object, for a program.
    pub(crate) fn to_json(&self) -> String {
        let document = Document { error: self };
        // Texts and numbers can always be written.
        let json = serde_json::to_string_pretty(&document).unwrap_or_default();
        show_in_json(&json).into_owned() + "\n"
    }
}

/// With a capital and a full stop.
fn sentence(text: &str) -> String {
    let mut letters = text.trim().chars();
    let first = letters
        .next()
        .map(|first| first.to_uppercase().to_string())
        .unwrap_or_default();
    let sentence = first + letters.as_str();
    if sentence.ends_with(['.', '!', '?']) {
        sentence
    } else {
        sentence + "."
    }
}

/// The chain of sources, without links that say again what the one before said.
fn causes(error: &Error) -> Vec<String> {
    let mut causes: Vec<String> = Vec::new();
    let mut next = error.source();
    while let Some(source) = next {
        let text = match source.downcast_ref::<Status>() {
            Some(status) => status.message().to_owned(),
            None => source.to_string(),
        };
        let known = |said: &String| said.contains(&text) || text.is_empty();
        if !causes.iter().any(known) {
            causes.push(text);
        }
        next = source.source();
    }
    causes
}
