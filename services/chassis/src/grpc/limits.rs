//! Limits of requests, as the contract declares them (`rollcall.v1.limits`).
//!
//! A request is measured as it stands on the wire and not decoded: its handler does that. Only texts and lists are
//! measured. Numbers cost nothing to decode, and their handlers refuse them together with all else that is malformed.

mod measure;

use prost_reflect::{
    Cardinality, DynamicMessage, ExtensionDescriptor, FieldDescriptor, Kind, MessageDescriptor,
    ReflectMessage as _, Value,
};

use crate::status::ApiError;

/// Messages within messages that are measured. The contract's requests need three.
const MOST_DEPTH: usize = 8;
/// The package whose messages have limits.
const OURS: &str = "rollcall.";

/// The limits of a method's request. Lists are numbered, so that their entries can be counted.
#[derive(Debug, Clone)]
pub(super) struct RequestLimits {
    message: Message,
    lists: usize,
}

impl RequestLimits {
    /// Reads the limits of a request; `None`: it has no field that has one. `option` is the contract's.
    pub(super) fn of(request: &MessageDescriptor, option: &ExtensionDescriptor) -> Option<Self> {
        let mut lists = 0;
        let message = message(request, option, &mut lists, MOST_DEPTH);
        (!message.0.is_empty()).then_some(Self { message, lists })
    }

    /// Refuses an encoded request that exceeds its limits, naming each of them. What is no message is left to the
    /// handler.
    pub(super) fn check(&self, request: &[u8]) -> Result<(), ApiError> {
        measure::check(self, request)
    }
}

/// The fields of a message that have limits, or messages in them that have some; by their numbers.
#[derive(Debug, Clone)]
struct Message(Vec<Field>);

impl Message {
    fn field(&self, number: u32) -> Option<&Field> {
        self.0.iter().find(|field| field.number == number)
    }
}

/// A field, and what may be in it.
#[derive(Debug, Clone)]
struct Field {
    number: u32,
    name: Box<str>,
    /// Absent: it is no list.
    list: Option<List>,
    value: Content,
}

/// A list's place among the counts, and the most entries that it may have.
#[derive(Debug, Clone)]
struct List {
    count: usize,
    most: Option<usize>,
}

/// What a field holds.
#[derive(Debug, Clone)]
enum Content {
    /// A text, or bytes.
    Text(Longest),
    /// Numbers and choices, which lists hold in one piece.
    Number,
    /// A message, and the lists in it, by their places among the counts.
    Message {
        fields: Message,
        lists: std::ops::Range<usize>,
    },
}

/// The longest text.
#[derive(Debug, Clone, Copy, Default)]
struct Longest {
    bytes: Option<usize>,
    characters: Option<usize>,
}

fn message(
    message: &MessageDescriptor,
    option: &ExtensionDescriptor,
    lists: &mut usize,
    depth: usize,
) -> Message {
    let fields = message.fields();
    Message(
        fields
            .filter_map(|declared| field(&declared, option, lists, depth))
            .collect(),
    )
}

/// `None`: there is nothing to measure.
fn field(
    declared: &FieldDescriptor,
    option: &ExtensionDescriptor,
    lists: &mut usize,
    depth: usize,
) -> Option<Field> {
    let options = declared.options();
    let limits = options.get_extension(option);
    let limits = limits.as_message();
    let list = (declared.cardinality() == Cardinality::Repeated).then(|| {
        *lists += 1;
        List {
            count: *lists - 1,
            most: limit(limits, "max_items"),
        }
    });
    let value = match declared.kind() {
        Kind::String | Kind::Bytes => Content::Text(Longest {
            bytes: limit(limits, "max_bytes"),
            characters: limit(limits, "max_characters"),
        }),
        Kind::Message(inner) if inner.package_name().starts_with(OURS) && depth > 0 => {
            let first = *lists;
            let fields = message(&inner, option, lists, depth - 1);
            Content::Message {
                fields,
                lists: first..*lists,
            }
        }
        _ => Content::Number,
    };
    let is_measured = list.as_ref().is_some_and(|list| list.most.is_some())
        || match &value {
            Content::Text(longest) => longest.bytes.is_some() || longest.characters.is_some(),
            Content::Message { fields, .. } => !fields.0.is_empty(),
            Content::Number => false,
        };
    is_measured.then(|| Field {
        number: declared.number(),
        name: declared.name().into(),
        list,
        value,
    })
}

/// One limit of a field; `None`: it has none.
fn limit(limits: Option<&DynamicMessage>, name: &str) -> Option<usize> {
    let limits = limits?;
    let declared = limits.descriptor().get_field_by_name(name)?;
    if !limits.has_field(&declared) {
        return None;
    }
    let value: Option<i32> = Value::as_i32(&limits.get_field(&declared));
    usize::try_from(value?).ok()
}

#[cfg(test)]
mod tests;
#[cfg(test)]
pub(super) use tests::table::table as table_of_limits;
