//! The connections that services depend on, with a proxy in each.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};

use crate::error::Result;
use crate::proxy::Proxy;

/// A connection that services depend on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Way {
    /// From scheduler, reconcile and results to PostgreSQL.
    Database,
    /// From all services to RabbitMQ.
    Broker,
    /// From workers to reconcile.
    Reconcile,
}

impl Way {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Database, Self::Broker, Self::Reconcile];

    fn port(self) -> u16 {
        match self {
            Self::Database => 7201,
            Self::Broker => 7202,
            Self::Reconcile => 7203,
        }
    }
}

/// Starts the proxies of [`Way::ALL`] on a stack's address, to these servers, where proxies are wanted.
pub(super) async fn start(
    wanted: bool,
    address: IpAddr,
    servers: [SocketAddr; 3],
) -> Result<BTreeMap<Way, Proxy>> {
    let mut ways = BTreeMap::new();
    for (way, server) in Way::ALL.into_iter().zip(servers).filter(|_| wanted) {
        ways.insert(way, Proxy::start_at((address, way.port()).into(), server).await?);
    }
    Ok(ways)
}
