//! Reads the sources of the services and shows which file of a crate uses which; and reads migrations.
//!
//! [`Crate::read`] parses a crate's files; [`Crate::uses`] gives the ties between them, with every re-export followed
//! to the file that defines the name; [`Crate::texts`] gives their literals; [`circles`] finds the ties that lead back
//! to where they began. It knows Rust's paths, not its types: a method that is called on a value ties nothing. Tests
//! inside a file do not count.

mod circle;
pub mod migration;
mod module;
mod paths;
mod resolve;

pub use circle::{Circle, circles};
pub use module::Crate;
pub use resolve::Use;
