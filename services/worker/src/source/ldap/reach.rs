//! How far searches reach: what they are referred to elsewhere, and the naming contexts that they do not come to.

use ldap3::{Scope, SearchOptions};
use rollcall_domain::{
    LeftOut,
    contexts::{Contexts, Nested},
    left_out::{NameCollector, is_usual_reference},
};

use super::{
    bounds::Excess,
    connection::Connection,
    error::{DirectoryError, Operation},
    oid,
    reference::shown,
    root_dse::RootDse,
    search::{Item, Query},
};

/// Entries that are looked at for the tops of naming contexts: other entries may have the same relative name.
const MOST_ENTRIES: i32 = 1_000;
/// Seconds that a server may look for them: few index what they are looked for by.
const MOST_SECONDS: i32 = 5;

/// What searches met besides objects.
#[derive(Debug, Default)]
pub(crate) struct Reach {
    /// The number of references.
    pub(crate) met: u64,
    /// The targets of those that not every domain of Active Directory gives.
    targets: NameCollector,
    /// Naming contexts that no base covers.
    uncovered: Vec<String>,
    /// Naming contexts below the bases, as long as no entry of theirs was met.
    nested: Nested,
}

impl Reach {
    /// Of searches below `bases` in the naming contexts of a server.
    pub(crate) fn new(root: &RootDse, bases: &[String]) -> Self {
        let Contexts { uncovered, nested } = Contexts::sort(&root.contexts, bases);
        Self {
            uncovered,
            nested,
            ..Self::default()
        }
    }

    /// Notes the name of an entry that a search met.
    pub(crate) fn see(&mut self, entry: &str) {
        self.nested.see(entry);
    }

    /// Notes a reference to `target`, an LDAP URL as it is shown.
    pub(crate) fn refer(&mut self, target: String) {
        self.met += 1;
        self.nested.refer(&target);
        if !target.is_empty() && !is_usual_reference(&target) {
            self.targets.add(target);
        }
    }

    /// Looks whether searches from `bases` come to the naming contexts that no object showed. A refusal shows nothing.
    pub(crate) async fn look_below(
        &mut self,
        bases: &[String],
        connection: &mut Connection,
    ) -> Result<(), DirectoryError> {
        for base in bases {
            let Some(filter) = self.nested.filter_below(base) else {
                continue;
            };
            match self.look(base, &filter, connection).await {
                Err(DirectoryError::Refused { .. }) => {}
                looked => looked?,
            }
        }
        Ok(())
    }

    async fn look(
        &mut self,
        base: &str,
        filter: &str,
        connection: &mut Connection,
    ) -> Result<(), DirectoryError> {
        let attributes = [oid::NO_ATTRIBUTES.to_owned()];
        let query = Query {
            base,
            scope: Scope::Subtree,
            filter,
            attributes: &attributes,
            operation: Operation::Search,
        };
        let bounds = SearchOptions::new()
            .sizelimit(MOST_ENTRIES)
            .timelimit(MOST_SECONDS);
        connection.ldap.with_search_options(bounds);
        let mut results = connection.search(query, None).await?;
        let mut entries = 0;
        loop {
            match results.next().await? {
                Item::Entry(entry) => {
                    entries += 1;
                    // A server that heeds no limit is not followed to its end.
                    if entries > MOST_ENTRIES {
                        return Err(Excess::FewEntries(MOST_ENTRIES.unsigned_abs().into()).into());
                    }
                    self.nested.see(&entry.dn);
                }
                Item::Reference(target) => self.nested.refer(&target),
                Item::Done(_) => return Ok(()),
            }
        }
    }

    /// What the searches left out.
    pub(crate) fn left_out(self) -> LeftOut {
        let mut contexts = NameCollector::default();
        let unmet = self.nested.into_names();
        contexts.extend(self.uncovered.into_iter().chain(unmet).map(|name| shown(&name)));
        LeftOut {
            contexts: contexts.finish(),
            references: self.targets.finish(),
        }
    }
}
