//! Every field of every call at its limit, and one beyond it.

use anyhow::{Context as _, Result};
use futures::{StreamExt as _, stream};
use prost_reflect::{
    DescriptorPool, DynamicMessage, ExtensionDescriptor, FieldDescriptor, Kind as Type, ReflectMessage as _,
    Value,
};
use rollcall_e2e::status::Refusal;
use rollcall_testbed::Bed;
use tonic::{Code, Status};
use tonic_types::StatusExt as _;

use super::{
    super::registered,
    methods::{Method, Place, path, set},
};

/// A value at a limit of a field and one beyond it.
struct Probe {
    /// What follows the field's name in an error's path.
    entry: String,
    within: Value,
    beyond: Value,
}

/// The limits that a field declares, by their names.
struct Declared(DynamicMessage);

impl Declared {
    fn of(field: &FieldDescriptor, option: &ExtensionDescriptor) -> Option<Self> {
        let limits = field.options().get_extension(option).into_owned();
        limits.as_message().cloned().map(Self)
    }

    fn limit(&self, name: &str) -> Option<i32> {
        let declared = self.0.descriptor().get_field_by_name(name)?;
        self.0
            .has_field(&declared)
            .then(|| self.0.get_field(&declared).as_i32())?
    }

    /// The same, of what is counted.
    fn most(&self, name: &str) -> Option<usize> {
        self.limit(name).and_then(|most| usize::try_from(most).ok())
    }
}

fn probes(field: &FieldDescriptor, option: &ExtensionDescriptor) -> Vec<Probe> {
    let mut found = Vec::new();
    if let Some(declared) = Declared::of(field, option) {
        let texts = [("max_bytes", "x"), ("max_characters", "ä")];
        for (most, character) in texts.map(|(name, character)| (declared.most(name), character)) {
            let text = |length| Value::String(character.repeat(length));
            found.extend(most.map(|most| entry_of(field, "", text(most), text(most + 1))));
        }
        let list = |length| Value::List(vec![blank(field); length]);
        found.extend(declared.most("max_items").map(|most| Probe {
            entry: String::new(),
            within: list(most),
            beyond: list(most + 1),
        }));
        for (limit, step) in [("min", -1), ("max", 1)] {
            let number = declared.limit(limit);
            found.extend(
                number.map(|number| entry_of(field, "", Value::I32(number), Value::I32(number + step))),
            );
        }
    }
    if let Type::Message(inner) = field.kind()
        && field.is_list()
    {
        for declared in inner.fields() {
            for probe in probes(&declared, option) {
                let message = |value| {
                    let mut message = DynamicMessage::new(inner.clone());
                    message.set_field(&declared, value);
                    Value::Message(message)
                };
                let entry = format!(".{}{}", declared.name(), probe.entry);
                found.push(entry_of(
                    field,
                    &entry,
                    message(probe.within),
                    message(probe.beyond),
                ));
            }
        }
    }
    found
}

/// A value of the field itself, or of the only entry of its list.
fn entry_of(field: &FieldDescriptor, after: &str, within: Value, beyond: Value) -> Probe {
    if field.is_list() {
        Probe {
            entry: format!("[0]{after}"),
            within: Value::List(vec![within]),
            beyond: Value::List(vec![beyond]),
        }
    } else {
        Probe {
            entry: after.to_owned(),
            within,
            beyond,
        }
    }
}

/// An entry that says nothing.
fn blank(list: &FieldDescriptor) -> Value {
    match list.kind() {
        Type::Message(inner) => Value::Message(DynamicMessage::new(inner)),
        Type::Enum(_) => Value::EnumNumber(1),
        _ => Value::String(String::new()),
    }
}

/// What a refusal says of a field.
fn said_of(status: &Status, field: &str) -> Option<String> {
    let violations = status.get_details_bad_request()?.field_violations;
    let violation = violations.into_iter().find(|violation| violation.field == field);
    violation.map(|violation| violation.description)
}

/// What is wrong with the answers; `None` if nothing is.
async fn fault(method: &Method, tenant: &str, place: &Place, probe: Probe) -> Option<String> {
    let field = format!("{}{}", path(place), probe.entry);
    let call = async |value| {
        let mut request = method.request(tenant);
        set(&mut request, place, value);
        method.call(request).await
    };
    let Err(status) = call(probe.beyond).await else {
        return Some(format!("{field}: a value beyond the limit was accepted"));
    };
    let Some(said) = said_of(&status, &field) else {
        return Some(format!(
            "{field}: a value beyond the limit is not named: {status:?}"
        ));
    };
    let refusal = Refusal::from(status);
    if refusal.code != Code::InvalidArgument || refusal.reason != "INVALID_FIELDS" {
        return Some(format!("{field}: {refusal:?}"));
    }
    let refused = call(probe.within).await.err();
    let of_limit = refused
        .and_then(|status| said_of(&status, &field))
        .filter(|also| *also == said);
    of_limit.map(|said| format!("{field}: the value at the limit is refused for it: {said}"))
}

#[tokio::test]
async fn each_field_of_each_call_is_refused_beyond_its_limit_and_not_at_it() -> Result<()> {
    let (tenant, _) = registered("limits").await?;
    let pool = DescriptorPool::decode(rollcall_proto::DESCRIPTORS)?;
    let option = pool
        .get_extension_by_name("rollcall.v1.limits")
        .context("the option")?;
    let mut calls = Vec::new();
    for method in Method::all(Bed::attach()?.endpoints()?).await? {
        for place in method.places() {
            for probe in place
                .last()
                .map(|field| probes(field, &option))
                .unwrap_or_default()
            {
                calls.push((method.clone(), place.clone(), probe));
            }
        }
    }
    assert!(calls.len() > 130, "{} calls", calls.len());
    let faults: Vec<String> = stream::iter(calls)
        .map(async |(method, place, probe)| {
            let fault = fault(&method, &tenant.id, &place, probe).await?;
            Some(format!("{}: {fault}", method.name()))
        })
        .buffer_unordered(4)
        .filter_map(async |fault| fault)
        .collect()
        .await;
    assert!(faults.is_empty(), "{}:\n{}", faults.len(), faults.join("\n"));
    Ok(())
}
