//! Asks a person before something is done that is not done lightly.

use std::io::{self, BufRead, IsTerminal};

use crate::{error::Error, output};

/// A person's answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Consent {
    /// Do it.
    Given,
    /// Do not.
    Refused,
}

/// Asks on the terminal, unless consent is given already. Without a terminal there is no person to ask.
pub(crate) fn ask(question: &str, already: bool) -> Result<Consent, Error> {
    if already {
        return Ok(Consent::Given);
    }
    if !io::stdin().is_terminal() {
        return Err(Error::NobodyToAsk);
    }
    output::ask(&format!("{question} [y/N]"));
    let mut said = String::new();
    io::stdin()
        .lock()
        .read_line(&mut said)
        .map_err(|source| Error::Answer { source })?;
    Ok(read(&said))
}

fn read(said: &str) -> Consent {
    match said.trim().to_lowercase().as_str() {
        "y" | "yes" => Consent::Given,
        _ => Consent::Refused,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_clear_yes_is_one() {
        for said in ["y\n", "Yes\r\n", " yes "] {
            assert_eq!(read(said), Consent::Given, "{said:?}");
        }
        for said in ["", "\n", "n\n", "yep\n", "no\n"] {
            assert_eq!(read(said), Consent::Refused, "{said:?}");
        }
    }

    #[test]
    fn consent_that_is_given_is_not_asked_for() {
        assert_eq!(ask("?", true).unwrap(), Consent::Given);
    }
}
