//! Source of the bind password. It is never on the command line or in a variable, where others could see it.

use std::{
    fs,
    io::{self, IsTerminal, Read},
};

use crate::{args::PasswordSource, error::Error};

/// The password, if one is given, or if one is needed and can be asked for. The service refuses the call if it is still
/// missing.
pub(super) fn read(source: &PasswordSource, needed: bool) -> Result<Option<String>, Error> {
    if let Some(path) = &source.password_file {
        let text = fs::read_to_string(path);
        let text = text.map_err(|source| Error::Read {
            what: "password",
            path: path.clone(),
            source,
        })?;
        return line(&text).map(Some);
    }
    if source.password_stdin {
        let mut text = String::new();
        io::stdin()
            .read_to_string(&mut text)
            .map_err(|source| Error::Password { source })?;
        return line(&text).map(Some);
    }
    if source.ask_password || (needed && io::stdin().is_terminal()) {
        let text =
            rpassword::prompt_password("Bind password: ").map_err(|source| Error::Password { source })?;
        return line(&text).map(Some);
    }
    Ok(None)
}

/// Without the line end that editors and `echo` put there; blanks may well be part of a password.
fn line(text: &str) -> Result<String, Error> {
    let password = text.strip_suffix('\n').unwrap_or(text);
    let password = password.strip_suffix('\r').unwrap_or(password);
    if password.is_empty() {
        Err(Error::EmptyPassword)
    } else {
        Ok(password.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_end_is_no_part_of_a_password_and_blanks_are() {
        for (text, password) in [
            ("a", "a"),
            ("a\n", "a"),
            ("a\r\n", "a"),
            (" a \n", " a "),
            ("a\n\n", "a\n"),
        ] {
            assert_eq!(line(text).unwrap(), password, "{text:?}");
        }
    }

    #[test]
    fn an_empty_password_is_refused() {
        for text in ["", "\n", "\r\n"] {
            assert!(matches!(line(text), Err(Error::EmptyPassword)), "{text:?}");
        }
    }
}
