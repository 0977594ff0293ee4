//! The connections that services depend on, with a proxy in each.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};

use crate::error::Result;
use crate::proxy::Proxy;

const RECONCILE_PORT: u16 = 7203;

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

    /// An address that the server's certificate names: 127.0.0.1 for servers of the bed, the stack's own for reconcile.
    async fn proxy(self, address: IpAddr, server: SocketAddr) -> Result<Proxy> {
        match self {
            Self::Database | Self::Broker => Proxy::start(server).await,
            Self::Reconcile => Proxy::start_at((address, RECONCILE_PORT).into(), server).await,
        }
    }
}

/// Starts the proxies of [`Way::ALL`] for a stack on this address, to these servers, where proxies are wanted.
pub(super) async fn start(
    wanted: bool,
    address: IpAddr,
    servers: [SocketAddr; 3],
) -> Result<BTreeMap<Way, Proxy>> {
    let mut ways = BTreeMap::new();
    for (way, server) in Way::ALL.into_iter().zip(servers).filter(|_| wanted) {
        ways.insert(way, way.proxy(address, server).await?);
    }
    Ok(ways)
}
