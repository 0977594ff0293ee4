//! Lines and cells.

use std::borrow::Cow;

use csv::{Terminator, Writer, WriterBuilder};
use rollcall_chassis::status::ApiError;
use rollcall_proto::v1::Row;
use rollcall_terms::names::{self, Named};

/// Address, its type and its object's primary as they stand in the directory; then what the run says of them.
const HEADER: [&str; 7] = [
    "address",
    "address_type",
    "primary_address",
    "object_type",
    "verdict",
    "reason",
    "portal_primary_address",
];

/// Whole lines in the making.
pub(super) struct Lines(Writer<Vec<u8>>);

impl Lines {
    pub(super) fn new() -> Self {
        Self(
            WriterBuilder::new()
                .terminator(Terminator::CRLF)
                .from_writer(Vec::new()),
        )
    }

    /// Bytes so far.
    pub(super) fn len(&self) -> usize {
        self.0.get_ref().len()
    }

    /// Adds the header line.
    pub(super) fn header(&mut self) -> Result<(), ApiError> {
        self.line(HEADER)
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
        ];
        self.line(cells)
    }

    fn line(&mut self, cells: [&str; HEADER.len()]) -> Result<(), ApiError> {
        let cells = cells.map(defused);
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

/// The cell as it is, or behind an apostrophe if a spreadsheet would run it as a formula: what stands in a
/// directory comes from strangers.
fn defused(cell: &str) -> Cow<'_, str> {
    // The wide forms are read as the narrow ones where wide letters are usual.
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']) {
        Cow::Owned(format!("'{cell}"))
    } else {
        Cow::Borrowed(cell)
    }
}

#[cfg(test)]
mod tests;
