//! The walk to a connection: hosts in turn, and the addresses of each, for reads and connection tests alike.

use std::net::SocketAddr;

use super::{
    connection::Connection,
    dial::Dialler,
    error::DirectoryError,
    target::{Server, Target},
};
use crate::source::signs::Step;

/// Watches a walk. An error of the observer ends it, unless the error says that another server may do better.
pub(crate) trait Observer {
    /// A host's name is looked up next.
    fn resolving(&mut self) {}

    /// The host has these addresses that may be dialled.
    async fn resolved(&mut self, _host: &str, _found: &[SocketAddr]) -> Result<(), DirectoryError> {
        Ok(())
    }

    /// The host has no such address.
    async fn unresolved(
        &mut self,
        _host: &str,
        _error: &DirectoryError,
        _next: Next,
    ) -> Result<(), DirectoryError> {
        Ok(())
    }

    /// An address is dialled next.
    fn connecting(&mut self) {}

    /// The server accepts connections.
    async fn connected(&mut self, _server: &Server) -> Result<(), DirectoryError> {
        Ok(())
    }

    /// The connection stands, protected as the settings want it.
    async fn protected(&mut self, _connection: &mut Connection) -> Result<(), DirectoryError> {
        Ok(())
    }

    /// The server will not do.
    async fn missed(
        &mut self,
        _server: &Server,
        _error: &DirectoryError,
        _next: Next,
    ) -> Result<(), DirectoryError> {
        Ok(())
    }
}

/// Continuation of a walk after a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    /// The next address of the same host.
    Address,
    /// The next host, if there is one.
    Host,
    /// Nothing: an address or a host is left, but no time.
    OutOfTime,
}

impl Dialler<'_> {
    /// The first connection to a server of `target` that stands and that `observer` accepts. The server of the last read
    /// comes first, then the other addresses of its host, then the other hosts in their order.
    pub(crate) async fn walk(
        &self,
        target: &Target,
        observer: &mut impl Observer,
    ) -> Result<Connection, DirectoryError> {
        let mut tried = Vec::new();
        let mut hosts = target.hosts_in_turn().peekable();
        while let Some(host) = hosts.next() {
            if self.is_late() {
                tried.push(DirectoryError::ReachTimeout(self.limits.reach));
                break;
            }
            let is_last = hosts.peek().is_none();
            observer.resolving();
            match self.resolve(host, target).await {
                Ok(found) => {
                    observer.resolved(host, &found).await?;
                    let servers = found.into_iter().map(|address| Server {
                        host: host.clone(),
                        address,
                    });
                    let servers: Vec<_> = servers.collect();
                    let reached = self.walk_addresses(target, &servers, is_last, observer, &mut tried);
                    if let Some(connection) = reached.await? {
                        return Ok(connection);
                    }
                }
                Err(error) => {
                    observer
                        .unresolved(host, &error, self.after(false, is_last))
                        .await?;
                    tried.push(error);
                }
            }
        }
        Err(DirectoryError::NoServer(tried))
    }

    /// The same for the addresses of one host: `None` if none of them will do.
    async fn walk_addresses(
        &self,
        target: &Target,
        servers: &[Server],
        is_last_host: bool,
        observer: &mut impl Observer,
        tried: &mut Vec<DirectoryError>,
    ) -> Result<Option<Connection>, DirectoryError> {
        for (place, server) in servers.iter().enumerate() {
            match self.attempt(target, server, observer).await {
                Ok(connection) => return Ok(Some(connection)),
                Err(error) if error.tries_elsewhere() => {
                    let next = self.after(place + 1 < servers.len(), is_last_host);
                    let error = error.at(server);
                    observer.missed(server, &error, next).await?;
                    tried.push(error);
                    if next == Next::OutOfTime {
                        break;
                    }
                }
                Err(error) => return Err(error.at(server)),
            }
        }
        Ok(None)
    }

    async fn attempt(
        &self,
        target: &Target,
        server: &Server,
        observer: &mut impl Observer,
    ) -> Result<Connection, DirectoryError> {
        observer.connecting();
        self.signs.reached(Step::Reaching);
        let stream = self.connect(server.address).await?;
        observer.connected(server).await?;
        let mut connection = self.protect(target.security, stream, server.clone()).await?;
        observer.protected(&mut connection).await?;
        Ok(connection)
    }

    fn after(&self, has_address: bool, is_last_host: bool) -> Next {
        match (has_address, is_last_host) {
            (false, true) => Next::Host,
            _ if self.is_late() => Next::OutOfTime,
            (true, _) => Next::Address,
            (false, false) => Next::Host,
        }
    }
}
