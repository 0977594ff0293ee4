//! The mistakes in a configuration.

use std::{fmt, path::Path};

/// One mistake and the key it is in, such as `server.listen`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The section and the key; a file's name where the file itself is unreadable.
    pub key: String,
    /// The problem.
    pub message: String,
}

/// Mistakes as they are found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Problems(pub(super) Vec<Problem>);

impl Problems {
    /// Adds a mistake.
    pub fn push(&mut self, key: impl Into<String>, message: impl fmt::Display) {
        self.0.push(Problem {
            key: key.into(),
            message: message.to_string(),
        });
    }

    /// Reports the file that a section lacks if it names only one of a certificate and its key. `names` are their keys.
    pub(super) fn check_identity(
        &mut self,
        section: &str,
        names: [&str; 2],
        certificate: Option<&Path>,
        key: Option<&Path>,
    ) {
        let missing = match (certificate, key) {
            (None, Some(_)) => names[0],
            (Some(_), None) => names[1],
            _ => return,
        };
        self.push(
            format!("{section}.{missing}"),
            "missing: a certificate and its key go together",
        );
    }

    /// Nothing if there were no mistakes, all of them otherwise.
    pub fn into_result(self) -> Result<(), ConfigError> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(ConfigError { problems: self.0 })
        }
    }
}

/// Every mistake in a configuration, one on a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    /// At least one.
    pub problems: Vec<Problem>,
}

impl ConfigError {
    pub(super) fn about(key: impl Into<String>, message: impl fmt::Display) -> Self {
        Self {
            problems: vec![Problem {
                key: key.into(),
                message: message.to_string(),
            }],
        }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the configuration is not valid:")?;
        for Problem { key, message } in &self.problems {
            write!(f, "\n  {key}: {message}")?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigError {}
