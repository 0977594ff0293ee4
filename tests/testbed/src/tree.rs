//! A scripted directory whose tree is unusual: without one root, in parts, or with parts that only other servers have.
//! It speaks LDAP in clear and takes any bind.
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
    sync::{Arc, Mutex, PoisonError},
};

use tokio::{
    io::AsyncWriteExt as _,
    net::{TcpListener, TcpStream},
    task::{JoinHandle, JoinSet},
};

use crate::{
    error::{Doing as _, Result},
    hostile::ber::{self, Operation, Search},
    place,
};

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

    /// Starts the directory, on a loopback address of its own.
    pub async fn start(self) -> Result<TreeServer> {
        let ip = place::loopback_address()?;
        let listener = TcpListener::bind((ip, 0))
            .await
            .doing(|| format!("start a scripted directory on {ip}"))?;
        let address = listener
            .local_addr()
            .doing(|| "start a scripted directory".to_owned())?;
        let searched = Arc::new(Mutex::new(Vec::new()));
        let task = tokio::spawn(serve(listener, Arc::new(self), Arc::clone(&searched)));
        Ok(TreeServer {
            address,
            searched,
            task,
        })
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
            .map(|(dn, attributes)| ber::entry(id, dn, attributes));
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
    searched: Arc<Mutex<Vec<String>>>,
    task: JoinHandle<()>,
}

impl TreeServer {
    /// The address on which it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The bases of all searches so far, in their order; the root DSE's is empty.
    pub fn searched(&self) -> Vec<String> {
        self.searched
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl Drop for TreeServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(listener: TcpListener, tree: Arc<Tree>, searched: Arc<Mutex<Vec<String>>>) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        connections.spawn(talk(stream, Arc::clone(&tree), Arc::clone(&searched)));
    }
}

async fn talk(mut stream: TcpStream, tree: Arc<Tree>, searched: Arc<Mutex<Vec<String>>>) {
    while let Some(request) = ber::read(&mut stream).await {
        let id = request.id;
        let answer = match request.operation {
            Operation::Bind => ber::message(id, ber::result(0x61, SUCCESS, "")),
            Operation::Search(search) => {
                let answer = tree.answer(id, &search);
                searched
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push(search.base);
                answer
            }
            // It knows neither StartTLS nor "Who am I?".
            Operation::Extended => ber::message(id, ber::result(0x78, 2, "")),
            Operation::Unanswered => continue,
        };
        if stream.write_all(&answer).await.is_err() {
            return;
        }
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
