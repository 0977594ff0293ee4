//! A scripted directory that misbehaves as its script says, over real TCP and, if wanted, TLS.
//!
//! ```no_run
//! # use rollcall_testbed::hostile::{Behaviour, Hostile, Script};
//! # async fn example() -> rollcall_testbed::Result<()> {
//! let directory = Hostile::start(Script::new(Behaviour::EndlessRanges)).await?;
//! // Point a tenant at `directory.address()`, in plaintext, with any user name and password.
//! directory.behave(Behaviour::Good);
//! # Ok(()) }
//! ```

mod answers;
mod behaviour;
pub(crate) mod ber;

#[cfg(test)]
mod tests;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

use crate::certificates::Authority;
use crate::error::{Doing as _, Error, Result};
use crate::{listener, place};

use answers::Answers;
pub use behaviour::Behaviour;
use ber::Operation;

/// The search base of every scripted directory.
pub const BASE: &str = "DC=hostile,DC=example";
/// Certificates of a chain of megabytes.
const LONG_CHAIN: usize = 4_000;

/// The answers of a scripted directory.
#[derive(Debug, Clone)]
pub struct Script {
    /// Its misbehaviour.
    pub behaviour: Behaviour,
    /// Number of its people.
    pub people: u32,
    /// The domain of their addresses: `p0@hostile.example`.
    pub domain: String,
}

impl Script {
    /// Three people, and this behaviour.
    pub fn new(behaviour: Behaviour) -> Self {
        Self {
            behaviour,
            people: 3,
            domain: "hostile.example".to_owned(),
        }
    }

    /// With so many people.
    #[must_use]
    pub fn people(mut self, people: u32) -> Self {
        self.people = people;
        self
    }

    /// With people of this domain.
    #[must_use]
    pub fn domain(mut self, domain: &str) -> Self {
        domain.clone_into(&mut self.domain);
        self
    }
}

/// A running scripted directory, on a loopback address of its own. It ends, with all its connections, when it is
/// dropped.
#[derive(Debug)]
pub struct Hostile {
    address: SocketAddr,
    script: watch::Sender<Script>,
    counters: Arc<Counters>,
    task: JoinHandle<()>,
}

#[derive(Debug, Default)]
struct Counters {
    connections: AtomicUsize,
    open: AtomicUsize,
    bytes: AtomicU64,
}

impl Hostile {
    /// Starts a directory that speaks LDAP in clear.
    pub async fn start(script: Script) -> Result<Self> {
        Self::on(script, None).await
    }

    /// Starts a directory that speaks LDAPS, with a certificate of `authority` for its address.
    pub async fn start_ldaps(script: Script, authority: &Authority) -> Result<Self> {
        Self::on(script, Some(authority)).await
    }

    async fn on(script: Script, authority: Option<&Authority>) -> Result<Self> {
        let ip = place::loopback_address()?;
        let listener = TcpListener::bind((ip, 0))
            .await
            .doing(|| format!("start a scripted directory on {ip}"))?;
        let address = listener
            .local_addr()
            .doing(|| "start a scripted directory".to_owned())?;
        let tls = authority
            .map(|authority| acceptor(authority, address, script.behaviour))
            .transpose()?;
        let (script, scripts) = watch::channel(script);
        let counters = Arc::new(Counters::default());
        let server = Server {
            tls,
            scripts,
            counters: Arc::clone(&counters),
        };
        let task = tokio::spawn(server.serve(listener));
        Ok(Self {
            address,
            script,
            counters,
            task,
        })
    }

    /// The address on which it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Behaves in this way from the next request on.
    pub fn behave(&self, behaviour: Behaviour) {
        self.script.send_modify(|script| script.behaviour = behaviour);
    }

    /// Has so many people from the next request on.
    pub fn set_people(&self, people: u32) {
        self.script.send_modify(|script| script.people = people);
    }

    /// Number of connections that came so far.
    pub fn connections(&self) -> usize {
        self.counters.connections.load(Ordering::Relaxed)
    }

    /// Number of open connections.
    pub fn open_connections(&self) -> usize {
        self.counters.open.load(Ordering::Relaxed)
    }

    /// Number of bytes that were sent so far, before any TLS, over all connections.
    pub fn bytes_sent(&self) -> u64 {
        self.counters.bytes.load(Ordering::Relaxed)
    }
}

impl Drop for Hostile {
    fn drop(&mut self) {
        self.task.abort();
    }
}

#[derive(Clone)]
struct Server {
    tls: Option<TlsAcceptor>,
    scripts: watch::Receiver<Script>,
    counters: Arc<Counters>,
}

impl Server {
    async fn serve(self, listener: TcpListener) {
        listener::serve(listener, |stream| {
            self.counters.connections.fetch_add(1, Ordering::Relaxed);
            self.counters.open.fetch_add(1, Ordering::Relaxed);
            let server = self.clone();
            async move {
                // A client that hangs up is what most behaviours are for.
                let _ = server.connection(stream).await;
                server.counters.open.fetch_sub(1, Ordering::Relaxed);
            }
        })
        .await;
    }

    async fn connection(&self, stream: TcpStream) -> std::io::Result<()> {
        match &self.tls {
            Some(tls) => {
                let stream = tls.accept(stream).await?;
                self.talk(stream).await
            }
            None => self.talk(stream).await,
        }
    }

    async fn talk(&self, mut stream: impl AsyncRead + AsyncWrite + Unpin) -> std::io::Result<()> {
        while let Some(request) = ber::read(&mut stream).await {
            let script = self.scripts.borrow().clone();
            if script.behaviour == Behaviour::Silent {
                return std::future::pending().await;
            }
            let mut answers = Answers {
                out: Counted {
                    stream: &mut stream,
                    bytes: &self.counters.bytes,
                },
                script: &script,
                id: request.id,
            };
            match request.operation {
                Operation::Bind => answers.bind().await?,
                Operation::Search(search) => answers.search(&search).await?,
                Operation::Extended => answers.extended().await?,
                Operation::Unanswered => {}
            }
        }
        stream.shutdown().await
    }
}

/// A stream that counts what is written.
struct Counted<'a, S> {
    stream: &'a mut S,
    bytes: &'a AtomicU64,
}

impl<S: AsyncWrite + Unpin> Counted<'_, S> {
    async fn send(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.stream.write_all(bytes).await?;
        self.bytes.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        self.stream.flush().await
    }
}

fn acceptor(authority: &Authority, address: SocketAddr, behaviour: Behaviour) -> Result<TlsAcceptor> {
    let name = format!("hostile-{}-{}", address.ip(), address.port());
    let identity = authority.sign_server(&name, &[], &[address.ip()])?;
    let failed = |why: String| Error::Certificate {
        what: name.clone(),
        why,
    };
    let certificate = CertificateDer::from_pem_slice(identity.certificate_pem()?.as_bytes())
        .map_err(|error| failed(error.to_string()))?;
    let key = PrivateKeyDer::from_pem_slice(identity.key_pem()?.as_bytes())
        .map_err(|error| failed(error.to_string()))?;
    let length = if behaviour == Behaviour::HugeCertificates {
        LONG_CHAIN
    } else {
        1
    };
    let config = rustls::ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![certificate; length], key)
        .map_err(|error| failed(error.to_string()))?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}
