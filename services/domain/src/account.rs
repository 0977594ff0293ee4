//! Facts about an account that every service shows alike.

use std::cmp::Ordering;

/// An account's last name: the domain of its primary address, or nothing if it has none.
pub fn last_name(primary_address: &str) -> &str {
    primary_address.rsplit_once('@').map_or("", |(_, domain)| domain)
}

/// Order of an account's addresses, each given with whether it is the primary: the primary first, the others by their
/// bytes.
pub fn order_of_addresses(one: (bool, &str), other: (bool, &str)) -> Ordering {
    (!one.0, one.1).cmp(&(!other.0, other.1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_name_is_the_domain_of_the_primary_address() {
        assert_eq!(last_name("ann@sub.acme.example"), "sub.acme.example");
        assert_eq!(last_name(""), "");
    }

    #[test]
    fn the_primary_comes_first_and_the_others_by_bytes() {
        let mut addresses = ["b@a.test", "ä@a.test", "m@a.test", "Z@a.test"];
        let is_primary = |address: &str| address == "m@a.test";
        addresses
            .sort_by(|one, other| order_of_addresses((is_primary(one), one), (is_primary(other), other)));
        assert_eq!(addresses, ["m@a.test", "Z@a.test", "b@a.test", "ä@a.test"]);
    }
}
