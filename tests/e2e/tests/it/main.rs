//! End-to-end tests against real servers: each has a tenant of its own, so that they run side by side.

mod bad_input;
mod credentials;
mod failures;
mod reading;
mod results;
mod sync;
