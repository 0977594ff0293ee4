//! Attributes with more values than one answer has room for: `proxyAddresses;range=0-1499` and the ranges after it.
//!
//! Only attributes that carry addresses are followed. A server can continue without end, so all values of an entry
//! together have one bound, and its ranges have one too.

use super::{
    bounds::Excess,
    connection::Connection,
    entry::{Attribute, Entry, ValueRange, too_many_values},
    error::DirectoryError,
    limits::Limits,
    search::Query,
    target::Target,
};
use crate::source::bounds::ShownName;

#[cfg(test)]
mod tests;

/// Answers that the values of one entry may come in. Active Directory gives 1,500 values at a time.
const MAX_RANGES: usize = 1_000;

/// Reads an entry that came in part again, with all its addresses. An entry that has gone since then may have moved to
/// a place that the search has already passed: the read is incomplete without it.
pub(crate) async fn whole(
    connection: &mut Connection,
    dn: &str,
    target: &Target,
) -> Result<Entry, DirectoryError> {
    whole_if_there(connection, dn, target).await?.ok_or_else(|| {
        let dn = ShownName::new(dn.as_bytes());
        DirectoryError::Incomplete(format!(
            "{dn} was removed or moved before all its values were read"
        ))
    })
}

/// Reads an entry with all its addresses; `None` if it no longer exists.
pub(crate) async fn whole_if_there(
    connection: &mut Connection,
    dn: &str,
    target: &Target,
) -> Result<Option<Entry>, DirectoryError> {
    let query = Query::entry(dn, &target.requested);
    let Some(entry) = connection.entry(query).await? else {
        return Ok(None);
    };
    let mut growing = Growing::new(entry, connection.limits);
    for index in 0..growing.entry.attributes.len() {
        if !target
            .addresses
            .cover(&growing.entry.attributes[index].description)
        {
            continue;
        }
        growing.begin(index)?;
        while let Some(next) = growing.next_range(index)? {
            let attributes = [next];
            let query = Query {
                attributes: &attributes,
                ..query
            };
            let more = connection.entry(query).await?;
            growing.extend(index, more)?;
        }
    }
    Ok(Some(growing.finish()))
}

/// An entry that gets its further values.
#[derive(Debug)]
pub struct Growing {
    entry: Entry,
    limits: Limits,
    bytes: usize,
    answers: usize,
}

impl Growing {
    /// Ranges of the first answer.
    pub fn new(entry: Entry, limits: Limits) -> Self {
        Self {
            bytes: entry.bytes(),
            entry,
            limits,
            answers: 0,
        }
    }

    /// True if an attribute has the first of its values.
    pub fn begin(&self, index: usize) -> Result<(), DirectoryError> {
        let attribute = &self.entry.attributes[index];
        match attribute.range {
            Some(range) if !holds(range, 0, &attribute.values) => Err(does_not_go_on(attribute)),
            _ => Ok(()),
        }
    }

    /// Range to ask for next, if values are missing.
    pub fn next_range(&mut self, index: usize) -> Result<Option<String>, DirectoryError> {
        let attribute = &self.entry.attributes[index];
        let Some(last) = attribute.range.and_then(|range| range.last) else {
            return Ok(None);
        };
        if self.answers == MAX_RANGES {
            return Err(Excess::Ranges {
                entry: ShownName::new(self.entry.dn.as_bytes()),
                limit: MAX_RANGES,
            }
            .into());
        }
        self.answers += 1;
        let first = last.saturating_add(1);
        Ok(Some(format!("{};range={first}-*", attribute.description)))
    }

    /// Adds the values of the answer to that.
    pub fn extend(&mut self, index: usize, answer: Option<Entry>) -> Result<(), DirectoryError> {
        let attribute = &mut self.entry.attributes[index];
        let more = range_of(answer, &attribute.description).ok_or_else(|| does_not_go_on(attribute))?;
        if !more
            .range
            .is_some_and(|range| holds(range, attribute.values.len(), &more.values))
        {
            return Err(does_not_go_on(attribute));
        }
        self.bytes = self.bytes.saturating_add(more.bytes());
        attribute.range = more.range;
        attribute.values.extend(more.values);
        if attribute.values.len() > self.limits.values {
            return Err(too_many_values(&self.entry.dn, &attribute.description, self.limits.values).into());
        }
        Ok(self.entry.check_bytes(self.bytes, &self.limits)?)
    }

    /// Number of values that an attribute has so far.
    pub fn values(&self, index: usize) -> usize {
        self.entry.attributes[index].values.len()
    }

    /// The entry, with all its values.
    pub fn finish(self) -> Entry {
        self.entry
    }
}

/// The one range of an attribute in an answer. Active Directory also repeats the range that was asked for, to its end and
/// without a value, beside the range that it has values for: the empty one is the end only if no other is there.
fn range_of(answer: Option<Entry>, description: &str) -> Option<Attribute> {
    let answered = answer.into_iter().flat_map(|entry| entry.attributes);
    let (mut filled, mut empty): (Vec<_>, Vec<_>) = answered
        .filter(|more| more.description.eq_ignore_ascii_case(description) && more.range.is_some())
        .partition(|more| !more.values.is_empty());
    match filled.len() {
        0 => empty.pop(),
        1 => filled.pop(),
        _ => None,
    }
}

/// True if these are all the values that a range from `first` on promises.
fn holds(range: ValueRange, first: usize, values: &[Vec<u8>]) -> bool {
    range.first == first
        && range.last.is_none_or(|last| {
            last.checked_sub(first)
                .is_some_and(|further| further.checked_add(1) == Some(values.len()))
        })
}

fn does_not_go_on(attribute: &Attribute) -> DirectoryError {
    let attribute = ShownName::new(attribute.description.as_bytes());
    DirectoryError::Incomplete(format!("the server does not continue the values of {attribute}"))
}
