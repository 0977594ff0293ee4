//! Description of a server in its own root DSE.

use rollcall_domain::{escape_bytes, failure::FailureCode};

use super::{
    connection::Connection,
    entry::Entry,
    error::{DirectoryError, Operation},
    excerpt::excerpt,
    reference::shown,
    search::Query,
};

#[cfg(test)]
mod tests;

const DEFAULT_NAMING_CONTEXT: &str = "defaultNamingContext";
const NAMING_CONTEXTS: &str = "namingContexts";
const DS_SERVICE_NAME: &str = "dsServiceName";

/// The attributes that decide on a read.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct RootDse {
    /// `defaultNamingContext`.
    pub default_context: Option<String>,
    /// `namingContexts`.
    pub contexts: Vec<String>,
    /// `dsServiceName`: names a domain controller among its peers. Only Active Directory has it (MS-ADTS 3.1.1.3.2.5).
    pub service: Option<String>,
}

impl RootDse {
    /// Asks the server.
    pub(super) async fn ask(connection: &mut Connection) -> Result<Self, DirectoryError> {
        let root = root(connection, &deciding()).await?;
        Ok(root.as_ref().map(Self::from).unwrap_or_default())
    }

    /// The base of the directory's own choice: its default naming context, otherwise its only one.
    pub(crate) fn own_base(&self) -> Option<&str> {
        match (&self.default_context, &self.contexts[..]) {
            (Some(default), _) => Some(default),
            (None, [only]) => Some(only),
            (None, _) => None,
        }
    }

    /// The bases to search: those that are given, otherwise the directory's own.
    pub(crate) fn bases(&self, given: &[String]) -> Result<Vec<String>, DirectoryError> {
        if !given.is_empty() {
            return Ok(given.to_vec());
        }
        match self.own_base() {
            Some(own) => Ok(vec![own.to_owned()]),
            None => Err(DirectoryError::NoSearchBase {
                contexts: self.contexts.iter().map(|name| shown(name)).collect(),
            }),
        }
    }

    /// A refusal of a search at `base`, with what is known of where to search instead.
    pub(crate) fn refused(&self, base: &str, refusal: DirectoryError) -> DirectoryError {
        match refusal {
            refusal @ DirectoryError::Refused { .. } => DirectoryError::Base {
                base: base.to_owned(),
                own: self.own_base().map(shown),
                refusal: Box::new(refusal),
            },
            error => error,
        }
    }

    /// Asks a server that need not answer, because a search base is set.
    pub(super) async fn ask_if_shown(connection: &mut Connection) -> Result<Self, DirectoryError> {
        Ok(Self::from(&root_if_shown(connection, &deciding()).await?))
    }
}

impl From<&Entry> for RootDse {
    fn from(root: &Entry) -> Self {
        Self {
            default_context: contexts(root, DEFAULT_NAMING_CONTEXT).next(),
            contexts: contexts(root, NAMING_CONTEXTS).collect(),
            service: root
                .values(DS_SERVICE_NAME)
                .find(|name| !name.is_empty())
                .map(|name| excerpt(escape_bytes(name))),
        }
    }
}

/// The root DSE with these attributes; without any if the server shows it to no account, because it can be read all the
/// same.
pub(crate) async fn root_if_shown(
    connection: &mut Connection,
    attributes: &[String],
) -> Result<Entry, DirectoryError> {
    if_shown(root(connection, attributes).await)
}

async fn root(connection: &mut Connection, attributes: &[String]) -> Result<Option<Entry>, DirectoryError> {
    let query = Query {
        operation: Operation::RootDse,
        ..Query::entry("", attributes)
    };
    connection.entry(query).await
}

fn if_shown(answered: Result<Option<Entry>, DirectoryError>) -> Result<Entry, DirectoryError> {
    let nothing = Entry {
        dn: String::new(),
        attributes: Vec::new(),
    };
    match answered {
        Ok(root) => Ok(root.unwrap_or(nothing)),
        Err(error) if is_hidden(&error) => Ok(nothing),
        Err(error) => Err(error),
    }
}

/// Attributes that a read asks for.
fn deciding() -> [String; 3] {
    [DEFAULT_NAMING_CONTEXT, NAMING_CONTEXTS, DS_SERVICE_NAME].map(str::to_owned)
}

/// The naming contexts in an attribute. A name is text: Domino, whose tree has no root, gives a single NUL byte.
fn contexts<'a>(root: &'a Entry, attribute: &'a str) -> impl Iterator<Item = String> {
    root.values(attribute)
        .filter_map(|value| std::str::from_utf8(value).ok())
        .filter(|name| !name.is_empty() && !name.chars().any(char::is_control))
        .map(str::to_owned)
}

/// True if the server refused for good to show its root DSE.
fn is_hidden(error: &DirectoryError) -> bool {
    let passes = matches!(
        error.code(),
        FailureCode::Busy | FailureCode::Unavailable | FailureCode::TimeLimit
    );
    matches!(error, DirectoryError::Refused { .. }) && !passes
}
