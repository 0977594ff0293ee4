//! Reads of a directory: why a read was complete.

use super::words::counted;

/// Every read is complete.
pub const FULL: &str = "Every matching object is read each time.";

/// A value that is not an address, of an attribute in which anything may stand.
pub fn hidden_value(attribute: &str, octets: usize) -> String {
    format!(
        "(a value of {attribute}, {})",
        counted(octets as u64, "octet", "octets")
    )
}
