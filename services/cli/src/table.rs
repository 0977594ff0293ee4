//! What a person reads: tables that fit the terminal, from the same views as the JSON.

mod run;

use comfy_table::{ContentArrangement, Table, TableComponent, presets};

use crate::view::{
    AccountView, AddressView, DomainList, ImportView, SettingsShown, SettingsView, short_time,
};

pub(crate) use run::{rows, run, runs};

/// A table of one shape for all: a line below the header, and as wide as the terminal at most.
fn table(header: &[&str]) -> Table {
    let mut table = Table::new();
    table
        .load_preset(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic);
    if !header.is_empty() {
        table.set_header(header);
        for part in [
            TableComponent::HeaderLines,
            TableComponent::MiddleHeaderIntersections,
        ] {
            table.set_style(part, '─');
        }
    }
    table
}

/// A name, and its value if it has one.
type Fact = (&'static str, Option<String>);

/// Names and values, one a line; those without a value are left out.
fn facts(facts: impl IntoIterator<Item = Fact>) -> String {
    let mut table = table(&[]);
    for (name, value) in facts {
        if let Some(value) = value {
            table.add_row([format!("{name}:"), value]);
        }
    }
    text(&table)
}

/// The table without blanks at the ends of its lines.
fn text(table: &Table) -> String {
    table
        .to_string()
        .lines()
        .map(str::trim_end)
        .collect::<Vec<_>>()
        .join("\n")
}

/// With a line that says so if there are more.
pub(crate) fn and_more(text: String, more: bool) -> String {
    if more {
        text + "\nThere are more: --all, or --limit N."
    } else {
        text
    }
}

fn word(name: Option<&'static str>) -> &'static str {
    name.unwrap_or("-")
}

fn yes(on: bool) -> &'static str {
    if on { "yes" } else { "no" }
}

/// A list, or what its being empty means.
fn list_or(list: &[impl AsRef<str>], empty: &str) -> String {
    if list.is_empty() {
        return empty.to_owned();
    }
    list.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(", ")
}

/// A tenant's domains.
pub(crate) fn domains(list: &DomainList) -> String {
    if list.domains.is_empty() {
        return format!("Tenant {} has no domains.", list.tenant_id);
    }
    let mut table = table(&["domain", "alias of"]);
    for domain in &list.domains {
        table.add_row([domain.name.as_str(), domain.alias_of.as_deref().unwrap_or("")]);
    }
    text(&table)
}

/// A tenant's settings.
pub(crate) fn settings(shown: &SettingsShown) -> String {
    let SettingsShown {
        settings,
        composed_filter,
    } = shown;
    let time = |time: &Option<String>| time.as_deref().map(|time| short_time(Some(time)));
    let mut all = vec![("tenant", Some(settings.tenant_id.clone()))];
    all.extend(directory(settings));
    all.extend([("filter as sent", composed_filter.clone())]);
    all.extend(import(&settings.import));
    all.extend([
        ("schedule", Some(schedule(settings))),
        ("next run", time(&settings.next_run_time)),
        (
            "HSR for new users",
            Some(yes(settings.new_users.send_hsr).to_owned()),
        ),
        (
            "welcome new users",
            Some(yes(settings.new_users.send_welcome).to_owned()),
        ),
        ("last written", time(&settings.update_time)),
    ]);
    facts(all)
}

fn directory(settings: &SettingsView) -> [Fact; 9] {
    let directory = &settings.directory;
    let port = if directory.port == 0 {
        "the usual one".to_owned()
    } else {
        directory.port.to_string()
    };
    let password = if settings.credential_set {
        "stored, never shown"
    } else {
        "none"
    };
    let ca = directory
        .ca_certificates_pem
        .as_deref()
        .map_or("the system's".to_owned(), certificates);
    let or = |text: &Option<String>, without: &str| Some(text.clone().unwrap_or(without.to_owned()));
    [
        ("server type", Some(word(directory.server_type).to_owned())),
        ("hosts", Some(directory.hosts.join(", "))),
        ("port", Some(port)),
        ("security", Some(word(directory.security).to_owned())),
        ("CA", Some(ca)),
        (
            "bind username",
            Some(format!("{} (password: {password})", directory.bind_username)),
        ),
        ("search base", or(&directory.search_base, "the server's own")),
        ("filter", or(&directory.filter, "none")),
        (
            "attributes",
            Some(list_or(&directory.attributes, "proxyAddresses")),
        ),
    ]
}

fn import(import: &ImportView) -> [Fact; 4] {
    let disabled = if import.exclude_disabled {
        "left out"
    } else {
        "imported"
    };
    let same_username = match import.same_username {
        Some("IMPORT") => "each alias is imported",
        _ => "one alias is kept, the others are skipped",
    };
    [
        ("object types", Some(list_or(&import.object_types, "all"))),
        ("domains", Some(list_or(&import.domains, "all of the tenant's"))),
        ("disabled users", Some(disabled.to_owned())),
        ("same username", Some(same_username.to_owned())),
    ]
}

fn certificates(pem: &str) -> String {
    let count = pem.matches("-----BEGIN CERTIFICATE-----").count();
    format!(
        "its own ({count} certificate{})",
        if count == 1 { "" } else { "s" }
    )
}

fn schedule(settings: &SettingsView) -> String {
    let zone = settings
        .schedule
        .time_zone
        .as_deref()
        .unwrap_or("the deployment's time zone");
    match settings.schedule.every_hours {
        0 => "none".to_owned(),
        1 => "every hour".to_owned(),
        24 => format!("every day at 00:01, {zone}"),
        hours => format!("every {hours} hours from 00:01, {zone}"),
    }
}

/// All tenants' settings.
pub(crate) fn settings_list(list: &[SettingsView]) -> String {
    if list.is_empty() {
        return "No tenant has settings.".to_owned();
    }
    let mut table = table(&["tenant", "hosts", "security", "filter", "schedule", "next run"]);
    for settings in list {
        table.add_row([
            settings.tenant_id.clone(),
            settings.directory.hosts.join(", "),
            word(settings.directory.security).to_owned(),
            settings.directory.filter.clone().unwrap_or_default(),
            schedule(settings),
            short_time(settings.next_run_time.as_deref()),
        ]);
    }
    text(&table)
}

/// A tenant's accounts.
pub(crate) fn accounts(accounts: &[AccountView]) -> String {
    if accounts.is_empty() {
        return "No accounts.".to_owned();
    }
    let mut table = table(&[
        "primary address",
        "further addresses",
        "type",
        "origin",
        "HSR",
        "stale since",
    ]);
    for account in accounts {
        let further: Vec<_> = account.addresses.iter().skip(1).map(further_address).collect();
        table.add_row([
            account.primary_address.clone(),
            further.join("\n"),
            word(account.object_type).to_owned(),
            word(account.origin).to_owned() + if account.protected { ", protected" } else { "" },
            yes(account.hsr_enabled).to_owned(),
            account
                .stale_since
                .as_deref()
                .map(|time| short_time(Some(time)))
                .unwrap_or_default(),
        ]);
    }
    text(&table)
}

fn further_address(address: &AddressView) -> String {
    let mut notes = Vec::new();
    if address.address_type == Some("DOMAIN_ALIAS") {
        notes.push("domain alias");
    }
    if address.origin == Some("MANUAL") {
        notes.push("typed in");
    }
    if address.stale_since.is_some() {
        notes.push("stale");
    }
    if notes.is_empty() {
        address.address.clone()
    } else {
        format!("{} ({})", address.address, notes.join(", "))
    }
}

#[cfg(test)]
mod tests;
