//! Mutual TLS from files, for servers and clients.
//!
//! A certificate serves the purpose that its extended key usage names: one of a server opens no client's door, one of a
//! client stands for no server, and one that names no purpose serves none. [`Reloading`] holds what was last read
//! well, so that new connections use renewed files and open ones go on. It does so for other files of a service too, such
//! as the keys of an issuer.
//!
//! Invariants: no key is in an error or a Debug; nothing here reads a clock, logs or connects.

mod certificate;
mod error;
mod files;
mod purpose;
mod reloading;
mod verifier;

pub use certificate::{InUse, Part, end_of};
pub use error::CertificateError;
pub use files::{ClientFiles, IdentityFiles, Protocol, ServerFiles, Trusted};
pub use purpose::Purpose;
pub use reloading::{Fault, Loaded, Reloading, Source, Watched};
