//! The contract says of every field of a request if it must be given.

use std::collections::HashSet;

use prost_reflect::{DescriptorPool, ExtensionDescriptor, FieldDescriptor, Kind, MessageDescriptor, Value};

/// The behaviour of fields that only answers have.
pub(crate) const OUTPUT_ONLY: i32 = 3;

const EXTENSION: &str = "google.api.field_behavior";

#[test]
fn every_field_of_a_request_says_if_it_must_be_given() {
    let pool = DescriptorPool::decode(crate::DESCRIPTORS).unwrap();
    let extension = pool.get_extension_by_name(EXTENSION).unwrap();
    let requested = requested(&pool);
    assert!(requested.iter().any(|message| message.name() == "Settings"));
    let silent: Vec<String> = requested
        .iter()
        .flat_map(MessageDescriptor::fields)
        .filter(|field| behaviour(field, &extension).is_empty())
        .map(|field| field.full_name().to_owned())
        .collect();
    assert_eq!(silent, [""; 0], "these have no google.api.field_behavior");
}

#[test]
fn the_descriptors_for_reflection_carry_the_behaviour_of_fields() {
    let pool = DescriptorPool::decode(crate::DESCRIPTORS).unwrap();
    let extension = pool.get_extension_by_name(EXTENSION).unwrap();
    let settings = pool.get_message_by_name("rollcall.v1.Settings").unwrap();
    let field = settings.get_field_by_name("next_run_time").unwrap();
    assert_eq!(behaviour(&field, &extension), [Value::EnumNumber(OUTPUT_ONLY)]);
}

/// The requests of the services that portals call, and the messages of ours within them.
pub(crate) fn requested(pool: &DescriptorPool) -> Vec<MessageDescriptor> {
    let mut open: Vec<MessageDescriptor> = pool
        .services()
        .filter(|service| service.parent_file().package_name() == "rollcall.v1")
        .flat_map(|service| service.methods().map(|method| method.input()).collect::<Vec<_>>())
        .collect();
    let (mut seen, mut found) = (HashSet::new(), Vec::new());
    while let Some(message) = open.pop() {
        if !seen.insert(message.full_name().to_owned()) {
            continue;
        }
        for field in message.fields() {
            if let Kind::Message(inner) = field.kind()
                && inner.package_name().starts_with("rollcall.")
            {
                open.push(inner);
            }
        }
        found.push(message);
    }
    found
}

pub(crate) fn behaviour(field: &FieldDescriptor, extension: &ExtensionDescriptor) -> Vec<Value> {
    match field.options().get_extension(extension).as_ref() {
        Value::List(values) => values.clone(),
        _ => Vec::new(),
    }
}
