//! Faults of the client library in words: its own texts show the states and types inside it.

use lapin::{ErrorKind, protocol::AMQPErrorKind};

/// Reasons why an operation at the broker failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The connection was lost, or was never made.
    #[error("{0}")]
    Lost(String),
    /// The connection was already closed when the operation began.
    #[error("the connection is closed")]
    Closed,
    /// The broker ended the whole connection.
    #[error("the broker ended the connection: {0}")]
    Ended(String),
    /// The broker refused this operation; the connection goes on.
    #[error("the broker refused it: {0}")]
    Refused(String),
    /// Any other failure.
    #[error("{0}")]
    Other(String),
}

impl Fault {
    /// True if the connection is lost, rather than one operation refused.
    pub fn is_lost(&self) -> bool {
        matches!(self, Self::Lost(_) | Self::Closed | Self::Ended(_))
    }
}

impl From<lapin::Error> for Fault {
    fn from(error: lapin::Error) -> Self {
        match error.kind() {
            ErrorKind::IOError(error) | ErrorKind::RuntimeShutdownError(error) => {
                Self::Lost(error.to_string())
            }
            ErrorKind::MissingHeartbeatError => Self::Lost("the broker sent no heartbeat".to_owned()),
            ErrorKind::InvalidChannelState(..)
            | ErrorKind::InvalidConnectionState(_)
            | ErrorKind::InvalidChannel(_) => Self::Closed,
            ErrorKind::ProtocolError(answer) => {
                let text = answer.get_message().to_string();
                match answer.kind() {
                    AMQPErrorKind::Hard(_) => Self::Ended(text),
                    AMQPErrorKind::Soft(_) => Self::Refused(text),
                }
            }
            _ => Self::Other(error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{io, sync::Arc};

    use lapin::{ChannelState, ErrorKind};

    use super::Fault;

    #[test]
    fn a_fault_shows_no_state_of_the_library() {
        let closed = Fault::from(lapin::Error::from(ErrorKind::InvalidChannelState(
            ChannelState::Closed,
            "publish",
        )));
        assert_eq!(closed.to_string(), "the connection is closed");
        assert!(closed.is_lost());
        let reset = Arc::new(io::Error::from(io::ErrorKind::ConnectionReset));
        let lost = Fault::from(lapin::Error::from(ErrorKind::IOError(reset)));
        assert_eq!(lost.to_string(), "connection reset");
        assert!(lost.is_lost());
    }
}
