//! Attributes with more values than one answer holds: `proxyAddresses;range=0-1499` and what follows.

use ldap3::Scope;

use super::{
    connection::Connection,
    entry::{Attribute, Entry, ValueRange},
    search::{ANY, Query},
};
use crate::error::{Operation, ReadError};

#[cfg(test)]
mod tests;

/// Reads an entry that came in part again, with all its values. One that is gone meanwhile may have moved to where
/// the search has passed already: the read is incomplete without it.
pub(crate) async fn whole(
    connection: &mut Connection,
    dn: &str,
    attributes: &[String],
) -> Result<Entry, ReadError> {
    whole_if_there(connection, dn, attributes)
        .await?
        .ok_or_else(|| ReadError::Incomplete(format!("{dn} went away before all its values were read")))
}

/// Reads an entry with all its values; `None` if it is gone.
pub(crate) async fn whole_if_there(
    connection: &mut Connection,
    dn: &str,
    attributes: &[String],
) -> Result<Option<Entry>, ReadError> {
    let query = Query {
        base: dn,
        scope: Scope::Base,
        filter: ANY,
        attributes,
        operation: Operation::Search,
    };
    let Some(mut entry) = connection.entry(query).await? else {
        return Ok(None);
    };
    for attribute in &mut entry.attributes {
        if attribute
            .range
            .is_some_and(|range| !holds(range, 0, &attribute.values))
        {
            return Err(does_not_go_on(attribute));
        }
        while let Some(next) = next_range(attribute) {
            let attributes = [next];
            let query = Query {
                attributes: &attributes,
                ..query
            };
            let more = connection.entry(query).await?;
            extend(attribute, more, connection.limits.values)?;
        }
    }
    Ok(Some(entry))
}

/// What to ask for next, if values are missing.
fn next_range(attribute: &Attribute) -> Option<String> {
    let last = attribute.range?.last?;
    Some(format!(
        "{};range={}-*",
        attribute.description,
        last.saturating_add(1)
    ))
}

/// Adds the values of the answer to that.
fn extend(attribute: &mut Attribute, answer: Option<Entry>, limit: usize) -> Result<(), ReadError> {
    let more = answer
        .into_iter()
        .flat_map(|entry| entry.attributes)
        .find(|more| more.description.eq_ignore_ascii_case(&attribute.description) && more.range.is_some())
        .ok_or_else(|| does_not_go_on(attribute))?;
    if !more
        .range
        .is_some_and(|range| holds(range, attribute.values.len(), &more.values))
    {
        return Err(does_not_go_on(attribute));
    }
    attribute.range = more.range;
    attribute.values.extend(more.values);
    if attribute.values.len() > limit {
        return Err(ReadError::Limit(format!(
            "{} values of {}",
            attribute.values.len(),
            attribute.description
        )));
    }
    Ok(())
}

/// Whether these are all the values that a range from `first` on promises.
fn holds(range: ValueRange, first: usize, values: &[Vec<u8>]) -> bool {
    range.first == first
        && range.last.is_none_or(|last| {
            last.checked_sub(first)
                .is_some_and(|further| further.checked_add(1) == Some(values.len()))
        })
}

fn does_not_go_on(attribute: &Attribute) -> ReadError {
    ReadError::Incomplete(format!(
        "the server does not go on with the values of {}",
        attribute.description
    ))
}
