//! Description of a server in its own root DSE.

use ldap3::Scope;
use rollcall_domain::{escape_bytes, failure::FailureCode};

use super::{
    connection::Connection,
    entry::Entry,
    error::{DirectoryError, Operation},
    excerpt::excerpt,
    search::{ANY, Query},
};

#[cfg(test)]
mod tests;

const DEFAULT_NAMING_CONTEXT: &str = "defaultNamingContext";
const NAMING_CONTEXTS: &str = "namingContexts";
const DS_SERVICE_NAME: &str = "dsServiceName";

/// The attributes that decide on a read.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct RootDse {
    /// Base of a search without one in the settings.
    pub base: Option<String>,
    /// `dsServiceName`: names a domain controller among its peers. Only Active Directory has it (MS-ADTS 3.1.1.3.2.5).
    pub service: Option<String>,
}

impl RootDse {
    /// Asks the server.
    pub(super) async fn ask(connection: &mut Connection) -> Result<Self, DirectoryError> {
        let root = root(connection, &deciding()).await?;
        Ok(root.as_ref().map(Self::from).unwrap_or_default())
    }

    /// Asks a server that need not answer, because a search base is set.
    pub(super) async fn ask_if_shown(connection: &mut Connection) -> Result<Self, DirectoryError> {
        Ok(Self::from(&root_if_shown(connection, &deciding()).await?))
    }
}

impl From<&Entry> for RootDse {
    fn from(root: &Entry) -> Self {
        Self {
            base: named_base(root),
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
    shown(root(connection, attributes).await)
}

async fn root(connection: &mut Connection, attributes: &[String]) -> Result<Option<Entry>, DirectoryError> {
    let query = Query {
        base: "",
        scope: Scope::Base,
        filter: ANY,
        attributes,
        operation: Operation::RootDse,
    };
    connection.entry(query).await
}

fn shown(answered: Result<Option<Entry>, DirectoryError>) -> Result<Entry, DirectoryError> {
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

/// `defaultNamingContext`, otherwise the first of `namingContexts`.
pub(crate) fn named_base(root: &Entry) -> Option<String> {
    root.values(DEFAULT_NAMING_CONTEXT)
        .chain(root.values(NAMING_CONTEXTS))
        .filter_map(|value| std::str::from_utf8(value).ok())
        .find(|base| !base.is_empty())
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
