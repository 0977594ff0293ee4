//! Connections over TLS, each with the certificates that the files hold when it is made.

use std::{
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use http::Uri;
use hyper_util::rt::TokioIo;
use rollcall_tls::{ClientFiles, Reloading, Watched as _};
use rustls_pki_types::ServerName;
use tokio::net::TcpStream;
use tokio_rustls::{TlsConnector, client::TlsStream};
use tower::Service;

const HTTPS: u16 = 443;

/// A URL's host as sockets and certificates name it: an IPv6 address without its brackets.
pub fn bare_host(host: &str) -> &str {
    host.strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'))
        .unwrap_or(host)
}

/// Connects to one server.
#[derive(Debug, Clone)]
pub(crate) struct Connector {
    host: Arc<str>,
    port: u16,
    name: ServerName<'static>,
    files: Arc<Reloading<ClientFiles>>,
}

impl Connector {
    /// `None` if the URL has no host that a certificate could name.
    pub(crate) fn new(url: &Uri, files: Arc<Reloading<ClientFiles>>) -> Option<Self> {
        let host = bare_host(url.host()?);
        Some(Self {
            host: host.into(),
            port: url.port_u16().unwrap_or(HTTPS),
            name: ServerName::try_from(host.to_owned()).ok()?,
            files,
        })
    }

    async fn connect(self) -> io::Result<TokioIo<TlsStream<TcpStream>>> {
        // Files that cannot be used leave those in place that were read before; whoever watches them reports it.
        self.files.refresh();
        let connector = TlsConnector::from(self.files.current());
        let stream = TcpStream::connect((&*self.host, self.port)).await?;
        stream.set_nodelay(true)?;
        let stream = connector.connect(self.name, stream).await?;
        if stream.get_ref().1.alpn_protocol() != Some(b"h2") {
            return Err(io::Error::other("the server does not speak HTTP/2 over TLS"));
        }
        Ok(TokioIo::new(stream))
    }
}

impl Service<Uri> for Connector {
    type Response = TokioIo<TlsStream<TcpStream>>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Self::Response>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Uri) -> Self::Future {
        Box::pin(self.clone().connect())
    }
}
