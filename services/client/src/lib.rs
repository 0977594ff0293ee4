//! Parts that a front end needs besides the contract, such as the command `rollcall` or a console in the web.
//!
//! [`Client`] connects to the services, [`fetch`] turns the pages of a list, [`watch_run`] follows a run across broken
//! streams, and [`view`] turns answers into JSON that keeps the names of the contract. An [`Error`] says which
//! [`Refusal`](rollcall_terms::Refusal) it is, so that a front end can choose its own words and codes for it.
//!
//! Invariants: a front end that uses this crate knows no service, and a service knows no front end. Nothing here prints,
//! asks a person or reads the environment.

mod assertion;
mod client;
mod connector;
mod endpoint;
mod error;
mod follow;
mod loopback;
mod newest;
mod pages;
mod patience;
mod run_lookup;
mod service;
pub mod view;

pub use assertion::{ASSERTION, Asserting};
pub use client::{Calls, Client};
pub use connector::bare_host;
pub use endpoint::{CONNECT, Certificates, EndpointError, Route, Tls, is_secured, route};
pub use error::Error;
pub use follow::{Seen, watch_run};
pub use loopback::is_loopback;
pub use newest::Newest;
pub use pages::{Fetched, fetch};
pub use patience::Patience;
pub use rollcall_tls::CertificateError;
pub use run_lookup::{get_run, newest_run};
pub use service::{Places, Service};
