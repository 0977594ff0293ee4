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

/// Reads an entry that came in part again, with all its values. `None`: it is gone.
pub(super) async fn whole(
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
    let incomplete = || {
        ReadError::Incomplete(format!(
            "the server does not go on with the values of {}",
            attribute.description
        ))
    };
    let expected = attribute
        .range
        .and_then(|range| range.last)
        .map(|last| last.saturating_add(1));
    let more = answer
        .into_iter()
        .flat_map(|entry| entry.attributes)
        .find(|more| more.description.eq_ignore_ascii_case(&attribute.description) && more.range.is_some())
        .ok_or_else(incomplete)?;
    match more.range {
        Some(ValueRange { first, last })
            if Some(first) == expected && last.is_none_or(|last| last >= first) => {}
        _ => return Err(incomplete()),
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
