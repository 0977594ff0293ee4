//! The DN in an LDAP URL (RFC 4516).

use super::Dn;

/// The DN of `url`, if it has one: `ldap://host/DC=corp,DC=example?mail`, or `LDAP://DC=corp,DC=example` as Windows
/// writes it.
pub(crate) fn dn(url: &str) -> Option<Dn> {
    let (_, rest) = url.split_once("://")?;
    let text = rest.split_once('/').map_or(rest, |(_, path)| path);
    let text = text.split('?').next()?;
    let dn = Dn::parse(&decoded(text)?).ok()?;
    (!dn.is_root()).then_some(dn)
}

/// The host of `url`, without a port; `None` if it has none.
pub(crate) fn host(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    let authority = rest.split(['/', '?']).next()?;
    let host = match authority.strip_prefix('[') {
        Some(address) => address.split(']').next()?,
        None => authority.split(':').next()?,
    };
    (!host.is_empty() && !host.contains('=')).then_some(host)
}

/// With each `%NN` as the byte that it stands for (RFC 3986 section 2.1).
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        rest = after;
        if *first != b'%' {
            bytes.push(*first);
            continue;
        }
        let (digits, after) = rest.split_at_checked(2)?;
        let digits = std::str::from_utf8(digits).ok()?;
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
        rest = after;
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dn_is_found_behind_any_host_and_without_one() {
        for url in [
            "ldap://dc1.corp.example:389/OU=Staff,DC=corp",
            "LDAP://OU=Staff,DC=corp",
            "ldaps:///OU=Staff,DC=corp?mail?sub",
            "ldap://[2001:db8::1]/OU=%53taff,DC=corp",
        ] {
            assert_eq!(
                dn(url).map(|dn| dn.to_string()).as_deref(),
                Some("OU=Staff,DC=corp"),
                "{url}"
            );
        }
        for url in [
            "ldap://dc1.corp.example/",
            "ldap://dc1",
            "OU=Staff",
            "ldap://a/%f",
            "ldap://a/%+1=b",
        ] {
            assert_eq!(dn(url), None, "{url}");
        }
    }

    #[test]
    fn the_host_has_no_port_and_is_no_dn() {
        for (url, expected) in [
            ("ldap://dc1.corp.example:389/DC=corp", Some("dc1.corp.example")),
            ("ldap://[2001:db8::1]:389/DC=corp", Some("2001:db8::1")),
            ("ldap://dc1?x", Some("dc1")),
            ("ldap:///DC=corp", None),
            ("LDAP://DC=corp", None),
            ("dc1", None),
        ] {
            assert_eq!(host(url), expected, "{url}");
        }
    }
}
