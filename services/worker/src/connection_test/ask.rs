//! A search with few expectations: its names are gathered, and a refusal is an answer too.

use rollcall_domain::ldap;

use crate::source::ldap::{
    bounds::Excess,
    connection::Connection,
    error::DirectoryError,
    oid,
    search::{Item, Query},
};

/// The answer to a small search.
#[derive(Debug, Default)]
pub(super) struct SearchAnswer {
    /// The entries.
    pub(super) names: Vec<String>,
    /// The result, if it is none of success.
    pub(super) refusal: Option<DirectoryError>,
}

impl SearchAnswer {
    /// No answer, but an error.
    pub(super) fn refused(error: DirectoryError) -> Self {
        Self {
            refusal: Some(error),
            ..Self::default()
        }
    }

    /// The result code (RFC 4511 section 4.1.9).
    pub(super) fn code(&self) -> u32 {
        match self.refusal {
            Some(DirectoryError::Refused { code, .. }) => code,
            _ => ldap::SUCCESS,
        }
    }
}

/// Asks for attributes without values.
pub(super) fn names_alone() -> [String; 1] {
    [oid::NO_ATTRIBUTES.to_owned()]
}

/// Searches for at most so many entries.
pub(super) async fn ask(
    connection: &mut Connection,
    query: Query<'_>,
    most: usize,
) -> Result<SearchAnswer, DirectoryError> {
    let mut answer = SearchAnswer::default();
    let mut results = connection.search(query, None).await?;
    loop {
        match results.next().await {
            Ok(Item::Entry(_)) if answer.names.len() == most => {
                return Err(Excess::FewEntries(most as u64).into());
            }
            Ok(Item::Entry(entry)) => answer.names.push(entry.dn),
            Ok(Item::Reference(_)) => {}
            Ok(Item::Done(_)) => return Ok(answer),
            Err(refusal @ DirectoryError::Refused { .. }) => {
                answer.refusal = Some(refusal);
                return Ok(answer);
            }
            Err(error) => return Err(error),
        }
    }
}
