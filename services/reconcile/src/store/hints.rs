//! Sets of hints as columns: their bits, in a number that SQL has.

use rollcall_domain::Hints;

use crate::error::ReconcileError;

/// A set of hints, as it is stored.
pub(super) fn to_sql(hints: Hints) -> i16 {
    hints.bits().into()
}

/// A set of hints that was stored.
pub(super) fn from_sql(bits: i16) -> Result<Hints, ReconcileError> {
    let bits = u8::try_from(bits).map_err(|_| ReconcileError::Unreadable { what: "hints" })?;
    Ok(Hints::from_bits(bits))
}
