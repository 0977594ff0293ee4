//! Errors of a request's fields. Each continues the field's name, as in `settings.directory.port: expected …`.

use crate::{
    address::{DomainName, InvalidDomainName},
    dn::{Notation, NotationKind},
    invisible::{CodePoint, is_invisible, show},
    ports::Ports,
};

/// A time is none of the calendar's.
pub const TIME: &str = "expected a time from year 1 to 9999";
/// A text has a character that cannot be seen.
pub const CONTROL_CHARACTER: &str = "has a control character, such as a line end";
/// A value stands twice in a list.
pub const GIVEN_TWICE: &str = "is given twice";

/// A seal is missing, or can be none.
pub const SEAL: &str = "expected a sealed credential";

/// A character that cannot be seen stands in `text`; `None` if there is none.
pub fn invisible(text: &str) -> Option<String> {
    let found = text.chars().find(|c| is_invisible(*c))?;
    Some(format!(
        "has the invisible character {}: {}",
        CodePoint(found),
        show(text)
    ))
}

/// A text is no domain.
pub fn not_a_domain(text: &str, error: InvalidDomainName) -> String {
    invisible(text.trim()).unwrap_or_else(|| error.to_string())
}

/// A text is too long.
pub fn most_characters(most: usize) -> String {
    format!("expected at most {most} characters")
}

/// A text is too long, as the database counts.
pub fn most_bytes(most: usize) -> String {
    format!("expected at most {most} bytes")
}

/// A list is too long.
pub fn most_entries(most: usize) -> String {
    format!("expected at most {most} entries")
}

// Settings and calls as a whole.

/// The settings of a test name another tenant than the call.
pub const OTHER_TENANT: &str = "expected the tenant_id of the call, or none";
/// Neither settings nor a tenant are given to a test.
pub const NOTHING_TO_TEST: &str = "is required unless settings are given: it says which settings to test";
/// A pause of the operator pauses nothing.
pub const NOTHING_TO_PAUSE: &str = "expected schedules, removals or both";

// The directory's server and account.

/// No directory.
pub const NO_DIRECTORY: &str = "is required: it says where the directory is";
/// An unknown kind of server.
pub const SERVER_TYPE: &str = "expected ACTIVE_DIRECTORY, OPENLDAP or OTHER";
/// An unknown kind of security.
pub const SECURITY: &str = "expected LDAPS, STARTTLS or PLAINTEXT";
/// The operator allows no plain text.
pub const PLAINTEXT: &str = "PLAINTEXT is not allowed here, because it would show the password to the network: \
                             expected LDAPS or STARTTLS";
/// No port.
pub const PORT: &str = "expected 1 to 65535, or 0 for 636 with LDAPS and 389 otherwise";
/// A port that is not on the operator's list, which is `allowed`.
pub fn port_not_allowed(allowed: &Ports) -> String {
    format!("connections to this port are not allowed: expected {allowed}")
}
/// No user name.
pub const NO_USERNAME: &str = r"is required: a DN, name@example.com, or DOMAIN\name";
/// An empty password.
pub const EMPTY_PASSWORD: &str = "must not be empty; leave it out to keep the stored password";

// Hosts.

/// Neither a name nor an address.
pub const HOST: &str = "expected a host name such as dc1.example.com, or an IP address";
/// A URL.
pub const HOST_URL: &str = "expected only the host, not a URL: security and port have fields of their own";
/// An address in brackets.
pub const HOST_BRACKETS: &str =
    "expected an IPv6 address without brackets, and no port: the port has a field of its own";
/// A host with its port.
pub const HOST_PORT: &str = "expected the host without a port: the port has a field of its own";

/// Several hosts in the place of one.
pub const HOST_LIST: &str = "expected one host: enter each further host as an entry of its own";

/// Too many hosts, or none.
pub fn hosts(most: usize, found: usize) -> String {
    format!("expected 1 to {most} hosts, found {found}")
}

// CA certificates. Blocks and certificates are counted from 1.

/// Not one block.
pub const NO_PEM: &str =
    "has no certificate: expected PEM, blocks that begin with -----BEGIN CERTIFICATE-----";

/// The certificates are too long.
pub fn most_kib(most: usize) -> String {
    format!("expected at most {most} KiB")
}

/// A block is damaged.
pub fn damaged_block(block: usize) -> String {
    format!("block {block} is damaged: it is not PEM")
}

/// A block is something else.
pub fn not_a_certificate(block: usize) -> String {
    format!("block {block} is not a certificate: expected only CERTIFICATE blocks")
}

/// A certificate cannot be trusted.
pub fn not_trustworthy(certificate: usize) -> String {
    format!("certificate {certificate} is not an X.509 certificate that can be trusted")
}

// Search bases.

/// A base of blanks, or of characters that cannot be seen: nothing shows that the root of the tree is meant.
pub const UNSEEN_BASE: &str =
    "expected a DN, or no character at all for the root of the tree; this one cannot be seen";

/// The base of callers that know only one stands beside the list.
pub const ONE_BASE_OR_LIST: &str = "must be empty if search_bases are given";

/// Too many bases.
pub fn most_bases(most: usize, found: usize) -> String {
    format!("expected at most {most} search bases, found {found}")
}

/// A place is named in another way than by its DN.
pub fn not_a_dn(notation: &Notation) -> String {
    let found = match notation.kind {
        NotationKind::CanonicalName => "a canonical name",
        NotationKind::Domain => "a domain",
        NotationKind::Url => "a URL",
        NotationKind::Guid => "a GUID",
    };
    match &notation.dn {
        Some(dn) => format!("expected a DN, found {found}: enter it as {dn}"),
        None => format!("expected a DN such as OU=Staff,DC=corp,DC=example, found {found}"),
    }
}

// Filters and attributes.

/// A built filter leaves no room for another level.
pub const FILTER_TOO_DEEP: &str =
    "is nested as deeply as possible: expected a filter to which conditions can be added";
/// An attribute with an option.
pub const ATTRIBUTE_OPTION: &str = "expected an attribute without options";
/// An attribute by its number.
pub const ATTRIBUTE_NUMBER: &str = "expected the attribute's name, not its object identifier";

/// The prefixes of proxyAddresses decide which address is primary.
pub const PRIMARY_PROXY_ADDRESSES: &str = "must not be proxyAddresses, whose values mark the primary address by SMTP: \
                                           expected another attribute, or none";

/// An attribute that may not be read for addresses, and the names of those that may.
pub fn attribute_not_permitted(attribute: &str, permitted: &[&str]) -> String {
    format!(
        "{attribute} may not be read for addresses; an operator can add it to directory.address_attributes, which has {}",
        permitted.join(", ")
    )
}

/// An error of a filter, at a place in it. Its sentence continues the field's name, as any other error does.
pub fn at_position(position: i32, message: &str) -> String {
    let mut letters = message.trim_end_matches('.').chars();
    let first = letters.next().map(|first| first.to_ascii_lowercase());
    let sentence: String = first.into_iter().chain(letters).collect();
    format!("at character {position}: {sentence}")
}

/// A filter grows too long where invisible characters are written out.
pub fn canonical_filter_too_long(most: usize) -> String {
    format!("expected at most {most} bytes in canonical form")
}

/// A built filter is too long.
pub fn built_filter_too_long(most: usize) -> String {
    format!("the filter would have more than {most} bytes: expected fewer domains, or a shorter filter")
}

/// Too many attributes.
pub fn most_attributes(most: usize) -> String {
    format!("expected at most {most} attributes")
}

// The choice of objects and domains.

/// An unknown choice for addresses with the same username portion.
pub const SAME_USERNAME: &str = "expected SKIP or IMPORT";
/// An unknown type.
pub const OBJECT_TYPE: &str =
    "expected USER, GROUP, CONTACT, PUBLIC_FOLDER, RESOURCE, SHARED_MAILBOX or OTHER";

/// More domains are chosen than can be.
pub fn most_chosen_domains(most: usize) -> String {
    format!("expected at most {most}; leave it empty for all")
}

/// A chosen domain is not the tenant's.
pub fn not_own_domain(domain: &DomainName) -> String {
    format!("{domain} is not one of the tenant's own domains")
}

// Limits of removals.

/// No percentage.
pub const PERCENT: &str = "expected 0 to 100 percent";

/// A limit beyond all accounts.
pub fn limit_accounts(most: i32) -> String {
    format!("expected 0 to {most} accounts")
}

// Accounts.

/// Too many addresses.
pub fn addresses(most: usize, found: usize) -> String {
    format!("expected at most {most} addresses with the primary, found {found}")
}

/// A number stands for no object type.
pub fn not_an_object_type(number: i32) -> String {
    format!("{number} is not an object type")
}

/// A value stands in its list already.
pub fn already_listed(value: &str) -> String {
    format!("{value} is already in the list")
}

// Domains.

/// Too many domains.
pub fn domains(most: usize, found: usize) -> String {
    format!("expected at most {most} domains, found {found}")
}

/// An IP address in place of a domain.
pub const DOMAIN_IP_ADDRESS: &str = "expected a domain such as example.com, found an IP address";
/// A host of a local network in place of a domain.
pub const DOMAIN_ONE_LABEL: &str = "expected a domain such as example.com, found a name without a dot";
/// An alias stands for itself.
pub const ALIAS_OF_ITSELF: &str = "expected another domain: no domain is an alias of itself";

/// An alias stands for a domain that is not listed.
pub fn not_listed(domain: &DomainName) -> String {
    format!("expected an alias of a domain in the list, and {domain} is not in the list")
}

/// An alias stands for an alias.
pub fn alias_of_alias(domain: &DomainName) -> String {
    format!("expected an alias of a real domain, and {domain} is itself an alias")
}

// Searches.

/// A search for a character that no database takes.
pub const NUL: &str = "must not contain NUL";

/// A search is too long.
pub fn most_search_bytes(most: usize) -> String {
    format!("must have at most {most} bytes")
}

/// A number stands for no verdict.
pub fn not_a_verdict(number: i32) -> String {
    format!("{number} is not a verdict")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_of_a_filter_continues_the_name_of_its_field() {
        assert_eq!(
            at_position(4, "Expected `)`, but found the end."),
            "at character 4: expected `)`, but found the end"
        );
    }

    #[test]
    fn an_invisible_character_is_named_and_shown_where_it_stands() {
        for text in ["corp\u{200b}.example", "corp\u{ad}.example", "corp\u{a0}.example"] {
            let error = DomainName::parse(text).unwrap_err();
            let found = text.chars().find(|c| is_invisible(*c)).unwrap_or_default();
            assert_eq!(
                not_a_domain(text, error),
                format!(
                    "has the invisible character {}: corp{}.example",
                    CodePoint(found),
                    found.escape_unicode()
                )
            );
        }
        let error = DomainName::parse("corp..example").unwrap_err();
        assert_eq!(not_a_domain("corp..example", error), error.to_string());
    }
}
