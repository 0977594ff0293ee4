//! The table of limits in the operators' guide.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use prost_reflect::DescriptorPool;

use super::*;
use crate::grpc::methods::SERVICES;

/// A field's name, what it may hold, and the messages in which it may.
type Rows = BTreeMap<String, BTreeMap<String, BTreeSet<String>>>;

/// Messages that are named in a row. More of them are all that have the field.
const MOST_NAMED: usize = 4;

fn collect(message: &MessageDescriptor, option: &ExtensionDescriptor, rows: &mut Rows) {
    for field in message.fields() {
        let options = field.options();
        if let Some(limits) = options.get_extension(option).as_message().and_then(said) {
            let rows = rows.entry(field.name().to_owned()).or_default();
            rows.entry(limits).or_default().insert(message.name().to_owned());
        }
        if let Kind::Message(inner) = field.kind()
            && inner.package_name().starts_with(OURS)
        {
            collect(&inner, option, rows);
        }
    }
}

/// The limits of a field in words; `None`: it has none.
fn said(limits: &DynamicMessage) -> Option<String> {
    let number = |name: &str| {
        let declared = limits.descriptor().get_field_by_name(name)?;
        limits
            .has_field(&declared)
            .then(|| limits.get_field(&declared).as_i32())?
    };
    let bytes = number("max_bytes").map(|most| format!("at most {} bytes", grouped(most)));
    let characters = number("max_characters").map(|most| format!("at most {} characters", grouped(most)));
    let text = bytes.or(characters);
    let range = match (number("min"), number("max")) {
        (Some(min), Some(max)) => Some(format!("{} to {}", grouped(min), grouped(max))),
        (Some(min), None) => Some(format!("{} or more", grouped(min))),
        _ => None,
    };
    match (number("max_items"), text.or(range)) {
        (Some(items), Some(each)) => Some(format!("at most {} entries of {each}", grouped(items))),
        (Some(items), None) => Some(format!("at most {} entries", grouped(items))),
        (None, one) => one,
    }
}

/// A number with a comma after each thousand.
fn grouped(number: i32) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// One row for each name of a field and its limits.
pub(in crate::grpc) fn table() -> String {
    let pool = DescriptorPool::decode(rollcall_proto::DESCRIPTORS).expect("descriptors");
    let option = pool
        .get_extension_by_name("rollcall.v1.limits")
        .expect("the option");
    let mut rows = Rows::new();
    for name in SERVICES {
        let service = pool.get_service_by_name(name).expect("a service");
        for method in service.methods() {
            collect(&method.input(), &option, &mut rows);
        }
    }
    let mut text = "| Field | Limit | In |\n|---|---|---|\n".to_owned();
    for (field, by_limits) in rows {
        let is_one = by_limits.len() == 1;
        for (limits, messages) in by_limits {
            let within = if is_one && messages.len() > MOST_NAMED {
                "each message that has it".to_owned()
            } else {
                let names: Vec<_> = messages.iter().map(|name| format!("`{name}`")).collect();
                names.join(", ")
            };
            writeln!(text, "| `{field}` | {limits} | {within} |").expect("a text takes any line");
        }
    }
    text
}
