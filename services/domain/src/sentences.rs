//! Every sentence that a customer's administrator reads from a service: the one place to change a text.
//!
//! Write for that reader: an administrator enters a password, contacts support, reviews a preview; a directory accepts
//! and refuses. One clause a sentence, British spelling, codes and states in capitals, and no wordplay.
//!
//! - A message names the thing and what became of it. It begins with a noun and ends with a full stop.
//! - Advice is an imperative. It names what to change, and says if nothing needs to be changed.
//! - The error of a field continues the field's name: "expected …", "is required", "must be …". It has no full stop.
//!
//! Each function takes values and returns its text. It decides nothing: whether a sentence is said at all is up to the
//! caller. A type whose every value has a text, such as a failure's code, says it by a method or `Display` written here.
//! The labels of the command stand in `services/cli`, and texts for operators where they are logged.

pub mod account;
pub mod base;
pub mod connection_test;
pub mod explain;
mod failure;
pub mod field;
mod guard;
pub mod left_out;
pub mod read;
pub mod refusal;
pub mod revert;
mod value;
pub mod verdict;
mod words;
