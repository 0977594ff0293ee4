//! gRPC: servers that answer only the loopback or mutual TLS, clients that reconnect by themselves, and the trace that
//! runs through both.

mod access;
mod assertion;
mod bounds;
mod call;
mod call_log;
mod client;
mod connection;
mod deadline;
mod density;
mod first_message;
mod limits;
mod methods;
mod open_call;
pub mod page;
mod peer;
mod rate;
mod reason;
mod reflection;
mod role_set;
mod roles;
mod server;
mod shares;
mod stall;
mod tls;
mod who;

use std::{io, path::PathBuf};

use crate::config::AssertionsConfig;

pub use client::{Channel, InjectTrace, connect, connect_and_watch};
pub use peer::Caller;
pub use server::{Server, Serving};
pub use shares::{Share, Shares};
pub use who::Who;

/// The largest message that tonic reads unless a service's generated server sets another limit
/// (`max_decoding_message_size`).
pub const DEFAULT_MAX_MESSAGE_BYTES: usize = 4 * 1024 * 1024;

/// Reads the key set of the issuer of assertions, if the configuration names one.
pub(crate) fn check_issuer(config: &AssertionsConfig) -> Result<(), GrpcError> {
    assertion::Assertions::open(config).map(drop)
}

/// Reasons why a server or a client could not be made.
#[derive(Debug, thiserror::Error)]
pub enum GrpcError {
    /// The certificates cannot be used.
    #[error(transparent)]
    Certificates(#[from] rollcall_tls::CertificateError),
    /// A server would answer any caller.
    #[error("{0} is not a loopback address: without mutual TLS, a server listens only on the loopback")]
    Exposed(std::net::SocketAddr),
    /// A server would answer every process of the machine.
    #[error(
        "{0} has no certificates: without mutual TLS, a server on the loopback needs insecure_loopback = true"
    )]
    NoCertificates(std::net::SocketAddr),
    /// The address is taken, or is not one of this machine.
    #[error("cannot listen on {address}")]
    Listen {
        /// The address.
        address: std::net::SocketAddr,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// The contract's descriptors are damaged.
    #[error("reflection cannot be set up")]
    Reflection(#[from] tonic_reflection::server::Error),
    /// The contract's descriptors are damaged.
    #[error("the contract's methods cannot be read")]
    Methods(#[from] Box<prost_reflect::DescriptorError>),
    /// The contract's descriptors are damaged.
    #[error("the contract's descriptors cannot be read")]
    Descriptors(#[from] prost::DecodeError),
    /// A method says nothing of who may call it.
    #[error("{0} names no role that may call it: give it the option rollcall.v1.roles")]
    NoRoles(String),
    /// A service or an option is not in the contract.
    #[error("the contract has no {0}")]
    NotInContract(String),
    /// A key set has no key that signs assertions.
    #[error("{} is not a JSON Web Key Set with an Ed25519 key that has an id", .0.display())]
    NoKeys(PathBuf),
    /// A key set could not be read.
    #[error("cannot read {}", path.display())]
    ReadKeys {
        /// The file.
        path: PathBuf,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// There is no way to a service that is called.
    #[error(transparent)]
    Endpoint(#[from] rollcall_client::EndpointError),
    /// A server certificate is checked against an authority that has to be named.
    #[error("{0} is called over TLS, and needs ca_file")]
    NoAuthority(String),
}

#[cfg(test)]
mod tests;
