//! A directory that answers each request as a test says, over TCP and without TLS: for what no real server can be made
//! to say.
//!
//! ```no_run
//! # use rollcall_testbed::scripted::{self, Answer, Request, Scripted};
//! # async fn example() -> rollcall_testbed::Result<()> {
//! let directory = Scripted::start(|request| match request {
//!     Request::Bind => vec![Answer::result(8, "encrypt the connection first")],
//!     Request::Search(search) => scripted::good(search, "DC=corp,DC=example", &[], 1_000),
//! })
//! .await?;
//! // Point a tenant at `directory.address()`, in plaintext, with any user name and password.
//! # Ok(()) }
//! ```

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use crate::directory::ldif::Entry;
use crate::error::{Doing as _, Result};
use crate::hostile::ber::{self, Operation};
use crate::{listener, place};

pub use crate::hostile::ber::Search;

/// A request that a test answers.
#[derive(Debug, Clone)]
pub enum Request {
    /// A bind.
    Bind,
    /// A search.
    Search(Search),
}

/// A part of the answer to a request. The last one is a result.
#[derive(Debug, Clone)]
pub enum Answer {
    /// An entry of a search.
    Entry(Entry),
    /// A search reference to this URL, of any bytes.
    Reference(Vec<u8>),
    /// The end of the answer.
    Result {
        /// The result code (RFC 4511 appendix A).
        code: u8,
        /// The server's own words, of any bytes.
        said: Vec<u8>,
        /// The cookie of the next page; empty after the last. `None`: without a control for pages.
        cookie: Option<Vec<u8>>,
    },
}

impl Answer {
    /// The end of the answer with this code.
    pub fn result(code: u8, said: impl AsRef<[u8]>) -> Self {
        Self::Result {
            code,
            said: said.as_ref().to_vec(),
            cookie: None,
        }
    }

    /// The end of a page.
    pub fn page(cookie: impl AsRef<[u8]>) -> Self {
        Self::Result {
            code: 0,
            said: Vec::new(),
            cookie: Some(cookie.as_ref().to_vec()),
        }
    }

    fn encoded(&self, id: u32, tag: u8) -> Vec<u8> {
        match self {
            Self::Entry(entry) => ber::entry(id, &entry.dn, &entry.values()),
            Self::Reference(url) => ber::message(id, ber::seq(0x73, &[ber::text(url)])),
            Self::Result { code, said, cookie } => {
                let result = ber::result(tag, *code, said);
                match cookie {
                    Some(cookie) => ber::with_cookie(id, result, cookie),
                    None => ber::message(id, result),
                }
            }
        }
    }
}

/// The answers of a good server with this base and these entries, in pages of so many.
pub fn good(search: &Search, base: &str, entries: &[Entry], page: usize) -> Vec<Answer> {
    let entry = |dn: &str, attributes: &[(&str, &str)]| {
        Answer::Entry(Entry {
            dn: dn.to_owned(),
            attributes: attributes
                .iter()
                .map(|(name, value)| ((*name).to_owned(), value.as_bytes().to_vec()))
                .collect(),
        })
    };
    match (search.only_base, search.base.as_str()) {
        (true, "") => vec![
            entry(
                "",
                &[
                    ("namingContexts", base),
                    ("supportedControl", "1.2.840.113556.1.4.319"),
                ],
            ),
            Answer::result(0, ""),
        ],
        (true, dn) => vec![entry(dn, &[("objectClass", "domain")]), Answer::result(0, "")],
        (false, _) => page_of(search, entries, page),
    }
}

fn page_of(search: &Search, entries: &[Entry], page: usize) -> Vec<Answer> {
    let number = page_number(search);
    let mut pages = entries.chunks(page).skip(number);
    let shown = pages
        .next()
        .unwrap_or_default()
        .iter()
        .cloned()
        .map(Answer::Entry);
    let cookie = pages.next().map(|_| (number + 1).to_string());
    shown.chain([Answer::page(cookie.unwrap_or_default())]).collect()
}

/// The number of the page, from 0, that a client of [`good`] asks for.
pub fn page_number(search: &Search) -> usize {
    let cookie = String::from_utf8_lossy(search.cookie.as_deref().unwrap_or_default());
    cookie.parse().unwrap_or(0)
}

type Play = Box<dyn FnMut(&Request) -> Vec<Answer> + Send>;

/// A running scripted directory, on a loopback address of its own. It ends, with all its connections, when it is
/// dropped.
#[derive(Debug)]
pub struct Scripted {
    address: SocketAddr,
    seen: Arc<Mutex<Vec<Request>>>,
    task: JoinHandle<()>,
}

impl Scripted {
    /// Starts a directory that answers requests, of all connections one after the other, as `play` says. "Who am I?"
    /// and StartTLS are refused as unknown.
    pub async fn start(play: impl FnMut(&Request) -> Vec<Answer> + Send + 'static) -> Result<Self> {
        let ip = place::loopback_address()?;
        let what = || format!("start a scripted directory on {ip}");
        let listener = TcpListener::bind((ip, 0)).await.doing(what)?;
        let address = listener.local_addr().doing(what)?;
        let seen = Arc::default();
        let server = Server {
            play: Arc::new(Mutex::new(Box::new(play))),
            seen: Arc::clone(&seen),
        };
        let task = tokio::spawn(server.serve(listener));
        Ok(Self { address, seen, task })
    }

    /// The address on which it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The binds and searches so far.
    pub fn requests(&self) -> Vec<Request> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Number of binds so far.
    pub fn binds(&self) -> usize {
        let requests = self.requests();
        requests
            .iter()
            .filter(|request| matches!(request, Request::Bind))
            .count()
    }
}

impl Drop for Scripted {
    fn drop(&mut self) {
        self.task.abort();
    }
}

#[derive(Clone)]
struct Server {
    play: Arc<Mutex<Play>>,
    seen: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    async fn serve(self, listener: TcpListener) {
        listener::serve(listener, |stream| {
            let server = self.clone();
            async move {
                // A client that hangs up needs no more answers.
                let _ = server.talk(stream).await;
            }
        })
        .await;
    }

    async fn talk(&self, mut stream: TcpStream) -> std::io::Result<()> {
        while let Some(request) = ber::read(&mut stream).await {
            let (tag, answers) = match request.operation {
                Operation::Bind => (0x61, self.answers(Request::Bind)),
                Operation::Search(search) => (0x65, self.answers(Request::Search(search))),
                Operation::Extended => (0x78, vec![Answer::result(2, "")]),
                Operation::Unanswered => continue,
            };
            let bytes: Vec<u8> = answers
                .iter()
                .flat_map(|answer| answer.encoded(request.id, tag))
                .collect();
            stream.write_all(&bytes).await?;
        }
        stream.shutdown().await
    }

    fn answers(&self, request: Request) -> Vec<Answer> {
        let answers = (self.play.lock().unwrap_or_else(PoisonError::into_inner))(&request);
        self.seen
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(request);
        answers
    }
}
