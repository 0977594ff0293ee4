//! Reads of a directory: why a read was complete, and what to check if it found nothing.

use super::{
    connection_test::StepText,
    words::{counted, number},
};

/// Every read is complete.
pub const FULL: &str = "Every matching object is read each time.";

/// A value that is not an address, of an attribute in which anything may stand.
pub fn hidden_value(attribute: &str, octets: usize) -> String {
    format!(
        "(a value of {attribute}, {})",
        counted(octets as u64, "octet", "octets")
    )
}

/// The second such value of the same length, the third, and so on: `first` is what the first one is called.
pub fn further_hidden_value(first: &str, place: usize) -> String {
    format!("{first} #{place}")
}

// Reasons why a read did not use the server of the last applied one. `last` is its host and address.

/// The host of the last read is not one of the settings' any longer.
pub fn last_is_no_host(last: &str) -> String {
    format!("The last sync read {last}, which is no longer among the hosts of the settings.")
}

/// The host of the last read has only other addresses now.
pub fn last_has_other_addresses(last: &str) -> String {
    format!("The last sync read {last}: the host no longer has this address.")
}

/// The operator no longer allows connections to the last read's server, at an address of `host`.
pub fn last_is_not_allowed(host: &str) -> String {
    format!("The last sync read a server of {host} to which connections are no longer allowed.")
}

/// The last read's server failed, for a reason in technical words.
pub fn last_failed(last: &str, why: &str) -> String {
    format!("The last sync read {last}, which failed this time: {why}.")
}

/// Another server answers at the same address; `last` names the one that answered before.
pub fn last_was_other(last: &str) -> String {
    format!("The last sync read {last}: another server answers at the same address.")
}

/// An entry crosses a bound.
pub fn entry_too_large(entry: &str) -> StepText {
    StepText::new(
        format!("The entry {entry} is larger than is accepted."),
        "Nothing was changed. The detail names the limit: shorten the entry in your directory, exclude it with the \
         filter, or contact support.",
    )
}

/// An entry has more addresses than an object may.
pub fn too_many_addresses(entry: &str, most: u64) -> StepText {
    StepText::new(
        format!("The entry {entry} has more than {} addresses.", number(most)),
        "Nothing was changed. Remove addresses from the entry in your directory, or exclude it with the filter.",
    )
}

/// Sentences about a complete read without any address, with what to check; `None` if it found one.
pub fn nothing_found(objects: u64, addresses: u64) -> Option<&'static str> {
    match (objects, addresses) {
        (0, _) => Some(
            "Nothing was found: the directory returned no object. Check the search base, the filter and the \
             attributes, and that the account that reads the directory may read them. A condition on an attribute that \
             the directory's schema lacks matches nothing, even if it is negated. memberOf never names a user's primary \
             group, such as Domain Users. A connection test shows the filter as it is sent, and names such \
             attributes.",
        ),
        (_, 0) => Some(
            "No address was found: no object that the directory returned has an e-mail address. Check the attributes, \
             and that their values begin with SMTP: or smtp: where they must.",
        ),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::nothing_found;

    #[test]
    fn a_read_without_an_address_says_what_to_check() {
        assert!(nothing_found(0, 0).is_some_and(|said| said.contains("no object") && said.contains("Check")));
        assert!(
            nothing_found(2, 0).is_some_and(|said| said.contains("e-mail address") && said.contains("Check"))
        );
        assert_eq!(nothing_found(2, 1), None);
    }
}
