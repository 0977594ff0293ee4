//! The `rollcall` command against the real services: what it prints, and how it ends.

mod assertions;
mod decisions;
mod exits;
mod operators;
mod questions;
mod settings;
mod shown;
pub(crate) mod terminal;

use anyhow::{Result, ensure};
use rollcall_e2e::{Office, person};
use serde_json::Value;

use terminal::{Answer, answer, json, keys};

const RUN_KEYS: [&str; 31] = [
    "acts_on_run_id",
    "attempt",
    "counts",
    "create_time",
    "empty_message",
    "end_time",
    "expect_preview_run_id",
    "failure",
    "further_held_reasons",
    "held_message",
    "held_reason",
    "kind",
    "left_out",
    "next_attempt_time",
    "read_mode",
    "read_mode_reason",
    "requested_by",
    "rows_expire_time",
    "rows_of_run_id",
    "run_id",
    "server",
    "server_reason",
    "skipped",
    "stage",
    "start_time",
    "state",
    "takeovers",
    "tenant_id",
    "trigger",
    "unchanged",
    "would_hold",
];

const SETTINGS_KEYS: [&str; 12] = [
    "composed_filter",
    "credential_set",
    "directory",
    "etag",
    "new_users",
    "next_run_time",
    "paused_reason",
    "removal",
    "schedule",
    "selection",
    "tenant_id",
    "update_time",
];

/// An office of two people, and somebody outside.
fn office(word: &str) -> Office<'_> {
    Office::new(word).in_openldap().objects(|tenant| {
        let long = tenant.address("ann.with-a-rather-long-name");
        vec![
            tenant.person("ann").alias(&long),
            tenant.person("bob").alias(&tenant.address("ann")),
            person("eve").primary("eve@nobody-owns-this.example"),
        ]
    })
}

/// The command succeeds for a person and for a program, whose answer has these keys.
async fn both(args: &[&str], expected: &[&str]) -> Result<(Answer, Value)> {
    let text = answer(args).await?;
    ensure!(
        text.code == Some(0) && !text.out.trim().is_empty(),
        "{args:?}: {text:?}"
    );
    ensure!(
        serde_json::from_str::<Value>(&text.out).is_err(),
        "a person does not read JSON: {text:?}"
    );
    let value = json(args).await?;
    assert_eq!(keys(&value), expected, "{args:?}");
    Ok((text, value))
}
