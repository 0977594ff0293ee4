//! Output for people: tables that fit the terminal, from the same views as the JSON.

mod account;
mod audit;
mod domains;
mod explain;
mod fleet;
mod look;
mod rows;
mod run;
mod settings;
mod shown;
mod step;
mod words;

use comfy_table::{ColumnConstraint, ContentArrangement, Table, TableComponent, presets};
use rollcall_domain::invisible::{show, show_lines};

pub(crate) use account::{account, accounts};
pub(crate) use audit::audit;
pub(crate) use domains::{domain_owner, domains, released};
pub(crate) use explain::explanation;
pub(crate) use fleet::{fleet, pause};
pub(crate) use look::Look;
pub(crate) use rows::rows;
pub(crate) use run::{run, runs};
pub(crate) use settings::{filter, filter_check, resumed, settings, settings_list};
pub(crate) use shown::Shown;
pub(crate) use step::step;

/// Blanks between two columns.
const GAP: usize = 2;

/// Place at which a cell may be broken, once [`break_where_marked`] was called for its column; never printed. Texts from
/// elsewhere are shown first, so that none brings its own.
const BREAK: char = '\u{200b}';

/// Has a column's cells broken where [`BREAK`] stands, instead of at blanks.
fn break_where_marked(table: &mut Table, column: usize) {
    if let Some(column) = table.column_mut(column) {
        column.set_delimiter(BREAK);
    }
}

/// Never breaks or cuts a column's cells: ids are there to be copied, and part of a number is another number.
fn keep_whole(table: &mut Table, column: usize) {
    if let Some(column) = table.column_mut(column) {
        column.set_constraint(ColumnConstraint::ContentWidth);
    }
}

/// A name of the contract or an address, which may be broken after `_` and before `@`.
fn breakable(name: &str) -> String {
    show(name)
        .replace('_', &format!("_{BREAK}"))
        .replace('@', &format!("{BREAK}@"))
}

/// A table of one shape for all: a line below the header, two blanks between columns, and no wider than there is room.
/// Without a bound there is no line, and nothing is broken.
fn table(header: &[&str], look: &Look) -> Table {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING);
    match look.columns() {
        Some(columns) => {
            table
                .set_content_arrangement(ContentArrangement::Dynamic)
                .set_width(columns);
        }
        None => {
            table.set_content_arrangement(ContentArrangement::Disabled);
        }
    }
    if !header.is_empty() {
        table.set_header(header);
        if look.columns().is_some() {
            table.set_style(TableComponent::HeaderLines, '─');
        }
    }
    table
}

/// True if the table has room as it is, without any cell broken.
fn fits<const N: usize>(header: [&str; N], rows: &[[String; N]], look: &Look) -> bool {
    let Some(columns) = look.columns() else {
        return true;
    };
    let width = |text: &str| text.chars().filter(|letter| *letter != BREAK).count();
    let widest = |column: usize| {
        let cells = rows.iter().map(|row| width(&row[column]));
        cells.chain([width(header[column])]).max().unwrap_or_default() + GAP
    };
    (0..N).map(widest).sum::<usize>() <= usize::from(columns) + GAP
}

/// Only the columns that say something: those that are empty in each row are left out.
fn filled<const N: usize>(header: [&str; N], rows: Vec<[String; N]>, look: &Look) -> Table {
    let said: Vec<usize> = (0..N)
        .filter(|column| rows.iter().any(|row| !row[*column].is_empty()))
        .collect();
    let header: Vec<&str> = said.iter().map(|column| header[*column]).collect();
    let mut table = table(&header, look);
    for mut row in rows {
        table.add_row(said.iter().map(|column| std::mem::take(&mut row[*column])));
    }
    table
}

/// A name, and its value if it has one.
type Fact = (&'static str, Option<String>);

/// Names and values, one a line; those without a value are left out.
fn facts(facts: impl IntoIterator<Item = Fact>, look: &Look) -> String {
    let mut table = table(&[], look);
    for (name, value) in facts {
        if let Some(value) = value {
            let value = show_lines(&value).replace('\n', look.line_break(" "));
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

/// Advice on a list that was cut short.
pub(crate) fn and_more(more: bool) -> Option<String> {
    more.then(|| "There are more: use --all or --limit N.".to_owned())
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

/// `1 account`, `2 accounts`.
pub(crate) fn count(number: u64, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

#[cfg(test)]
mod tests;
