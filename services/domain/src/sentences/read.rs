//! Reads of a directory: why a read was complete.

/// Every read is complete.
pub const FULL: &str = "Every matching object is read each time.";
