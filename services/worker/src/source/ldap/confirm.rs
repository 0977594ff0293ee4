//! Objects that have accounts and that a read did not meet: each is asked for by its id before it counts as missing.
//!
//! A replica that lags, an index in repair or an entry that moved while its page was turned is no deletion.

use std::fmt::Write as _;

use ldap3::Scope;
use rollcall_domain::{dn::Dn, ldap};
use uuid::Uuid;

use super::{error::DirectoryError, reach::Reach, session::Session};
use crate::source::{collect::Collector, missing::MissingIds};

#[cfg(test)]
mod tests;

/// Number of objects asked for at once. It is fewer than servers answer without paging, and makes a filter that they
/// accept.
const GROUP: usize = 100;

impl Session {
    /// Asks for each of `missing`, with the bases and the filter of the read. What is there after all goes into `found`.
    pub(super) async fn ask(
        &mut self,
        missing: &MissingIds,
        found: &mut Collector,
    ) -> Result<(), DirectoryError> {
        let bases = self.bases.clone();
        let mut ids = missing.uuids.iter().peekable();
        while ids.peek().is_some() {
            let group = ids.by_ref().take(GROUP);
            let filter = by_ids(&self.target.filter, group, self.root.service.is_some());
            for base in &bases {
                self.search(base, Scope::Subtree, &filter, found, &mut Reach::default())
                    .await?;
            }
        }
        let is_covered = |name: &&String| bases.iter().any(|base| is_within(name, base));
        for name in missing.names.iter().filter(is_covered) {
            self.ask_by_name(name, found).await?;
        }
        Ok(())
    }

    async fn ask_by_name(&mut self, name: &str, found: &mut Collector) -> Result<(), DirectoryError> {
        let filter = self.target.filter.clone();
        let mut reach = Reach::default();
        match self.search(name, Scope::Base, &filter, found, &mut reach).await {
            // Nothing has a name that the server does not take for one.
            Ok(())
            | Err(DirectoryError::Refused {
                code: ldap::NO_SUCH_OBJECT | ldap::INVALID_DN_SYNTAX,
                ..
            }) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

/// The read's own filter, and one of these ids. Every entry of Active Directory has an objectGUID; of another server it
/// is not known which attribute the id is from, and one that it does not know matches nothing (RFC 4511 section
/// 4.5.1.7).
fn by_ids<'a>(filter: &str, ids: impl Iterator<Item = &'a Uuid>, active_directory: bool) -> String {
    let mut text = format!("(&{filter}(|");
    for id in ids {
        text.push_str("(objectGUID=");
        for byte in id.to_bytes_le() {
            // Writing to a text does not fail.
            write!(text, "\\{byte:02x}").ok();
        }
        text.push(')');
        if !active_directory {
            write!(text, "(entryUUID={id})").ok();
        }
    }
    text.push_str("))");
    text
}

/// True if the search base may cover the object of this name. For a name that is not a DN to us, only the server knows.
fn is_within(name: &str, base: &str) -> bool {
    match (Dn::parse(name), Dn::parse(base)) {
        (Ok(name), Ok(base)) => name.is_within(&base),
        _ => true,
    }
}
