//! Log lines in which nothing is invisible: names and messages of a directory come from strangers.

use std::{
    borrow::Cow,
    io::{self, Write},
};

use rollcall_domain::invisible;

/// A writer that shows the invisible characters of each event. An event is written at once.
pub(super) struct Visible<W> {
    to: W,
    show: fn(&str) -> Cow<'_, str>,
}

impl<W> Visible<W> {
    /// Of events as text.
    pub(super) fn text(to: W) -> Self {
        Self {
            to,
            show: |event| invisible::show_log_line(event, false),
        }
    }

    /// Of events as text in colours, whose formatter escapes the escape characters of its texts.
    pub(super) fn coloured(to: W) -> Self {
        Self {
            to,
            show: |event| invisible::show_log_line(event, true),
        }
    }

    /// Of events as JSON.
    pub(super) fn json(to: W) -> Self {
        Self {
            to,
            show: invisible::show_in_json,
        }
    }
}

impl<W: Write> Write for Visible<W> {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        match std::str::from_utf8(event) {
            Ok(text) => self.to.write_all((self.show)(text).as_bytes())?,
            Err(_) => self.to.write_all(event)?,
        }
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_has_nothing_invisible() {
        let event = "{\"dn\":\"CN=a\u{200b}\"}\n".as_bytes();
        let forged = "WARN dn=CN=a\nINFO all is well\u{1b}[2J\n".as_bytes();
        let mut lines = Vec::new();
        Visible::json(&mut lines).write_all(event).unwrap();
        Visible::text(&mut lines).write_all(event).unwrap();
        Visible::text(&mut lines).write_all(forged).unwrap();
        assert_eq!(
            String::from_utf8(lines).unwrap(),
            "{\"dn\":\"CN=a\\u200b\"}\n{\"dn\":\"CN=a\\u{200b}\"}\nWARN dn=CN=a\\u{a}INFO all is well\\u{1b}[2J\n"
        );
    }
}
