//! The attributes that a server knows, by its schema.

use std::collections::BTreeSet;

use ldap3::Scope;
use rollcall_domain::dn::Dn;

use crate::source::ldap::{
    connection::Connection,
    entry::Entry,
    error::{DirectoryError, Operation},
    search::{Item, Query},
};

#[cfg(test)]
mod tests;

/// Attributes of the root DSE that lead to the schema.
pub(super) const ATTRIBUTES: [&str; 2] = [SEARCHABLE, SUBENTRY];
const SEARCHABLE: &str = "schemaNamingContext";
const SUBENTRY: &str = "subschemaSubentry";
const NAME: &str = "lDAPDisplayName";
const DEFINITIONS: &str = "attributeTypes";
/// Every schema has it (RFC 4512 section 3.3): one that does not show it is not shown.
const IN_EVERY_SCHEMA: &str = "objectClass";
/// Attributes that are asked for at a time.
const MOST: usize = 64;

/// Where a server shows its schema.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Schema {
    /// Each attribute is an entry below this one, as in Active Directory.
    Searchable(String),
    /// All attributes stand in this entry (RFC 4512 section 4.2).
    Entry(String),
}

impl Schema {
    /// As the root DSE says.
    pub(super) fn of(root: &Entry) -> Option<Self> {
        let first = |attribute| {
            let value = root.values(attribute).next()?;
            let name = std::str::from_utf8(value).ok()?;
            Dn::parse(name)
                .is_ok_and(|dn| !dn.is_root())
                .then(|| name.to_owned())
        };
        first(SEARCHABLE)
            .map(Self::Searchable)
            .or_else(|| first(SUBENTRY).map(Self::Entry))
    }

    /// The names of attributes that the schema has, in lower case: at least those among `wanted`. None if the server
    /// refuses to show it.
    pub(super) async fn known(
        &self,
        wanted: &[&str],
        connection: &mut Connection,
    ) -> Result<BTreeSet<String>, DirectoryError> {
        let known = match self {
            Self::Searchable(base) => searched(base, wanted, connection).await,
            Self::Entry(base) => all(base, connection).await,
        };
        match known {
            Err(DirectoryError::Refused { .. }) => Ok(BTreeSet::new()),
            known => known,
        }
    }

    /// Those of `names` that the schema lacks; none if the server does not show its schema whole. Of many names, the first
    /// are looked for.
    pub(super) async fn lacks<'n>(
        &self,
        names: impl IntoIterator<Item = &'n str>,
        connection: &mut Connection,
    ) -> Result<Vec<&'n str>, DirectoryError> {
        let mut wanted: Vec<&str> = Vec::new();
        for name in names {
            if wanted.len() < MOST && !wanted.iter().any(|other| other.eq_ignore_ascii_case(name)) {
                wanted.push(name);
            }
        }
        let asked: Vec<_> = wanted.iter().copied().chain([IN_EVERY_SCHEMA]).collect();
        let known = self.known(&asked, connection).await?;
        if !known.contains(&IN_EVERY_SCHEMA.to_ascii_lowercase()) {
            return Ok(Vec::new());
        }
        wanted.retain(|name| !known.contains(&name.to_ascii_lowercase()));
        Ok(wanted)
    }
}

/// The names among `wanted` of entries below `base`, in lower case.
async fn searched(
    base: &str,
    wanted: &[&str],
    connection: &mut Connection,
) -> Result<BTreeSet<String>, DirectoryError> {
    let conditions: Vec<_> = wanted.iter().map(|name| format!("({NAME}={name})")).collect();
    let attributes = [NAME.to_owned()];
    let query = Query {
        base,
        scope: Scope::OneLevel,
        filter: &format!("(|{})", conditions.concat()),
        attributes: &attributes,
        operation: Operation::Search,
    };
    let mut known = BTreeSet::new();
    let mut results = connection.search(query, None).await?;
    loop {
        match results.next().await? {
            Item::Entry(entry) if known.len() <= MOST => {
                known.extend(entry.values(NAME).map(lower_case));
            }
            Item::Entry(_) | Item::Reference(_) => {}
            Item::Done(_) => return Ok(known),
        }
    }
}

/// The names of all attributes that are defined in the entry `base`, in lower case.
async fn all(base: &str, connection: &mut Connection) -> Result<BTreeSet<String>, DirectoryError> {
    let attributes = [DEFINITIONS.to_owned()];
    let query = Query::entry(base, &attributes);
    let schema = connection.entry(query).await?;
    let mut known = BTreeSet::new();
    if let Some(schema) = schema.filter(is_whole) {
        for definition in schema.values(DEFINITIONS) {
            known.extend(names(&String::from_utf8_lossy(definition)));
        }
    }
    Ok(known)
}

/// False if only a range of the definitions came.
fn is_whole(schema: &Entry) -> bool {
    schema
        .attributes
        .iter()
        .all(|attribute| attribute.range.is_none())
}

/// The names in a definition (RFC 4512 section 4.1.2), in lower case.
fn names(definition: &str) -> impl Iterator<Item = String> {
    let (_, rest) = definition.split_once("NAME").unwrap_or_default();
    let several = rest.trim_start().strip_prefix('(');
    let (quoted, most) = match several {
        Some(list) => (list.split(')').next().unwrap_or_default(), usize::MAX),
        None => (rest, 1),
    };
    let quoted = quoted.split('\'').skip(1).step_by(2).take(most);
    quoted.map(str::to_ascii_lowercase)
}

fn lower_case(value: &[u8]) -> String {
    String::from_utf8_lossy(value).to_ascii_lowercase()
}
