//! The way to the broker: a socket, TLS where the URL asks for it, and the client library on top.
//!
//! TLS is ours. The library's own trusts the system's authorities beside the one that is configured, and brings the
//! ciphers of PKCS#12 along. Without it, the library would speak in clear to an `amqps` URL, so it gets its sockets from
//! nowhere but here: see [`Kit`].

use std::{
    io,
    net::SocketAddr,
    time::{Duration, Instant},
};

use async_rs::{
    Runtime, Tokio,
    traits::{Executor, Reactor, RuntimeKit},
    util::Task,
};
use futures::{AsyncRead, AsyncWrite, Stream};
use lapin::{
    AsyncTcpStream, Connection, ConnectionProperties,
    uri::{AMQPScheme, AMQPUri},
};
use rollcall_client::bare_host;
use rustls_pki_types::ServerName;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_util::compat::{Compat, TokioAsyncReadCompatExt as _};

/// A socket, with TLS or without.
trait Socket: tokio::io::AsyncRead + tokio::io::AsyncWrite + Send + Unpin {}

impl<T: tokio::io::AsyncRead + tokio::io::AsyncWrite + Send + Unpin> Socket for T {}

type Wire = Compat<Box<dyn Socket>>;

/// Connects. Only `amqps` uses `tls`.
pub(super) async fn dial(
    uri: AMQPUri,
    tls: Option<TlsConnector>,
    properties: ConnectionProperties,
) -> lapin::Result<Connection> {
    let open = move |uri: AMQPUri, _: Runtime<Kit>| {
        let tls = tls.clone();
        async move { Ok(AsyncTcpStream::Plain(open(&uri, tls).await?)) }
    };
    Connection::connector(uri, Runtime::new(Kit(Tokio::current())), open, properties).await
}

async fn open(uri: &AMQPUri, tls: Option<TlsConnector>) -> io::Result<Wire> {
    let host = bare_host(&uri.authority.host);
    let socket = TcpStream::connect((host, uri.authority.port)).await?;
    socket.set_nodelay(true)?;
    let socket: Box<dyn Socket> = match (uri.scheme.clone(), tls) {
        (AMQPScheme::AMQP, _) => Box::new(socket),
        (AMQPScheme::AMQPS, Some(tls)) => {
            let name = ServerName::try_from(host.to_owned()).map_err(io::Error::other)?;
            Box::new(tls.connect(name, socket).await?)
        }
        (AMQPScheme::AMQPS, None) => return Err(io::Error::other("TLS is not set up")),
    };
    Ok(socket.compat())
}

/// tokio as the client library sees it, over sockets of ours.
#[derive(Debug, Clone)]
struct Kit(Tokio);

impl RuntimeKit for Kit {}

impl Executor for Kit {
    type Task<T: Send + 'static> = <Tokio as Executor>::Task<T>;

    fn block_on<T, F: Future<Output = T>>(&self, future: F) -> T {
        self.0.block_on(future)
    }

    fn spawn<T: Send + 'static, F: Future<Output = T> + Send + 'static>(
        &self,
        future: F,
    ) -> Task<Self::Task<T>> {
        self.0.spawn(future)
    }

    fn spawn_blocking<T: Send + 'static, F: FnOnce() -> T + Send + 'static>(
        &self,
        work: F,
    ) -> Task<Self::Task<T>> {
        self.0.spawn_blocking(work)
    }
}

impl Reactor for Kit {
    type TcpStream = Wire;
    type Sleep = <Tokio as Reactor>::Sleep;

    /// The library registers no handle of its own.
    fn register<H: io::Read + io::Write + Send + 'static>(
        &self,
        _: H,
    ) -> io::Result<impl AsyncRead + AsyncWrite + Send + Unpin + 'static> {
        Err::<Wire, _>(io::ErrorKind::Unsupported.into())
    }

    fn sleep(&self, duration: Duration) -> Self::Sleep {
        self.0.sleep(duration)
    }

    fn interval(&self, duration: Duration) -> impl Stream<Item = Instant> + Send + 'static {
        self.0.interval(duration)
    }

    /// A socket without TLS would be one too many: [`open`] makes them.
    fn tcp_connect_addr(
        &self,
        _: SocketAddr,
    ) -> impl Future<Output = io::Result<Self::TcpStream>> + Send + 'static {
        std::future::ready(Err(io::ErrorKind::Unsupported.into()))
    }
}
