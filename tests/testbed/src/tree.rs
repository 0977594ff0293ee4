//! A scripted directory whose tree is unusual: without one root, in parts, or with parts that only other servers have.
//! It speaks LDAP in clear, or in TLS to clients with a certificate, and takes any bind unless it is told to refuse.
//!
//! ```no_run
//! # use rollcall_testbed::tree::Tree;
//! # async fn example() -> rollcall_testbed::Result<()> {
//! let tree = Tree::new()
//!     .context("O=East")
//!     .entry("CN=ann,O=East", &[("proxyAddresses", b"SMTP:ann@corp.example")])
//!     .start()
//!     .await?;
//! // Point a tenant at `tree.address()`, in plaintext, with any user name and password.
//! # Ok(()) }
//! ```

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use rustls::SupportedProtocolVersion;
use tokio::{
    io::{AsyncRead, AsyncWrite, AsyncWriteExt as _},
    net::TcpListener,
    task::JoinHandle,
};
use tokio_rustls::TlsAcceptor;

use crate::{
    certificates::Authority,
    error::{Doing as _, Result},
    hostile::ber::{self, Operation, Request, Search},
    listener, place,
};

pub use rustls::version;

/// Values of an attribute in one answer.
const RANGE: usize = 1_500;
const SUCCESS: u8 = 0;
const REFERRAL: u8 = 10;
const NO_SUCH_OBJECT: u8 = 32;
const INVALID_DN_SYNTAX: u8 = 34;

/// Attributes with their values.
type Attributes = Vec<(String, Vec<Vec<u8>>)>;

/// What a scripted directory holds.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    root_dse: Attributes,
    /// Names at which a search may begin, besides those of the entries.
    contexts: Vec<String>,
    entries: Vec<(String, Attributes)>,
    references: Vec<(String, String)>,
    elsewhere: Vec<(String, String)>,
    refusal: Option<(u8, String)>,
}

impl Tree {
    /// An empty tree.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// With a value of an attribute of the root DSE.
    #[must_use]
    pub fn root_dse(mut self, attribute: &str, value: &[u8]) -> Self {
        put(&mut self.root_dse, attribute, value);
        self
    }

    /// With a naming context, which the root DSE names. An empty one is the root, from which all is found.
    #[must_use]
    pub fn context(self, name: &str) -> Self {
        self.root_dse("namingContexts", name.as_bytes()).base(name)
    }

    /// With a name at which a search may begin.
    #[must_use]
    pub fn base(mut self, name: &str) -> Self {
        self.contexts.push(name.to_owned());
        self
    }

    /// With an entry.
    #[must_use]
    pub fn entry(mut self, dn: &str, values: &[(&str, &[u8])]) -> Self {
        let mut attributes = Attributes::new();
        for (attribute, value) in values {
            put(&mut attributes, attribute, value);
        }
        self.entries.push((dn.to_owned(), attributes));
        self
    }

    /// With a search reference to `url`, which every search of the subtree of `base` is answered.
    #[must_use]
    pub fn reference(mut self, base: &str, url: &str) -> Self {
        self.references.push((base.to_owned(), url.to_owned()));
        self
    }

    /// With a base that only another server has: a search of it is referred to `url`.
    #[must_use]
    pub fn elsewhere(mut self, base: &str, url: &str) -> Self {
        self.elsewhere.push((base.to_owned(), url.to_owned()));
        self
    }

    /// Refuses every bind with a result code and a diagnostic message.
    #[must_use]
    pub fn refusing(mut self, code: u8, said: &str) -> Self {
        self.refusal = Some((code, said.to_owned()));
        self
    }

    /// Starts the directory, on a loopback address of its own.
    pub async fn start(self) -> Result<TreeServer> {
        self.listen(0, None).await
    }

    /// The same, on the port of another one: hosts of one tenant share it.
    pub async fn start_beside(self, other: &TreeServer) -> Result<TreeServer> {
        self.listen(other.address.port(), None).await
    }

    /// Starts it in TLS of one version, with a certificate of `authority`, for clients that show one of the same.
    pub async fn start_for_clients_of(
        self,
        authority: &Authority,
        version: &'static SupportedProtocolVersion,
    ) -> Result<TreeServer> {
        self.listen(0, Some((authority, version))).await
    }

    async fn listen(
        self,
        port: u16,
        tls: Option<(&Authority, &'static SupportedProtocolVersion)>,
    ) -> Result<TreeServer> {
        let ip = place::loopback_address()?;
        let listener = TcpListener::bind((ip, port))
            .await
            .doing(|| format!("start a scripted directory on {ip}"))?;
        let address = listener
            .local_addr()
            .doing(|| "start a scripted directory".to_owned())?;
        let tls = match tls {
            None => None,
            Some((authority, version)) => Some(authority.demanding(address.ip(), version)?.into()),
        };
        let state = Arc::new(Mutex::new(State {
            tree: self,
            searched: Vec::new(),
            binds: 0,
        }));
        let task = tokio::spawn(serve(listener, tls, Arc::clone(&state)));
        Ok(TreeServer { address, state, task })
    }

    fn answer(&self, id: u32, search: &Search) -> Vec<u8> {
        let base = search.base.as_str();
        if base.is_empty() && search.only_base {
            return [ber::entry(id, "", &self.root_dse), ber::page_done(id, b"")].concat();
        }
        if base.contains('\0') {
            return ber::refusal(id, INVALID_DN_SYNTAX, "", &[]);
        }
        let referrals: Vec<_> = urls(&self.elsewhere, base).collect();
        if !referrals.is_empty() {
            return ber::refusal(id, REFERRAL, "", &referrals);
        }
        let is = |name: &String| name.eq_ignore_ascii_case(base);
        if !self
            .contexts
            .iter()
            .chain(self.entries.iter().map(|(dn, _)| dn))
            .any(is)
        {
            return ber::refusal(id, NO_SUCH_OBJECT, self.matched(base), &[]);
        }
        let found = self
            .entries
            .iter()
            .filter(|(dn, _)| is(dn) || !search.only_base && is_below(dn, base))
            .map(|(dn, attributes)| ber::entry(id, dn, &in_ranges(attributes, search)));
        let mut answer: Vec<_> = found.collect();
        if !search.only_base {
            answer.extend(urls(&self.references, base).map(|url| ber::reference(id, &url)));
        }
        answer.push(ber::page_done(id, b""));
        answer.concat()
    }

    /// The longest context that a name lies in.
    fn matched(&self, name: &str) -> &str {
        let above = self.contexts.iter().filter(|context| is_below(name, context));
        above
            .max_by_key(|context| context.len())
            .map_or("", String::as_str)
    }
}

fn put(attributes: &mut Attributes, attribute: &str, value: &[u8]) {
    match attributes.iter_mut().find(|(name, _)| name == attribute) {
        Some((_, values)) => values.push(value.to_vec()),
        None => attributes.push((attribute.to_owned(), vec![value.to_vec()])),
    }
}

/// The attributes as Active Directory answers them: at most so many values of each, the others when they are asked for by
/// their range (MS-ADTS 3.1.1.3.1.3.3).
fn in_ranges(attributes: &Attributes, search: &Search) -> Attributes {
    let in_range = |(name, values): &(String, Vec<Vec<u8>>)| {
        if values.len() <= RANGE {
            return (name.clone(), values.clone());
        }
        let asked = search.attributes.iter().find_map(|asked| {
            let range = asked.strip_prefix(name.as_str())?.strip_prefix(";range=")?;
            range.split('-').next()?.parse::<usize>().ok()
        });
        let first = asked.unwrap_or(0).min(values.len());
        let end = values.len().min(first + RANGE);
        let last = if end == values.len() {
            "*".to_owned()
        } else {
            (end - 1).to_string()
        };
        (
            format!("{name};range={first}-{last}"),
            values[first..end].to_vec(),
        )
    };
    attributes.iter().map(in_range).collect()
}

fn urls<'a>(of: &'a [(String, String)], base: &'a str) -> impl Iterator<Item = String> + 'a {
    of.iter()
        .filter(|(name, _)| name.eq_ignore_ascii_case(base))
        .map(|(_, url)| url.clone())
}

/// True if a name, as the script writes it, is below another.
fn is_below(dn: &str, base: &str) -> bool {
    let (dn, base) = (dn.to_ascii_lowercase(), base.to_ascii_lowercase());
    base.is_empty() || dn.strip_suffix(&base).is_some_and(|above| above.ends_with(','))
}

/// A running scripted directory. It ends, with all its connections, when it is dropped.
#[derive(Debug)]
pub struct TreeServer {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
    task: JoinHandle<()>,
}

/// What a directory holds now, and what it was asked.
#[derive(Debug)]
struct State {
    tree: Tree,
    searched: Vec<String>,
    binds: usize,
}

impl TreeServer {
    /// The address on which it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Holds another tree from the next request on.
    pub fn become_tree(&self, tree: Tree) {
        locked(&self.state).tree = tree;
    }

    /// The bases of all searches so far, in their order; the root DSE's is empty.
    pub fn searched(&self) -> Vec<String> {
        locked(&self.state).searched.clone()
    }

    /// Number of binds so far, refused or not.
    pub fn binds(&self) -> usize {
        locked(&self.state).binds
    }
}

impl Drop for TreeServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn locked(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn serve(listener: TcpListener, tls: Option<TlsAcceptor>, state: Arc<Mutex<State>>) {
    listener::serve(listener, |stream| {
        let (tls, state) = (tls.clone(), Arc::clone(&state));
        async move {
            match tls {
                None => talk(stream, &state).await,
                Some(tls) => {
                    if let Ok(stream) = tls.accept(stream).await {
                        talk(stream, &state).await;
                    }
                }
            }
        }
    })
    .await;
}

async fn talk(mut stream: impl AsyncRead + AsyncWrite + Unpin, state: &Mutex<State>) {
    while let Some(request) = ber::read(&mut stream).await {
        let Some(answer) = locked(state).answer(request) else {
            continue;
        };
        if stream.write_all(&answer).await.is_err() {
            return;
        }
    }
}

impl State {
    fn answer(&mut self, request: Request) -> Option<Vec<u8>> {
        let id = request.id;
        Some(match request.operation {
            Operation::Bind => {
                self.binds += 1;
                let (code, said) = self
                    .tree
                    .refusal
                    .as_ref()
                    .map_or((SUCCESS, ""), |(code, said)| (*code, said));
                ber::message(id, ber::result(0x61, code, said))
            }
            Operation::Search(search) => {
                let answer = self.tree.answer(id, &search);
                self.searched.push(search.base);
                answer
            }
            // It knows neither StartTLS nor "Who am I?".
            Operation::Extended => ber::message(id, ber::result(0x78, 2, "")),
            Operation::Unanswered => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_below_a_base_is_told_by_whole_steps() {
        for base in ["", "DC=corp", "ou=a,dc=CORP"] {
            assert!(is_below("CN=x,OU=a,DC=corp", base), "{base}");
        }
        for base in ["DC=xcorp", "OU=a", "CN=x,OU=a,DC=corp"] {
            assert!(!is_below("CN=x,OU=a,DC=corp", base), "{base}");
        }
    }
}
