//! Faults in words, for the line of a trial.

use std::fmt;

use super::{Effect, Fault, Phase, Strike, What, Whose};

impl fmt::Display for Strike {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Kill(down) => write!(formatter, "killed for {} ms", down.as_millis()),
            Self::Stop(time) => write!(formatter, "stopped for {} ms", time.as_millis()),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.what {
            What::Point { point, skip, effect } => {
                write!(formatter, "{}", point.name())?;
                if skip > 0 {
                    write!(formatter, " ({skip} later)")?;
                }
                match effect {
                    Effect::Strike(strike) => write!(formatter, " {strike}"),
                    Effect::Delay(time) => write!(formatter, " delayed by {} ms", time.as_millis()),
                    Effect::Panic => write!(formatter, " panics"),
                }
            }
            What::Service { kind, after, strike } => {
                write!(formatter, "{} {strike} at {} ms", kind.name(), after.as_millis())
            }
            What::Server { part, after, strike } => {
                write!(formatter, "{part:?} {strike} at {} ms", after.as_millis())
            }
            What::Node { node, after, strike } => {
                let at = after.as_millis();
                write!(formatter, "node {node} of RabbitMQ {strike} at {at} ms")
            }
            What::Promotion { after, down } => write!(
                formatter,
                "PostgreSQL killed at {} ms, its standby promoted {} ms later",
                after.as_millis(),
                down.as_millis()
            ),
            What::FullDisk { after, lasts } => write!(
                formatter,
                "PostgreSQL's disk full at {} ms for {} ms",
                after.as_millis(),
                lasts.as_millis()
            ),
            What::Clock {
                whose,
                after,
                seconds,
            } => {
                let whose = match whose {
                    Whose::Service(kind) => kind.name(),
                    Whose::Database => "PostgreSQL",
                };
                write!(
                    formatter,
                    "the clock of {whose} put by {seconds:+} s at {} ms",
                    after.as_millis()
                )
            }
            What::Way { way, broken } => write!(formatter, "the way to {way:?} {broken}"),
            What::Directory { tenant, broken } => write!(formatter, "directory {tenant} {broken}"),
        }?;
        let phase = match self.phase {
            Phase::First => "first sync",
            Phase::Changed => "second sync",
            Phase::Unchanged => "third sync",
        };
        write!(formatter, " in the {phase}")
    }
}
