//! The statements of this crate, on a database of their own for each test.

mod tests;
