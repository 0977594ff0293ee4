//! Removes attributes that were not requested from an entry, before anything is allocated for them.
//!
//! A server may add any number of attributes to an entry. They are cut out of its message where it lies, so that
//! neither the LDAP library nor the decoder sees them.

use bytes::BytesMut;

use super::{
    frame::{FrameError, Header, take},
    oid,
    span::Span,
};
use crate::source::bounds::ShownName;

#[cfg(test)]
mod tests;

const ENTRY: u8 = 0x64;
const CONSTRUCTED: u8 = 0x20;
/// Base, scope, aliases, size limit, time limit, types only and filter come before the attributes of a search.
const BEFORE_ATTRIBUTES: usize = 7;
/// More of a name is not waited for.
const NAME_BYTES: usize = 512;

/// The attributes that a search asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WantedAttributes {
    /// Nothing can be said of what the server answers.
    All,
    /// These names, without options.
    Names(Vec<Box<[u8]>>),
}

impl WantedAttributes {
    /// Reads the attributes off a search request's content. Whatever is strange about it is ours: all is wanted then.
    pub(super) fn of_search(content: &[u8]) -> Self {
        Self::parse(content).unwrap_or(Self::All)
    }

    /// These attributes, as a search names them.
    pub fn names<'a>(names: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let (mut kept, mut any) = (Vec::new(), false);
        for name in names.into_iter().map(base) {
            any = true;
            match name {
                name if name == oid::NO_ATTRIBUTES.as_bytes() => {}
                // Asked for by its object identifier, an attribute is answered under its name.
                [b'0'..=b'9' | b'*' | b'+' | b'@', ..] => return Self::All,
                name => kept.push(Box::from(name)),
            }
        }
        // RFC 4511 section 4.5.1.8: an empty list asks for everything.
        if any { Self::Names(kept) } else { Self::All }
    }

    fn parse(mut content: &[u8]) -> Option<Self> {
        for _ in 0..BEFORE_ATTRIBUTES {
            take(&mut content).ok()?;
        }
        let mut list = take(&mut content).ok()?.content;
        let mut names = Vec::new();
        while !list.is_empty() {
            names.push(take(&mut list).ok()?.content);
        }
        Some(Self::names(names))
    }

    fn covers(&self, description: &[u8]) -> bool {
        match self {
            Self::All => true,
            Self::Names(names) => {
                let base = base(description);
                names.iter().any(|name| name.eq_ignore_ascii_case(base))
            }
        }
    }
}

/// An attribute's name, without its options.
fn base(description: &[u8]) -> &[u8] {
    description.split(|byte| *byte == b';').next().unwrap_or_default()
}

/// Cuts out of a checked frame the attributes that are not wanted. Answers whether there were any; a frame that is no
/// entry stays as it is.
pub fn strip(frame: &mut BytesMut, wanted: &WantedAttributes) -> Result<bool, FrameError> {
    if *wanted == WantedAttributes::All {
        return Ok(false);
    }
    let (message, entry) = Span::of_operation(frame)?;
    if frame[entry.start] != ENTRY || entry.content == entry.end {
        return Ok(false);
    }
    let name = Span::at(frame, entry.content, entry.end)?;
    if name.end == entry.end {
        return Ok(false);
    }
    let list = Span::at(frame, name.end, entry.end)?;
    // A server may call the list a set, and the decoder takes either. The parts of what is neither were not checked.
    if frame[list.start] & CONSTRUCTED == 0 {
        return Ok(false);
    }
    let mut kept = list.content;
    let mut at = list.content;
    while at < list.end {
        let attribute = Span::at(frame, at, list.end)?;
        if is_wanted(&frame[attribute.content..attribute.end], wanted) {
            if kept < at {
                frame.copy_within(attribute.start..attribute.end, kept);
            }
            kept += attribute.end - attribute.start;
        }
        at = attribute.end;
    }
    let cut = list.end - kept;
    if cut == 0 {
        return Ok(false);
    }
    let end = frame.len();
    frame.copy_within(list.end..end, kept);
    frame.truncate(end - cut);
    for span in [message, entry, list] {
        span.shorten(frame, cut);
    }
    Ok(true)
}

/// A part that is not an attribute stays: the decoder reports it.
fn is_wanted(mut attribute: &[u8], wanted: &WantedAttributes) -> bool {
    match take(&mut attribute) {
        Ok(name) => wanted.covers(name.content),
        Err(_) => true,
    }
}

/// The name of the entry that a message is about, as far as the message is there. `None`: it is about no entry, or the
/// name is not there yet.
pub(super) fn entry_name(begun: &[u8]) -> Option<ShownName> {
    let inside = |input: &'_ [u8]| Header::parse(input).ok().flatten().map(|header| header.bytes);
    let mut input = begun.get(inside(begun)?..)?;
    take(&mut input).ok()?;
    if input.first() != Some(&ENTRY) {
        return None;
    }
    input = input.get(inside(input)?..)?;
    let header = Header::parse(input).ok().flatten()?;
    let name = input.get(header.bytes..)?;
    let length = usize::try_from(header.content).unwrap_or(usize::MAX);
    (name.len() >= length.min(NAME_BYTES)).then(|| ShownName::new(&name[..length.min(name.len())]))
}
