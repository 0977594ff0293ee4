//! What a person reads: tables that fit the terminal, from the same views as the JSON.

mod run;

use std::io::{self, IsTerminal};

use comfy_table::{ContentArrangement, Table, TableComponent, presets};

use crate::view::{
    AccountView, AddressView, DomainList, ImportView, SettingsShown, SettingsView, short_time,
};

pub(crate) use run::{rows, run, runs};

/// How many columns of text there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Width(Option<u16>);

impl Width {
    /// Where nobody says how wide it is.
    const USUAL: u16 = 80;
    /// Narrower than this nothing is readable.
    const LEAST: u16 = 40;

    /// That of standard output: what COLUMNS says, else the terminal's, else the usual.
    #[expect(
        clippy::disallowed_methods,
        reason = "what shells say of the terminal is no configuration"
    )]
    pub fn of_output() -> Self {
        let columns = std::env::var("COLUMNS").ok();
        Self::of(columns.as_deref(), io::stdout().is_terminal())
    }

    fn of(columns: Option<&str>, on_terminal: bool) -> Self {
        match columns.and_then(|columns| columns.parse::<u16>().ok()) {
            Some(columns) => Self(Some(columns.max(Self::LEAST))),
            None if on_terminal => Self(None),
            None => Self(Some(Self::USUAL)),
        }
    }
}

/// Where a cell may be broken, once [`break_where_marked`] was called for its column; never printed.
const BREAK: char = '\u{200b}';

/// Has a column's cells broken where [`BREAK`] stands, instead of at blanks.
fn break_where_marked(table: &mut Table, column: usize) {
    if let Some(column) = table.column_mut(column) {
        column.set_delimiter(BREAK);
    }
}

/// A table of one shape for all: a line below the header, two blanks between columns, and no wider than there is room.
fn table(header: &[&str], width: Width) -> Table {
    let mut table = Table::new();
    table
        .load_preset(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic);
    if let Width(Some(width)) = width {
        table.set_width(width);
    }
    if !header.is_empty() {
        table.set_header(header);
        table.set_style(TableComponent::HeaderLines, '─');
    }
    table
}

/// Only the columns that say something: those that are empty in each row are left out.
fn filled<const N: usize>(header: [&str; N], rows: Vec<[String; N]>, width: Width) -> Table {
    let said: Vec<usize> = (0..N)
        .filter(|column| rows.iter().any(|row| !row[*column].is_empty()))
        .collect();
    let header: Vec<&str> = said.iter().map(|column| header[*column]).collect();
    let mut table = table(&header, width);
    for mut row in rows {
        table.add_row(said.iter().map(|column| std::mem::take(&mut row[*column])));
    }
    table
}

/// A name, and its value if it has one.
type Fact = (&'static str, Option<String>);

/// Names and values, one a line; those without a value are left out.
fn facts(facts: impl IntoIterator<Item = Fact>, width: Width) -> String {
    let mut table = table(&[], width);
    for (name, value) in facts {
        if let Some(value) = value {
            table.add_row([format!("{name}:"), value]);
        }
    }
    text(table)
}

/// The table without blanks at the ends of its lines.
fn text(mut table: Table) -> String {
    let last = table.column_count().saturating_sub(1);
    for (index, column) in table.column_iter_mut().enumerate() {
        column.set_padding((0, if index == last { 0 } else { 2 }));
    }
    table
        .to_string()
        .replace(BREAK, "")
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
pub(crate) fn domains(list: &DomainList, width: Width) -> String {
    if list.domains.is_empty() {
        return format!("Tenant {} has no domains.", list.tenant_id);
    }
    let mut table = table(&["domain", "alias of"], width);
    for domain in &list.domains {
        table.add_row([domain.name.as_str(), domain.alias_of.as_deref().unwrap_or("")]);
    }
    text(table)
}

/// A tenant's settings.
pub(crate) fn settings(shown: &SettingsShown, width: Width) -> String {
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
    facts(all, width)
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
pub(crate) fn settings_list(list: &[SettingsView], width: Width) -> String {
    if list.is_empty() {
        return "No tenant has settings.".to_owned();
    }
    let header = ["tenant", "hosts", "security", "filter", "schedule", "next run"];
    let mut table = table(&header, width);
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
    text(table)
}

/// A tenant's accounts.
pub(crate) fn accounts(accounts: &[AccountView], width: Width) -> String {
    if accounts.is_empty() {
        return "No accounts.".to_owned();
    }
    let rows = accounts.iter().map(account).collect();
    let header = [
        "primary address",
        "further addresses",
        "type",
        "origin",
        "HSR",
        "stale since",
    ];
    text(filled(header, rows, width))
}

fn account(account: &AccountView) -> [String; 6] {
    let further: Vec<_> = account.addresses.iter().skip(1).map(further_address).collect();
    [
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
    ]
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
