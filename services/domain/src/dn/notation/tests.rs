use super::*;

fn read(text: &str) -> Option<(NotationKind, Option<String>)> {
    Notation::of(text).map(|found| (found.kind, found.dn.map(|dn| dn.to_string())))
}

#[test]
fn a_canonical_name_and_a_domain_show_their_dn() {
    for (text, kind, dn) in [
        (
            "corp.example/Staff",
            NotationKind::CanonicalName,
            "OU=Staff,DC=corp,DC=example",
        ),
        (
            "corp.example/Staff/Sales, East",
            NotationKind::CanonicalName,
            r"OU=Sales\, East,OU=Staff,DC=corp,DC=example",
        ),
        (
            r"corp.example/Staff\/IT/",
            NotationKind::CanonicalName,
            "OU=Staff/IT,DC=corp,DC=example",
        ),
        (
            "corp.example/users",
            NotationKind::CanonicalName,
            "CN=users,DC=corp,DC=example",
        ),
        (
            "corp.example/Staff/Users",
            NotationKind::CanonicalName,
            "OU=Users,OU=Staff,DC=corp,DC=example",
        ),
        ("corp.example", NotationKind::Domain, "DC=corp,DC=example"),
        (" corp.example./ ", NotationKind::Domain, "DC=corp,DC=example"),
    ] {
        assert_eq!(read(text), Some((kind, Some(dn.to_owned()))), "{text}");
    }
}

#[test]
fn a_url_shows_the_dn_that_it_has() {
    let dn = Some("OU=Staff,DC=corp,DC=example".to_owned());
    for text in [
        "LDAP://OU=Staff,DC=corp,DC=example",
        "ldaps://dc1.corp.example:636/OU=Staff,DC=corp,DC=example?mail?sub",
    ] {
        assert_eq!(read(text), Some((NotationKind::Url, dn.clone())), "{text}");
    }
    assert_eq!(read("ldap://dc1.corp.example"), Some((NotationKind::Url, None)));
}

#[test]
fn a_guid_shows_no_place() {
    for text in [
        "<GUID=11111111-2222-3333-4444-555555555555>",
        "<SID=S-1-5-21-1>",
        "<WKGUID=a9d1ca15768811d1aded00c04fd8d5cd,DC=corp,DC=example>",
    ] {
        assert_eq!(read(text), Some((NotationKind::Guid, None)), "{text}");
    }
}

#[test]
fn what_is_none_of_these_is_not_guessed_at() {
    for text in [
        "",
        "Staff",
        "Staff/Sales",
        "OU=Staff;DC=corp",
        "OU=\"a\"",
        "a..b",
        ".",
        "a@corp.example",
    ] {
        assert_eq!(read(text), None, "{text}");
    }
}
