//! Output of answers and progress.

use std::io::{self, IsTerminal, Write};

use serde::Serialize;

use crate::{error::Error, table::Width, visible::visible};

/// Answers go to standard output as text or JSON, all other output to standard error.
pub struct Output {
    json: bool,
    answers: Box<dyn Write>,
    progress_on_terminal: bool,
    width: Width,
}

impl Output {
    /// To the process's own streams.
    pub fn to_terminal(json: bool) -> Self {
        Self {
            json,
            answers: Box::new(io::stdout()),
            progress_on_terminal: io::stderr().is_terminal(),
            width: Width::of_output(),
        }
    }

    /// True if progress can be drawn, rather than written line by line.
    pub fn draws_progress(&self) -> bool {
        self.progress_on_terminal
    }

    /// Prints an answer: as JSON if that was requested, otherwise the text, made for the available width.
    pub fn answer(&mut self, view: &impl Serialize, text: impl FnOnce(Width) -> String) -> Result<(), Error> {
        let answer = if self.json {
            to_json(view)?
        } else {
            visible(&text(self.width))
        };
        self.bytes(answer.trim_end().as_bytes())?;
        self.bytes(b"\n")
    }

    /// Prints one of several answers that come one after another: as JSON in a line of its own, otherwise the text.
    pub fn entry(&mut self, view: &impl Serialize, text: impl FnOnce(Width) -> String) -> Result<(), Error> {
        let mut entry = if self.json {
            serde_json::to_string(view).map_err(|error| Error::Print { source: error.into() })?
        } else {
            visible(&text(self.width))
        };
        entry.push('\n');
        self.bytes(entry.as_bytes())
    }

    /// Width of the output for people.
    pub fn width(&self) -> Width {
        self.width
    }

    /// Prints bytes of an answer as they are.
    pub fn bytes(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.answers
            .write_all(bytes)
            .and_then(|()| self.answers.flush())
            .map_err(|source| Error::Print { source })
    }

    /// Shows a person a note that is not an answer.
    pub fn note(&self, text: &str) {
        // If standard error is closed, nobody can read the note.
        let _ = writeln!(io::stderr(), "{}", visible(text));
    }
}

fn to_json(view: &impl Serialize) -> Result<String, Error> {
    serde_json::to_string_pretty(view).map_err(|error| Error::Print { source: error.into() })
}
