//! The contract says of every field of a request how much it may hold.

use prost_reflect::{DescriptorPool, DynamicMessage, ExtensionDescriptor, FieldDescriptor, Kind, Value};

use crate::behaviour::{OUTPUT_ONLY, behaviour, requested};

fn extension(pool: &DescriptorPool, name: &str) -> ExtensionDescriptor {
    pool.get_extension_by_name(name).unwrap()
}

/// The limits that a field declares, by their names.
fn declared(field: &FieldDescriptor, limits: &ExtensionDescriptor) -> Vec<String> {
    let options = field.options();
    let limits = options.get_extension(limits);
    let names = |limits: &DynamicMessage| {
        limits
            .fields()
            .map(|(limit, _)| limit.name().to_owned())
            .collect()
    };
    limits.as_message().map(names).unwrap_or_default()
}

/// The limits that a field must have, and may have: a text one of two, a list one, a number one or two.
fn is_bounded(field: &FieldDescriptor, declared: &[String]) -> bool {
    let has = |name: &str| declared.iter().any(|limit| limit == name);
    let is_text = matches!(field.kind(), Kind::String | Kind::Bytes);
    let is_number = !field.is_list()
        && !matches!(field.kind(), Kind::Message(_) | Kind::Enum(_) | Kind::Bool)
        && !is_text;
    (has("max_bytes") != has("max_characters")) == is_text
        && !(has("max_characters") && field.kind() == Kind::Bytes)
        && has("max_items") == field.is_list()
        && has("min") == is_number
        && (is_number || !has("max"))
}

#[test]
fn every_field_of_a_request_has_the_limits_that_its_type_needs() {
    let pool = DescriptorPool::decode(crate::DESCRIPTORS).unwrap();
    let (limits, behaviours) = (
        extension(&pool, "rollcall.v1.limits"),
        extension(&pool, "google.api.field_behavior"),
    );
    let wrong: Vec<String> = requested(&pool)
        .iter()
        .flat_map(prost_reflect::MessageDescriptor::fields)
        .filter(|field| {
            let declared = declared(field, &limits);
            if behaviour(field, &behaviours).contains(&Value::EnumNumber(OUTPUT_ONLY)) {
                !declared.is_empty()
            } else {
                !is_bounded(field, &declared)
            }
        })
        .map(|field| format!("{}: {:?}", field.full_name(), declared(&field, &limits)))
        .collect();
    assert_eq!(wrong, [""; 0], "these have other limits than their type needs");
}

#[test]
fn limits_are_constants_too() {
    assert_eq!(crate::limits::directory::HOSTS_MAX_ITEMS, 8);
    assert_eq!(crate::limits::removal::LIMIT_PERCENT_MAX, 100);
    assert_eq!(crate::limits::results_service::MAX_REQUEST_BYTES, 64 * 1024);
}
