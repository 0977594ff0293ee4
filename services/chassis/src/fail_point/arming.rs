//! Content that a test writes into the file of an armed point.

use std::{fmt, num::ParseIntError, str::FromStr, time::Duration};

use thiserror::Error;

/// Actions at a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// The process ends at once, as from a crash.
    Abort,
    /// The process hangs (SIGSTOP) until the test continues it.
    Stop,
    /// The task waits.
    Delay(Duration),
    /// The task panics.
    Panic,
}

/// An armed point: `abort`, `delay 500 skip 2 tenant acme`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arming {
    /// The action.
    pub action: Action,
    /// Number of passages that go unharmed before that.
    pub skip: u32,
    /// The only tenant whose passages count; `None` counts all.
    pub tenant: Option<String>,
}

/// The text of an armed point cannot be read.
#[derive(Debug, Error)]
pub enum ArmingError {
    /// It has a word too few or one that means nothing.
    #[error("{0:?} is not an armed point")]
    Words(String),
    /// A number is none.
    #[error(transparent)]
    Number(#[from] ParseIntError),
}

impl Arming {
    /// Fires at the first passage of any tenant.
    pub fn new(action: Action) -> Self {
        Self {
            action,
            skip: 0,
            tenant: None,
        }
    }

    /// Fires after so many passages.
    #[must_use]
    pub fn after(self, skip: u32) -> Self {
        Self { skip, ..self }
    }

    /// Fires only for this tenant.
    #[must_use]
    pub fn of_tenant(self, tenant: &str) -> Self {
        let tenant = Some(tenant.to_owned());
        Self { tenant, ..self }
    }

    /// True if a passage of `tenant` counts.
    pub fn concerns(&self, tenant: &str) -> bool {
        self.tenant.as_deref().is_none_or(|only| only == tenant)
    }
}

impl fmt::Display for Arming {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.action {
            Action::Abort => write!(formatter, "abort"),
            Action::Stop => write!(formatter, "stop"),
            Action::Delay(time) => write!(formatter, "delay {}", time.as_millis()),
            Action::Panic => write!(formatter, "panic"),
        }?;
        if self.skip > 0 {
            write!(formatter, " skip {}", self.skip)?;
        }
        match &self.tenant {
            Some(tenant) => write!(formatter, " tenant {tenant}"),
            None => Ok(()),
        }
    }
}

impl FromStr for Arming {
    type Err = ArmingError;

    fn from_str(text: &str) -> Result<Self, ArmingError> {
        let wrong = || ArmingError::Words(text.to_owned());
        let mut words = text.split_whitespace();
        let action = match words.next().ok_or_else(wrong)? {
            "abort" => Action::Abort,
            "stop" => Action::Stop,
            "delay" => Action::Delay(Duration::from_millis(words.next().ok_or_else(wrong)?.parse()?)),
            "panic" => Action::Panic,
            _ => return Err(wrong()),
        };
        let mut arming = Self::new(action);
        while let Some(word) = words.next() {
            let value = words.next().ok_or_else(wrong)?;
            match word {
                "skip" => arming.skip = value.parse()?,
                "tenant" => arming.tenant = Some(value.to_owned()),
                _ => return Err(wrong()),
            }
        }
        Ok(arming)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        let armings = [
            Arming::new(Action::Abort),
            Arming::new(Action::Stop).after(2),
            Arming::new(Action::Delay(Duration::from_millis(1_500))).of_tenant("acme"),
            Arming::new(Action::Panic).after(1).of_tenant("acme"),
        ];
        for arming in armings {
            let read: Arming = arming.to_string().parse().expect("an arming");
            assert_eq!(read, arming);
        }
    }

    #[test]
    fn anything_else_arms_nothing() {
        for text in [
            "",
            "explode",
            "delay",
            "delay soon",
            "abort skip",
            "abort twice 2",
        ] {
            assert!(text.parse::<Arming>().is_err(), "{text}");
        }
    }
}
