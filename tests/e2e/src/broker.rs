//! The broker of a stack, as a client beside the services sees it.

use std::path::Path;

use anyhow::Result;
use lapin::Connection;
use rollcall_chassis::{
    amqp,
    config::{AmqpConfig, Secret},
};
use rollcall_testbed::Endpoints;

/// Connects as the bed's own user, who may do anything.
pub async fn connect(endpoints: &Endpoints) -> Result<Connection> {
    connect_to(&endpoints.amqp_url, &endpoints.broker_ca_file).await
}

/// Connects to this URL; the broker's certificate must be of this authority.
pub async fn connect_to(url: &str, ca_file: &Path) -> Result<Connection> {
    let config = AmqpConfig {
        ca_file: Some(ca_file.to_owned()),
        ..AmqpConfig::new(Secret::new(url))
    };
    Ok(amqp::connect(&config, "test").await?)
}
