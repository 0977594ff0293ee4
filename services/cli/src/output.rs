//! Output of answers and progress.

use std::io::{self, IsTerminal, Write};

use jiff::tz::TimeZone;
use rollcall_domain::invisible::{show_in_json, show_lines};
use serde::Serialize;

use crate::{
    error::Error,
    table::{Look, Shown},
};

/// Answers go to standard output as text or JSON, all other output to standard error.
pub struct Output {
    json: bool,
    answers: Box<dyn Write>,
    progress_on_terminal: bool,
    look: Look,
}

impl Output {
    /// To the process's own streams.
    pub fn to_terminal(json: bool) -> Self {
        Self {
            json,
            answers: Box::new(io::stdout()),
            progress_on_terminal: io::stderr().is_terminal(),
            look: Look::of_output(),
        }
    }

    /// True if answers are for programs.
    pub(crate) fn is_json(&self) -> bool {
        self.json
    }

    /// True if progress can be drawn, rather than written line by line.
    pub(crate) fn draws_progress(&self) -> bool {
        self.progress_on_terminal
    }

    /// Prints an answer: as JSON if that was requested, otherwise the text. Where standard output has no bound, a program
    /// reads it, and what only helps a person goes to standard error.
    pub(crate) fn answer<S: Into<Shown>>(
        &mut self,
        view: &impl Serialize,
        text: impl FnOnce(&Look) -> S,
    ) -> Result<(), Error> {
        if self.json {
            return self.line(&to_json(view)?);
        }
        let shown: Shown = text(&self.look).into();
        if self.look.columns().is_some() {
            return self.line(&show_lines(&shown.whole()));
        }
        self.line(&show_lines(&shown.answer))?;
        for aside in &shown.asides {
            note(aside);
        }
        Ok(())
    }

    /// Prints one of several answers that come one after another: as JSON in a line of its own, otherwise the text.
    pub(crate) fn entry(
        &mut self,
        view: &impl Serialize,
        text: impl FnOnce(&Look) -> String,
    ) -> Result<(), Error> {
        let entry = if self.json {
            shown_json(serde_json::to_string(view))?
        } else {
            show_lines(&text(&self.look)).into_owned()
        };
        self.line(&entry)
    }

    /// Look of the output for people.
    pub(crate) fn look(&self) -> &Look {
        &self.look
    }

    /// Shows times in this zone too.
    pub(crate) fn set_zone(&mut self, zone: Option<TimeZone>) {
        self.look.set_zone(zone);
    }

    fn line(&mut self, text: &str) -> Result<(), Error> {
        self.bytes(text.trim_end().as_bytes())?;
        self.bytes(b"\n")
    }

    /// Prints bytes of an answer as they are.
    pub(crate) fn bytes(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.answers
            .write_all(bytes)
            .and_then(|()| self.answers.flush())
            .map_err(|source| Error::Print { source })
    }
}

/// Shows a person a note that is not an answer.
pub(crate) fn note(text: &str) {
    // If standard error is closed, nobody can read the note.
    let _ = writeln!(io::stderr(), "{}", show_lines(text));
}

/// Asks a person a question that is answered in the same line.
pub(crate) fn ask(question: &str) {
    let mut terminal = io::stderr();
    // If standard error is closed, the question is not seen, and nobody answers it.
    let _ = write!(terminal, "{} ", show_lines(question)).and_then(|()| terminal.flush());
}

/// Shows a person a text of whole lines, such as an error. Nowhere is left to complain to if standard error is closed.
pub fn complain(text: &str) {
    let _ = write!(io::stderr(), "{}", show_lines(text));
}

fn to_json(view: &impl Serialize) -> Result<String, Error> {
    shown_json(serde_json::to_string_pretty(view))
}

/// JSON in which a person sees what cannot be seen, and a program reads the same.
fn shown_json(json: serde_json::Result<String>) -> Result<String, Error> {
    let json = json.map_err(|error| Error::Print { source: error.into() })?;
    Ok(show_in_json(&json).into_owned())
}
