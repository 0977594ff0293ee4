//! End-to-end tests against real servers: each has a tenant of its own, so that they run side by side.

mod accounts;
mod bad_input;
mod command;
mod connection_test;
mod credentials;
mod events;
mod explain;
mod failures;
mod fleet;
mod incidents;
mod jobs;
mod large;
mod logons;
mod office;
mod operators;
mod own;
mod promises;
mod reading;
mod removal;
mod results;
mod rotation;
mod schedule;
mod schema;
mod sync;
mod tls;
mod trace;
