//! Errors of the broker, below both its connections and the record of its outages.

mod fault;

pub use fault::Fault;

/// Reasons why the broker did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum AmqpError {
    /// The URL is not valid. Its text is not shown, because it contains the password.
    #[error("amqp.url is not an AMQP URL")]
    Url,
    /// The certificates of TLS cannot be used.
    #[error(transparent)]
    Certificates(#[from] rollcall_tls::CertificateError),
    /// There was no connection for the whole of the time-out.
    #[error("there is no connection to the broker")]
    Away,
    /// The broker did not answer in time.
    #[error("{0}: the broker did not answer in time")]
    TimedOut(&'static str),
    /// The message has no queue to go to.
    #[error("no queue takes messages of exchange {exchange} with key “{routing_key}”")]
    Unroutable {
        /// The exchange.
        exchange: String,
        /// The routing key.
        routing_key: String,
    },
    /// An exchange or a queue is not declared.
    #[error("{0} is not declared yet; an operator declares it: rollcall-scheduler declare-topology")]
    Undeclared(&'static str),
    /// A queue exists with other arguments.
    #[error(
        "queue {queue} exists with other arguments than this release declares; deploy/OPERATION.md says how to replace it: {answer}"
    )]
    Queue {
        /// Its name.
        queue: String,
        /// The broker's words.
        answer: String,
    },
    /// A queue would not take the message.
    #[error("the broker refused the message")]
    Refused,
    /// The connection or channel broke, or the broker refused an operation.
    #[error("{what} failed")]
    Broken {
        /// The attempted operation.
        what: &'static str,
        /// The cause.
        #[source]
        source: Fault,
    },
}
