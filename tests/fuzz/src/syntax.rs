//! Texts that customers and directories write.

use rollcall_domain::{
    Address, AddressAttributes, Claim, ClaimedAddress, DirectoryObject, Filter, RefusedValue, dn::Dn,
    filter::compose, invisible::has_invisible, reading::EntryReader,
};

/// Part that is kept of a value that is no address.
const MAX_SHOWN: usize = 1_024;

/// A value becomes one claim at most. An address is normalised once and for all; anything else is shown, shortened.
pub(crate) fn proxy_address(value: &[u8]) {
    for name in ["proxyAddresses", "mail"] {
        let object = read(name, value);
        assert!(object.claims.len() <= 1, "one value makes {:?}", object.claims);
        for Claim { address, .. } in &object.claims {
            match address {
                ClaimedAddress::Valid(address) => assert_eq!(
                    Address::parse(address.as_str()).as_ref(),
                    Ok(address),
                    "a normalised address is its own normal form"
                ),
                ClaimedAddress::Invalid(RefusedValue { shown, .. })
                | ClaimedAddress::UnknownPrefix(RefusedValue { shown, .. }, _) => {
                    assert!(shown.len() <= MAX_SHOWN, "{} bytes are shown", shown.len());
                    assert!(!has_invisible(shown), "{shown:?}");
                }
            }
        }
        if name == "proxyAddresses" && !object.claims.is_empty() {
            assert_eq!(read(name, value), object, "a value means the same each time");
        }
    }
}

fn read(name: &str, value: &[u8]) -> DirectoryObject {
    let attributes = AddressAttributes::parse([name]).unwrap_or_default();
    let mut reader = EntryReader::new(&attributes);
    reader.attribute(name, [value]);
    reader.finish(b"CN=a").object
}

/// A filter that is accepted prints as one that means the same, and the LDAP library can send it.
pub(crate) fn filter(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else {
        return;
    };
    let Ok(filter) = Filter::parse(text) else { return };
    let printed = filter.to_string();
    assert_eq!(Filter::parse(&printed).as_ref(), Ok(&filter), "{printed:?}");
    let sent = compose(Some(&filter), &AddressAttributes::default());
    assert!(ldap3::parse_filter(&sent).is_ok(), "{sent:?} cannot be sent");
}

/// A name that is accepted prints as the same name, lies within itself, and has one normal form.
pub(crate) fn dn(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else {
        return;
    };
    let Ok(name) = Dn::parse(text) else { return };
    let printed = name.to_string();
    assert_eq!(Dn::parse(&printed).as_ref(), Ok(&name), "{printed:?}");
    assert!(name.is_within(&name));
    let normal = name.normalised();
    let again = Dn::parse(&normal).map(|name| name.normalised());
    assert_eq!(again.as_ref(), Ok(&normal), "{text:?}");
}
