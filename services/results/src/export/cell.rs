//! Lines and cells.

use std::borrow::Cow;

use csv::{Terminator, Writer, WriterBuilder};
use rollcall_chassis::status::ApiError;
use rollcall_domain::invisible;
use rollcall_proto::v1::{Row, Verdict};
use rollcall_terms::names::{self, Named};

/// UTF-8's byte order mark, without which spreadsheets guess another encoding.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// Address, its type and its object's primary as they stand in the directory; then what the run says of them.
const HEADER: [&str; 9] = [
    "address",
    "address_type",
    "primary_address",
    "object_type",
    "verdict",
    "reason",
    "portal_primary_address",
    "better_claim",
    "object_dn",
];

/// Whole lines in the making.
pub(super) struct Lines(Writer<Vec<u8>>);

impl Lines {
    /// Lines in the middle of a file.
    pub(super) fn new() -> Self {
        Self::after(Vec::new())
    }

    /// The beginning of a file: the byte order mark and the header line.
    pub(super) fn first() -> Result<Self, ApiError> {
        let mut lines = Self::after(BYTE_ORDER_MARK.to_vec());
        lines.line(HEADER)?;
        Ok(lines)
    }

    fn after(bytes: Vec<u8>) -> Self {
        Self(
            WriterBuilder::new()
                .terminator(Terminator::CRLF)
                .from_writer(bytes),
        )
    }

    /// Bytes so far.
    pub(super) fn len(&self) -> usize {
        self.0.get_ref().len()
    }

    /// Adds a row's line.
    pub(super) fn row(&mut self, row: &Row) -> Result<(), ApiError> {
        let cells = [
            row.address.as_str(),
            word(row.directory_type()),
            row.directory_primary.as_str(),
            word(row.object_type()),
            word(row.verdict()),
            word(row.reason()),
            row.primary_address.as_str(),
            better_claim(row),
            row.object_dn.as_str(),
        ];
        self.line(cells)
    }

    fn line(&mut self, cells: [&str; HEADER.len()]) -> Result<(), ApiError> {
        let cells = cells.map(|cell| defused(invisible::show(cell)));
        self.0
            .write_record(cells.iter().map(|cell| cell.as_bytes()))
            .map_err(|error| failed(&error))?;
        // Out of the writer's own buffer, so that the length is known.
        self.0.flush().map_err(|error| failed(&error))
    }

    /// The lines.
    pub(super) fn finish(self) -> Result<Vec<u8>, ApiError> {
        self.0.into_inner().map_err(|error| failed(error.error()))
    }
}

fn failed(error: &(dyn std::error::Error + 'static)) -> ApiError {
    ApiError::internal("writing CSV", error)
}

fn word<E: Named>(value: E) -> &'static str {
    names::to_sql(value).unwrap_or_default()
}

/// The object or account because of which a claim is refused. Of other verdicts, a row names an account that an address
/// left, or a reason: nobody with a better claim.
fn better_claim(row: &Row) -> &str {
    match row.verdict() {
        Verdict::Skip => &row.other,
        _ => "",
    }
}

/// The cell as it is, or behind an apostrophe if a spreadsheet would run it as a formula: what stands in a
/// directory comes from strangers. A cell with an apostrophe of its own before a formula gets one more, so that a
/// reader can take it off. Line breaks and tabs, which some spreadsheets skip, are shown as `\u{…}` by now.
fn defused(cell: Cow<'_, str>) -> Cow<'_, str> {
    // The wide forms are read as the narrow ones where wide letters are usual.
    let formula = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];
    if cell.trim_start_matches('\'').starts_with(formula) {
        Cow::Owned(format!("'{cell}"))
    } else {
        cell
    }
}

#[cfg(test)]
mod tests;
