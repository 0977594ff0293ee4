//! Settings, schedules and run requests, which become jobs.
//!
//! The scheduler owns schema `scheduler`: each tenant's settings with its sealed password, when it runs next, and
//! every run as it was requested. A call or the due tick writes a request in one transaction with what it follows
//! from; the publisher then gives its job to the broker and notes the broker's confirmation; the sweeper has a job
//! published again of which nothing came. So a crash anywhere loses no request, and at worst sends a job twice, which
//! is harmless. Any number of schedulers may run at once.
//!
//! It reads no directory, decides nothing about accounts, and cannot open a password that it sealed.

mod app;
mod command;
mod config;
mod connection_test;
mod credentials;
mod due_tick;
mod fleet;
mod metrics;
mod partitions;
mod publisher;
mod records;
mod refusals;
mod requests;
mod service;
mod settings;
mod store;
mod sweeper;
mod validation;
mod wakes;

pub use app::start;
pub use command::Command;
pub use config::Config;
