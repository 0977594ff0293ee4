//! The steps of a connection test, as they come.

use comfy_table::{ColumnConstraint, Width};
use rollcall_client::view::{CertificateView, ExampleView, ServerView, StepView, TlsView};
use rollcall_domain::invisible::{show, show_lines};

use super::{Look, list_or, table, text, word, yes};

/// `✓ resolve`, for the longest of them.
const MARGIN: u16 = 13;

/// One step: its mark, what was found, the details, and what to do.
pub(crate) fn step(step: &StepView, look: &Look) -> String {
    let mut table = table(&[], look);
    let said = format!("{}{}", show_lines(&step.message), took(step));
    table.add_row([format!("{} {}", mark(step), step_name(step)), said]);
    // The sentence contains most of it: only the rest is repeated.
    let is_new = |(_, value): &Detail| !step.message.contains(value);
    for (name, value) in details(step, look).into_iter().filter(is_new) {
        table.add_row([String::new(), format!("{name}: {}", show_lines(&value))]);
    }
    if let Some(advice) = &step.advice {
        table.add_row([String::new(), format!("advice: {}", show_lines(advice))]);
    }
    if let Some(column) = table.column_mut(0) {
        column.set_constraint(ColumnConstraint::Absolute(Width::Fixed(MARGIN)));
    }
    text(table)
}

fn mark(step: &StepView) -> &'static str {
    match step.state {
        Some("PASSED") => "✓",
        Some("WARNING") => "!",
        _ => "✗",
    }
}

fn step_name(step: &StepView) -> String {
    match step.kind {
        Some("TLS") => "TLS".to_owned(),
        Some("LEFT_OUT") => "left out".to_owned(),
        kind => word(kind).to_lowercase(),
    }
}

/// Duration of a step, if a person could have noticed it.
fn took(step: &StepView) -> String {
    match step.duration {
        Some(seconds) if seconds >= 1.0 => format!(" ({seconds:.1} s)"),
        _ => String::new(),
    }
}

type Detail = (&'static str, String);

fn details(step: &StepView, look: &Look) -> Vec<Detail> {
    let mut details = Vec::new();
    if let Some(found) = &step.resolve {
        details.push(("addresses", list_or(&found.addresses, "none")));
    }
    if let Some(found) = &step.connect
        && !found.address.is_empty()
    {
        details.push(("address", found.address.clone()));
    }
    if let Some(found) = &step.tls {
        details.extend(tls(found, look));
    }
    if let Some(found) = &step.identity
        && !found.authorization_id.is_empty()
    {
        details.push(("identity", found.authorization_id.clone()));
    }
    if let Some(found) = &step.server {
        details.extend(server(found));
    }
    if let Some(found) = &step.base
        && !found.dn.is_empty()
    {
        details.push(("search base", found.dn.clone()));
    }
    if let Some(found) = &step.count {
        let more = if found.more { " or more" } else { "" };
        details.push(("objects", format!("{}{more}", found.objects)));
    }
    let examples = step.examples.iter().flat_map(|found| &found.objects);
    details.extend(examples.map(|object| ("example", example(object))));
    if let Some(failure) = &step.failure {
        details.push(("code", failure.code.clone()));
        if !failure.detail.is_empty() {
            details.push(("for support", failure.detail.clone()));
        }
    }
    details
}

fn tls(found: &TlsView, look: &Look) -> Vec<Detail> {
    let mut details = Vec::new();
    if let Some(version) = &found.version {
        let suite = found.cipher_suite.as_deref().unwrap_or("-");
        details.push(("session", format!("{version}, {suite}")));
    }
    details.extend(
        found
            .chain
            .iter()
            .map(|link| ("certificate", certificate(link, look))),
    );
    details
}

fn certificate(certificate: &CertificateView, look: &Look) -> String {
    let names = if certificate.names.is_empty() {
        String::new()
    } else {
        format!(" for {}", certificate.names.join(", "))
    };
    format!(
        "{}{names}; signed by {}; valid until {}",
        certificate.subject,
        certificate.issuer,
        look.at_or_dash(certificate.not_after.as_deref())
    )
}

fn server(found: &ServerView) -> Vec<Detail> {
    vec![
        ("server", found.description.clone().unwrap_or_default()),
        (
            "features",
            format!(
                "pages: {}; ranges: {}; msExchRecipientTypeDetails: {}",
                yes(found.paging),
                yes(found.ranges),
                yes(found.recipient_types)
            ),
        ),
    ]
}

fn example(object: &ExampleView) -> String {
    let disabled = if object.disabled { ", disabled" } else { "" };
    format!(
        "{} ({}{disabled}): {}",
        show(&object.dn).into_owned(),
        word(object.object_type),
        list_or(&object.addresses, "no address")
    )
}
