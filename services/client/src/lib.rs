//! What a front end needs besides the contract, such as the command `rollcall` or a console in the web.
//!
//! [`view`] turns answers into JSON that keeps the names of the contract.
//!
//! Invariants: a front end that uses this crate knows no service, and a service knows no front end. Nothing here prints,
//! asks a person or chooses words for one.

pub mod view;
