//! Output for people: tables that fit the terminal, from the same views as the JSON.

mod account;
mod explain;
mod fleet;
mod rows;
mod run;
mod settings;
mod step;
mod words;

use std::io::{self, IsTerminal};

use comfy_table::{ContentArrangement, Table, TableComponent, presets};
use jiff::Timestamp;
use rollcall_client::view::DomainList;

pub(crate) use account::{account, accounts};
pub(crate) use explain::explanation;
pub(crate) use fleet::{fleet, pause};
pub(crate) use rows::rows;
pub(crate) use run::{run, runs};
pub(crate) use settings::{filter, filter_check, resumed, settings, settings_list};
pub(crate) use step::step;

/// Width of the text in columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Width(Option<u16>);

impl Width {
    /// Width if nothing else sets it.
    const USUAL: u16 = 80;
    /// Narrower than this nothing is readable.
    const LEAST: u16 = 40;

    /// Width of standard output: from COLUMNS, otherwise from the terminal, otherwise the default.
    #[expect(
        clippy::disallowed_methods,
        reason = "what shells say of the terminal is no configuration"
    )]
    pub fn of_output() -> Self {
        let columns = std::env::var("COLUMNS").ok();
        Self::fitting(columns.as_deref(), io::stdout().is_terminal())
    }

    fn fitting(columns: Option<&str>, on_terminal: bool) -> Self {
        match columns.and_then(|columns| columns.parse::<u16>().ok()) {
            Some(columns) => Self(Some(columns.max(Self::LEAST))),
            None if on_terminal => Self(None),
            None => Self(Some(Self::USUAL)),
        }
    }
}

/// Place at which a cell may be broken, once [`break_where_marked`] was called for its column; never printed.
const BREAK: char = '\u{200b}';

/// Has a column's cells broken where [`BREAK`] stands, instead of at blanks.
fn break_where_marked(table: &mut Table, column: usize) {
    if let Some(column) = table.column_mut(column) {
        column.set_delimiter(BREAK);
    }
}

/// A name of the contract or an address, which may be broken after `_` and before `@`.
fn breakable(name: &str) -> String {
    name.replace('_', &format!("_{BREAK}"))
        .replace('@', &format!("{BREAK}@"))
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
        text + "\nThere are more: use --all or --limit N."
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

/// RFC 3339 in UTC to the second, as a person reads it.
pub(crate) fn short_time(time: Option<&str>) -> String {
    let Some(parsed) = time.and_then(|text| text.parse::<Timestamp>().ok()) else {
        return "-".to_owned();
    };
    parsed.strftime("%Y-%m-%d %H:%M:%SZ").to_string()
}

/// A time, if there is one.
fn at(time: Option<&str>) -> Option<String> {
    time.map(|time| short_time(Some(time)))
}

/// `1 account`, `2 accounts`.
pub(crate) fn count(number: u64, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
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

#[cfg(test)]
mod tests;
