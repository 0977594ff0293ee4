//! Walks over an encoded request, field by field (<https://protobuf.dev/programming-guides/encoding/>).

use std::fmt::Write as _;

use prost::encoding::{DecodeContext, WireType, decode_key, decode_varint, skip_field};
use rollcall_domain::sentences::field as sentences;

use super::{Content, Field, List, Longest, Message, RequestLimits};
use crate::{
    grpc::density::{Budget, TooDense},
    status::{ApiError, Violations},
};

/// Violations that are collected. An answer has no room for more.
const MOST_TOLD: usize = 100;

/// Refuses a request, as far as it is a message, with the limits that it exceeds. Of one with too many fields, those that the
/// first of them exceed are told.
pub(super) fn check(limits: &RequestLimits, request: &[u8]) -> Result<(), ApiError> {
    let mut walk = Walk {
        counts: vec![0; limits.lists],
        way: Vec::new(),
        fields: Budget::new(),
        told: 0,
        violations: Violations::default(),
    };
    let walked = walk.message(&limits.message, request);
    walk.violations.into_result()?;
    match walked {
        Err(Unwalked::Dense(dense)) => Err(dense.into()),
        // The handler refuses what is no message.
        Err(Unwalked::Malformed) | Ok(()) => Ok(()),
    }
}

/// Reasons why the rest of a message is not walked.
enum Unwalked {
    /// It is no message.
    Malformed,
    /// There are too many fields.
    Dense(TooDense),
}

struct Walk<'l> {
    /// Entries of each list so far. A message that comes in several pieces is one, and so are its lists.
    counts: Vec<usize>,
    /// The fields on the way to the present one, each with its index in its list.
    way: Vec<(&'l Field, Option<usize>)>,
    fields: Budget,
    told: usize,
    violations: Violations,
}

impl<'l> Walk<'l> {
    fn message(&mut self, message: &'l Message, mut rest: &[u8]) -> Result<(), Unwalked> {
        while !rest.is_empty() && self.told < MOST_TOLD {
            let (number, wire_type) = decode_key(&mut rest).map_err(|_| Unwalked::Malformed)?;
            self.fields.take(wire_type).map_err(Unwalked::Dense)?;
            match (message.field(number), wire_type) {
                (Some(field), WireType::LengthDelimited) => {
                    let value = length_delimited(&mut rest)?;
                    self.field(field, value)?;
                }
                (Some(field), WireType::Varint) => {
                    decode_varint(&mut rest).map_err(|_| Unwalked::Malformed)?;
                    if let Some(list) = &field.list {
                        self.count(field, list, 1);
                    }
                }
                (_, wire_type) => {
                    skip_field(wire_type, number, &mut rest, DecodeContext::default())
                        .map_err(|_| Unwalked::Malformed)?;
                }
            }
        }
        Ok(())
    }

    fn field(&mut self, field: &'l Field, value: &[u8]) -> Result<(), Unwalked> {
        let Some(list) = &field.list else {
            return self.value(field, None, value);
        };
        if matches!(field.value, Content::Number) {
            // Packed: the last byte of each number has its highest bit clear.
            let numbers = value.iter().filter(|byte| **byte < 0x80).count();
            self.count(field, list, numbers);
            return Ok(());
        }
        let index = self.counts.get(list.count).copied().unwrap_or_default();
        if self.count(field, list, 1) {
            self.value(field, Some(index), value)
        } else {
            Ok(())
        }
    }

    /// Counts entries of a list; false if they are too many. That is said once.
    fn count(&mut self, field: &'l Field, list: &List, entries: usize) -> bool {
        let Some(count) = self.counts.get_mut(list.count) else {
            return true;
        };
        let Some(most) = list.most else {
            *count += entries;
            return true;
        };
        let was_within = *count <= most;
        *count += entries;
        if *count <= most {
            return true;
        }
        if was_within {
            self.tell(field, None, sentences::most_entries(most));
        }
        false
    }

    fn value(&mut self, field: &'l Field, index: Option<usize>, value: &[u8]) -> Result<(), Unwalked> {
        match &field.value {
            Content::Text(longest) => {
                if let Some(sentence) = exceeded(*longest, value) {
                    self.tell(field, index, sentence);
                }
                Ok(())
            }
            Content::Message { fields, lists } => {
                if index.is_some() {
                    self.counts.get_mut(lists.clone()).unwrap_or_default().fill(0);
                }
                self.way.push((field, index));
                let walked = self.message(fields, value);
                self.way.pop();
                walked
            }
            Content::Number => Ok(()),
        }
    }

    fn tell(&mut self, field: &'l Field, index: Option<usize>, sentence: String) {
        let mut path = String::new();
        for (field, index) in self.way.iter().chain([&(field, index)]) {
            let dot = if path.is_empty() { "" } else { "." };
            // Writing to a String never fails.
            let _ = match index {
                Some(index) => write!(path, "{dot}{}[{index}]", field.name),
                None => write!(path, "{dot}{}", field.name),
            };
        }
        self.violations.push(path, sentence);
        self.told += 1;
    }
}

/// The limit that a text exceeds.
fn exceeded(longest: Longest, text: &[u8]) -> Option<String> {
    if let Some(most) = longest.bytes.filter(|most| text.len() > *most) {
        return Some(sentences::most_bytes(most));
    }
    let most = longest.characters.filter(|most| text.len() > *most)?;
    // Of each character in UTF-8, only the first byte does not begin with the bits 10.
    let characters = text.iter().filter(|byte| **byte & 0xc0 != 0x80).count();
    (characters > most).then(|| sentences::most_characters(most))
}

fn length_delimited<'b>(rest: &mut &'b [u8]) -> Result<&'b [u8], Unwalked> {
    let length = decode_varint(rest).map_err(|_| Unwalked::Malformed)?;
    let length = usize::try_from(length).map_err(|_| Unwalked::Malformed)?;
    let (value, after) = rest.split_at_checked(length).ok_or(Unwalked::Malformed)?;
    *rest = after;
    Ok(value)
}
