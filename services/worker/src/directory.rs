//! Reads one tenant's directory: from host names to objects with claims.
//!
//! Whatever a server sends is bounded before it is parsed, and a read either comes to its end or is an error:
//! every result code is looked at, no referral is followed, and nothing here grows with the directory.

pub mod collect;
pub mod frame;
pub mod guard;
pub mod limits;
pub mod target;
pub mod tls;

#[cfg(test)]
pub(crate) mod ber;
mod bind;
pub(crate) mod connection;
mod credit;
pub(crate) mod dial;
pub(crate) mod entry;
mod identity;
mod message;
pub(crate) mod pages;
pub(crate) mod ranges;
pub(crate) mod root_dse;
#[cfg(test)]
pub(crate) mod script;
pub(crate) mod search;
mod starttls;

#[cfg(test)]
mod tests;

use ldap3::Scope;

use crate::{
    error::{Operation, ReadError},
    network::Networks,
};
use collect::Collector;
use connection::Connection;
use dial::Dialler;
use limits::Limits;
use pages::Pages;
use search::{Item, Page, Query};
use target::{Security, Target};
use tls::{SystemRoots, Trust};

/// What the names of entries that are to be read again may take.
const MAX_PARTIAL_BYTES: usize = 4 * 1024 * 1024;

/// Reads directories.
#[derive(Debug)]
pub struct Reader {
    /// Where it may connect.
    pub networks: Networks,
    /// What it accepts.
    pub limits: Limits,
    /// Whether a connection without any protection may be made.
    pub allow_plaintext: bool,
    /// Whom it trusts for tenants without authorities of their own.
    pub system_roots: SystemRoots,
}

/// What a complete read met, beside the objects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Met {
    /// Search references and referrals.
    pub references: u64,
    /// The host and address that answered.
    pub server: String,
    /// Names the server among those that hold the same directory.
    pub server_id: String,
}

impl Reader {
    /// Reads all that `target` answers, into `collector`. An error means that the read is incomplete.
    pub async fn read(
        &self,
        target: &Target,
        password: &str,
        collector: &mut Collector,
    ) -> Result<Met, ReadError> {
        if target.security == Security::Plaintext && !self.allow_plaintext {
            return Err(ReadError::PlaintextNotAllowed);
        }
        let trust = Trust::new(&target.ca_certificates_pem, &self.system_roots)?;
        let dialler = Dialler {
            networks: &self.networks,
            limits: &self.limits,
            trust,
        };
        let mut connection = dialler.open(target, password).await?;
        let server = connection.server().to_string();
        let server_id = connection.server().address.to_string();
        match self.read_all(&mut connection, target, collector).await {
            Ok(references) => {
                connection.close().await;
                Ok(Met {
                    references,
                    server,
                    server_id,
                })
            }
            Err(error) => Err(error.at(&server)),
        }
    }

    async fn read_all(
        &self,
        connection: &mut Connection,
        target: &Target,
        collector: &mut Collector,
    ) -> Result<u64, ReadError> {
        let base = match target.base.as_str() {
            "" => root_dse::search_base(connection).await?,
            base => base.to_owned(),
        };
        let query = Query {
            base: &base,
            scope: Scope::Subtree,
            filter: &target.filter,
            attributes: &target.requested,
            operation: Operation::Search,
        };
        let mut pages = Pages::default();
        let mut references = 0;
        loop {
            let page = Page {
                size: self.limits.page_size,
                cookie: pages.cookie().to_vec(),
            };
            let ended = read_page(connection, query, page, &mut pages, collector).await?;
            references += ended.references;
            // They are read again only now: their connection was busy with the page.
            for dn in ended.partial {
                let entry = ranges::whole(connection, &dn, query.attributes).await?;
                collector.add(&entry).await?;
            }
            if !pages.turn(ended.cookie)? {
                return Ok(references);
            }
        }
    }
}

struct PageEnd {
    cookie: Vec<u8>,
    references: u64,
    /// Entries with more values than one answer holds.
    partial: Vec<String>,
}

async fn read_page(
    connection: &mut Connection,
    query: Query<'_>,
    page: Page,
    pages: &mut Pages,
    collector: &mut Collector,
) -> Result<PageEnd, ReadError> {
    let mut end = PageEnd {
        cookie: Vec::new(),
        references: 0,
        partial: Vec::new(),
    };
    let mut partial_bytes = 0;
    let mut results = connection.search(query, Some(page)).await?;
    loop {
        match results.next().await? {
            Item::Entry(entry) => {
                pages.see(&entry.dn);
                if entry.is_partial() {
                    partial_bytes += entry.dn.len();
                    if partial_bytes > MAX_PARTIAL_BYTES {
                        return Err(ReadError::Limit("entries with values in ranges".to_owned()));
                    }
                    end.partial.push(entry.dn);
                } else {
                    collector.add(&entry).await?;
                }
            }
            Item::Reference => end.references += 1,
            Item::Done(done) => {
                end.cookie = done.cookie;
                end.references += done.references;
                return Ok(end);
            }
        }
    }
}
