//! Starts what Rollcall is tested against: real PostgreSQL, RabbitMQ, Active Directory (Samba) and OpenLDAP,
//! private, on a loopback address of their own, and the product's services as processes on them.
//!
//! A test attaches to the bed that `rollcall-testbed run` made around it (`make test`), or starts one:
//! ```no_run
//! # use rollcall_testbed::{Bed, Kind, Object, StackOptions, samba};
//! # async fn example() -> rollcall_testbed::Result<()> {
//! let bed = Bed::attach()?;
//!
//! // The services that everybody shares: a tenant of one's own is enough for most tests.
//! let channel = bed.endpoints()?.connect(Kind::Scheduler).await?;
//!
//! // A place of one's own in the real Active Directory, and changes in it.
//! let authority = bed.authority();
//! let mut directory = bed.samba()?.editor(&authority).await?;
//! let base = directory.add_unit("my-test", samba::BASE).await?;
//! let anna = directory.add(&Object::person("", "Anna Berg").primary("anna@corp.example"), &base).await?;
//! let anna = directory.rename(&anna, "Anna Adler").await?;
//! directory.replace(&anna, "proxyAddresses", &["SMTP:adler@corp.example"]).await?;
//!
//! // Services of one's own, to be killed and started again.
//! let stack = bed.stack(StackOptions { workers: 3, ..StackOptions::default() }).await?;
//! stack.service(Kind::Worker, 1)?.kill().await?;
//! stack.service(Kind::Worker, 1)?.start().await?;
//! # Ok(()) }
//! ```
//! Everything that a process started is given back when it ends, however it ends: a keeper process beside it, the
//! parent of all servers, ends them and removes their folder once its pipe to the owner closes. A [`Bed`] that was
//! attached to has another owner: its servers stay, and only stacks that were started through it go.
//!
//! To break a connection, put a [`Proxy`] in front of any server. To meet a directory that misbehaves, start a
//! [`hostile::Hostile`] one; for an unusual tree, a [`tree::Tree`]; for answers that the test gives, a
//! [`scripted::Scripted`] one. To break a server, start a bed of one's own
//! ([`Bed::start`] with the [`Part`]s that are needed) and use [`Bed::server`].

pub mod certificates;
pub mod clock;
pub mod directory;
pub mod disk;
pub mod hostile;
pub mod openldap;
pub mod postgres;
pub mod proxy;
pub mod rabbitmq;
pub mod root;
pub mod samba;
pub mod scripted;
pub mod tree;

mod bed;
mod command;
mod endpoints;
mod error;
mod keeper;
mod listener;
mod place;
mod service;
mod stack;

pub use bed::{Bed, BedOptions, DEMO_DOMAINS, Part, demo_directory};
pub use command::main;
pub use directory::{Directory, Editor, Kind as ObjectKind, Object};
pub use endpoints::{Endpoints, PORTAL};
pub use error::{Error, Result};
pub use keeper::{Exit, Process, Signal};
pub use place::target_folder;
pub use proxy::Proxy;
pub use service::{Kind, Service};
pub use stack::{LIMITED, OPERATOR, Stack, StackOptions, VIEWER, Way};
