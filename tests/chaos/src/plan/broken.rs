//! A connection that breaks in a chosen place for a time.

use std::{fmt, time::Duration};

use rollcall_testbed::proxy::{Action, Fault, Place};

/// Fault of a connection, with its times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Broken {
    /// After the sync was asked for.
    pub after: Duration,
    /// Place and action of the fault.
    pub fault: Fault,
    /// Time for which it lasts.
    pub lasts: Duration,
    /// Bytes a second that pass once it is healed, and the time for which that is so; `None`: all at once.
    pub slow: Option<(u32, Duration)>,
}

impl Broken {
    /// From the sync's beginning until everything is as before.
    pub(super) fn outage(self) -> Duration {
        self.after + self.lasts + self.slow.map_or(Duration::ZERO, |(_, time)| time)
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.fault.action {
            Action::Cut => write!(formatter, "cut"),
            Action::Stall => write!(formatter, "stalled"),
            Action::Garble => write!(formatter, "garbled"),
            Action::Throttle(rate) => write!(formatter, "slowed to {rate} bytes/s"),
        }?;
        match self.fault.place {
            Place::Bytes(bytes) => write!(formatter, " after {bytes} bytes"),
            Place::Messages(messages) => write!(formatter, " after {messages} messages"),
        }?;
        write!(
            formatter,
            " {:?} at {} ms for {} ms",
            self.fault.direction,
            self.after.as_millis(),
            self.lasts.as_millis()
        )?;
        match self.slow {
            Some((rate, time)) => write!(formatter, ", then {rate} bytes/s for {} ms", time.as_millis()),
            None => Ok(()),
        }
    }
}
