//! Every method of the contract, with every kind of nonsense in every field.

mod limits;
mod methods;

use std::time::{Duration, Instant};

use anyhow::Result;
use futures::{StreamExt as _, stream};
use prost_reflect::{DynamicMessage, FieldDescriptor, Kind as Type, Value};
use rollcall_e2e::{Tenant, status::Refusal};
use rollcall_testbed::Bed;
use tonic::{Code, Status};

use super::registered;
use methods::{Method, path, set};

/// Long for an answer, also on a machine that is busy with other tests.
const AT_ONCE: Duration = Duration::from_secs(5);

/// Texts that no portal sends.
fn texts() -> Vec<String> {
    let mut texts: Vec<String> = [
        "",
        " ",
        "\0",
        "a\0b",
        "\u{200b}",
        "\u{202e}moc.elpmaxe",
        "\u{fffe}\u{10ffff}",
        "%_\\'\";--",
        "../../etc/passwd",
        "99999999999999999999",
        "{\"a\":[",
        "a\nb\r\n",
        "*)(objectClass=*",
    ]
    .map(str::to_owned)
    .to_vec();
    texts.extend(["x", "ß", "(", ".", "@"].map(|text| text.repeat(60_000 / text.len())));
    texts.push("x".repeat(1024 * 1024));
    texts.push("x".repeat(5 * 1024 * 1024));
    texts
}

/// Values of the field's type that no portal sends.
fn nonsense(field: &FieldDescriptor) -> Vec<Value> {
    let mut single: Vec<Value> = match field.kind() {
        Type::String => texts().into_iter().map(Value::String).collect(),
        Type::Int32 => [-1, i32::MIN, i32::MAX].map(Value::I32).to_vec(),
        Type::Int64 => [-1, i64::MIN, i64::MAX].map(Value::I64).to_vec(),
        Type::Enum(_) => [-1, 99, i32::MIN].map(Value::EnumNumber).to_vec(),
        Type::Bytes => vec![Value::Bytes(vec![0xff; 100_000].into())],
        Type::Message(inner) => vec![Value::Message(DynamicMessage::new(inner))],
        _ => Vec::new(),
    };
    if !field.is_list() {
        return single;
    }
    let few = single.first().cloned();
    single.truncate(13);
    let mut lists: Vec<Value> = single
        .into_iter()
        .map(|value| Value::List(vec![value.clone(), value]))
        .collect();
    lists.extend(few.map(|value| Value::List(vec![value; 10_001])));
    lists
}

/// What is wrong with an answer; `None` if nothing is.
fn fault(answer: Result<(), Status>, took: Duration) -> Option<String> {
    if took > AT_ONCE {
        return Some(format!("it took {took:?}"));
    }
    let refusal = Refusal::from(answer.err()?);
    let is_ours = matches!(
        refusal.code,
        Code::Internal | Code::Unknown | Code::Unavailable | Code::OutOfRange | Code::DataLoss
    );
    (is_ours || refusal.reason.is_empty() || refusal.message.is_empty())
        .then(|| format!("{:?} {}: {}", refusal.code, refusal.reason, refusal.message))
}

#[tokio::test]
async fn no_value_of_any_field_of_any_call_is_a_fault_of_ours_or_takes_long() -> Result<()> {
    let (tenant, _) = registered("nonsense").await?;
    let mut calls = Vec::new();
    for method in Method::all(Bed::attach()?.endpoints()?).await? {
        for place in method.places() {
            for value in place.last().map(nonsense).unwrap_or_default() {
                calls.push((method.clone(), place.clone(), value));
            }
        }
    }
    assert!(calls.len() > 500, "{} calls", calls.len());
    let faults: Vec<String> = stream::iter(calls)
        .map(async |(method, place, value)| {
            let mut request = method.request(&tenant.id);
            let shown: String = format!("{value:?}").chars().take(60).collect();
            set(&mut request, &place, value);
            let begun = Instant::now();
            let answer = method.call(request).await;
            let fault = fault(answer, begun.elapsed())?;
            Some(format!("{} {} = {shown}: {fault}", method.name(), path(&place)))
        })
        .buffer_unordered(4)
        .filter_map(async |fault| fault)
        .collect()
        .await;
    assert!(faults.is_empty(), "{}:\n{}", faults.len(), faults.join("\n"));
    Ok(())
}

/// The portal names its tenants by their domains. These calls therefore accept one that is new.
const OF_NEW_TENANTS: [&str; 4] = ["GetDomains", "PutDomains", "PutAccount", "PutSettings"];

#[tokio::test]
async fn a_tenant_of_which_nothing_is_known_is_not_found_by_any_call() -> Result<()> {
    let bed = Bed::attach()?;
    let endpoints = bed.endpoints()?;
    let tenant = Tenant::unknown(endpoints, "nobody").await?;
    let mut asked = 0;
    let mut methods = Method::all(endpoints).await?;
    // First: what is refused to the others is on record, and the tenant known by it.
    methods.sort_by_key(|method| method.name() != "ListAudit");
    for method in methods {
        if !method.names_tenant() || OF_NEW_TENANTS.contains(&method.name()) {
            continue;
        }
        asked += 1;
        let answer = method.call(method.request(&tenant.id)).await;
        let refusal = answer.err().map(Refusal::from);
        let found = refusal
            .as_ref()
            .map(|refusal| (refusal.code, refusal.reason.as_str()));
        assert!(
            matches!(
                found,
                Some((
                    Code::NotFound,
                    "NO_TENANT" | "NO_SETTINGS" | "NO_RUN" | "NO_ACCOUNT"
                ))
            ),
            "{}: {refusal:?}",
            method.name()
        );
    }
    assert!(asked >= 18, "{asked} calls");
    Ok(())
}
