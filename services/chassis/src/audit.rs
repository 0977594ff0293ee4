//! The record of every act: who called, for whom, what was done, and with what result.
//!
//! A service writes the record of an act in the transaction that acts ([`Record::write`]), so that neither is without
//! the other. Refused calls act on nothing: [`Refusals`] writes theirs afterwards and within bounds.

mod act;
mod bounds;
mod record;
mod refusals;

pub use act::Act;
pub use record::{Record, keep_months};
pub use refusals::Refusals;
