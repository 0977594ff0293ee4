//! Shared base of every service: configuration, telemetry, TLS, gRPC, AMQP, PostgreSQL, health, shutdown.
//!
//! A service's binary is a call of [`main`], which reads its configuration, begins telemetry and hands over a
//! [`Lifecycle`]; the service builds itself from the modules here and returns. The chassis knows no rule of Rollcall:
//! the meaning of a run is for `rollcall_domain` and the services.
//!
//! Invariants: the time is read only in [`clock`]; secrets are in no log and no Debug; every wait has an end; every
//! task is owned by a [`Lifecycle`].

pub mod amqp;
mod amqp_error;
pub mod audit;
pub mod checks;
pub mod clock;
pub mod config;
pub mod credential;
pub mod fail_point;
mod file_watch;
pub mod given_up;
pub mod grpc;
pub mod key_file;
pub mod lifecycle;
pub mod outage;
mod pauses;
pub mod pg;
pub mod readiness;
pub mod sentences;
pub mod service;
pub mod signing;
pub mod status;
pub mod telemetry;

pub use lifecycle::Lifecycle;
pub use service::{ServiceInfo, main, main_with_commands};

/// Any error, where no code branches on it.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;
