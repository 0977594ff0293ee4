//! The search base of a tenant that named none, from the root DSE.

use ldap3::Scope;

use super::{
    connection::Connection,
    entry::Entry,
    search::{ANY, Query},
};
use crate::error::{Operation, ReadError};

const DEFAULT_NAMING_CONTEXT: &str = "defaultNamingContext";
const NAMING_CONTEXTS: &str = "namingContexts";

/// `defaultNamingContext`, else the first of `namingContexts`.
pub(crate) async fn search_base(connection: &mut Connection) -> Result<String, ReadError> {
    let attributes = [DEFAULT_NAMING_CONTEXT.to_owned(), NAMING_CONTEXTS.to_owned()];
    let query = Query {
        base: "",
        scope: Scope::Base,
        filter: ANY,
        attributes: &attributes,
        operation: Operation::RootDse,
    };
    connection
        .entry(query)
        .await?
        .as_ref()
        .and_then(named_base)
        .ok_or(ReadError::NoSearchBase)
}

/// The base that an answered root DSE names.
pub(crate) fn named_base(root: &Entry) -> Option<String> {
    root.values(DEFAULT_NAMING_CONTEXT)
        .chain(root.values(NAMING_CONTEXTS))
        .filter_map(|value| std::str::from_utf8(value).ok())
        .find(|base| !base.is_empty())
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::entry::Attribute;

    fn root(attributes: &[(&str, &[&str])]) -> Entry {
        let attributes = attributes
            .iter()
            .map(|(name, values)| Attribute {
                description: (*name).to_owned(),
                range: None,
                values: values.iter().map(|value| value.as_bytes().to_vec()).collect(),
            })
            .collect();
        Entry {
            dn: String::new(),
            attributes,
        }
    }

    #[test]
    fn the_default_naming_context_comes_before_the_first_of_all() {
        let both = root(&[
            ("namingContexts", &["dc=a", "dc=b"]),
            ("DefaultNamingContext", &["dc=b"]),
        ]);
        assert_eq!(named_base(&both).as_deref(), Some("dc=b"));
        assert_eq!(
            named_base(&root(&[("namingContexts", &["dc=a", "dc=b"])])).as_deref(),
            Some("dc=a")
        );
    }

    #[test]
    fn an_empty_naming_context_is_no_base() {
        assert_eq!(
            named_base(&root(&[("namingContexts", &["", "o=x"])])).as_deref(),
            Some("o=x")
        );
        assert_eq!(named_base(&root(&[("namingContexts", &[""])])), None);
        assert_eq!(named_base(&root(&[])), None);
    }
}
