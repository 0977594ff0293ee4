//! Steps on the way to a connection: a name's addresses, a stream to one of them, its protection.

use std::{
    future::Future,
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpStream, lookup_host},
    time::{Instant, timeout},
};

use super::{
    connection::Connection,
    error::DirectoryError,
    limits::Limits,
    starttls,
    target::{Security, Server, Target},
    tls::Trust,
};
use crate::{
    memory::Memory,
    network::{Access, Lookup},
    source::signs::Signs,
};

/// A name with more addresses than this is not tried to its end.
const MAX_ADDRESSES: usize = 16;

/// What is said of a name, however it came to have no address.
const NO_ADDRESS: &str = "it has no address to which connections are allowed";

fn unresolved(host: &str, why: &'static str) -> DirectoryError {
    DirectoryError::Resolve {
        host: host.to_owned(),
        why,
    }
}

/// Conditions of connections, besides the target itself.
pub(crate) struct Dialler<'a> {
    /// Names that may be looked up, and networks to which connections may go.
    pub access: &'a Access,
    /// Time limits of the steps, and bounds of what may be received.
    pub limits: &'a Limits,
    /// Memory that large messages borrow from.
    pub memory: &'a Memory,
    /// Authorities that TLS is checked against.
    pub trust: Trust,
    /// Time after which no further host or address is tried. It bounds the cost of silent hosts, however many there
    /// are.
    pub until: Instant,
    /// Shows how far it is.
    pub signs: Arc<Signs>,
}

impl Dialler<'_> {
    /// True once the time for finding a server that answers has passed.
    pub(super) fn is_late(&self) -> bool {
        Instant::now() >= self.until
    }

    /// Time that one step may take now.
    fn patience(&self) -> Duration {
        let left = self.until.saturating_duration_since(Instant::now());
        self.limits.connect.min(left)
    }

    /// The addresses of one of the target's hosts that may be dialled: that of the last read first. A name without one
    /// fails as a name without any, so that nobody learns what only this network's resolver knows.
    pub(super) async fn resolve(
        &self,
        host: &str,
        target: &Target,
    ) -> Result<Vec<SocketAddr>, DirectoryError> {
        if let Ok(literal) = host.parse::<IpAddr>() {
            return if self.access.networks.allows(literal) {
                Ok(vec![SocketAddr::new(literal, target.port)])
            } else {
                Err(DirectoryError::AddressNotAllowed.at(host))
            };
        }
        let mut addresses = self.look_up(host, target.port).await?;
        addresses.retain(|address| self.access.networks.allows(address.ip()));
        if let Some(last) = &target.last {
            addresses.sort_by_key(|address| !last.is_at(host, *address));
        }
        addresses.truncate(MAX_ADDRESSES);
        if addresses.is_empty() {
            return Err(unresolved(host, NO_ADDRESS));
        }
        Ok(addresses)
    }

    /// All addresses of a name. That it has none is no error.
    async fn look_up(&self, host: &str, port: u16) -> Result<Vec<SocketAddr>, DirectoryError> {
        let (Lookup::Public(name) | Lookup::Listed(name)) = self.access.zones.lookup(host) else {
            return Err(DirectoryError::PrivateName(host.to_owned()));
        };
        match timeout(self.patience(), lookup_host((name, port))).await {
            Ok(found) => Ok(found.into_iter().flatten().collect()),
            Err(_) => Err(unresolved(host, "the resolver does not answer")),
        }
    }

    /// Connects to an address, if the operator allows it.
    pub(super) async fn connect(&self, address: SocketAddr) -> Result<TcpStream, DirectoryError> {
        if !self.access.networks.allows(address.ip()) {
            return Err(DirectoryError::AddressNotAllowed);
        }
        self.within("connecting", async {
            let stream = TcpStream::connect(address)
                .await
                .map_err(DirectoryError::Connect)?;
            // Requests are small and waited for.
            stream.set_nodelay(true).map_err(DirectoryError::Connect)?;
            Ok(stream)
        })
        .await
    }

    /// Makes of a stream a connection that is protected as the settings want it.
    pub(super) async fn protect(
        &self,
        security: Security,
        stream: TcpStream,
        server: Server,
    ) -> Result<Connection, DirectoryError> {
        match security {
            Security::Plaintext => self.speak(stream, server).await,
            Security::StartTls => {
                let stream = self
                    .within("StartTLS", starttls::ask(stream, self.limits.frame()))
                    .await
                    .map_err(DirectoryError::at_first)?;
                self.secured(stream, server).await
            }
            Security::Ldaps => self.secured(stream, server).await,
        }
    }

    async fn secured(&self, stream: TcpStream, server: Server) -> Result<Connection, DirectoryError> {
        let stream = self
            .within("the TLS handshake", self.trust.connect(&server.host, stream))
            .await?;
        self.speak(stream, server).await
    }

    async fn speak<S>(&self, stream: S, server: Server) -> Result<Connection, DirectoryError>
    where
        S: AsyncRead + AsyncWrite + Send + 'static,
    {
        Connection::over(stream, server, self.limits, Arc::clone(&self.signs), self.memory).await
    }

    async fn within<T>(
        &self,
        step: &'static str,
        work: impl Future<Output = Result<T, DirectoryError>>,
    ) -> Result<T, DirectoryError> {
        let after = self.patience();
        timeout(after, work)
            .await
            .map_err(|_| DirectoryError::ConnectTimeout { step, after })?
    }
}
