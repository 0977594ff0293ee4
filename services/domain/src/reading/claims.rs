//! From one value to one claim.

use crate::address::{Address, escape_bytes};
use crate::object::{Claim, ClaimedAddress, LONGEST_SHOWN, shown_text};

use super::prefix::Prefix;

/// Result of reading a value.
pub(super) enum ClaimedValue {
    Claim(Claim),
    /// Its prefix says that it is something else, such as `X500:`.
    NotEmail,
    Nothing,
}

/// A value of `proxyAddresses`: `prefix:address`.
pub(super) fn prefixed(value: &[u8]) -> ClaimedValue {
    let Some(colon) = value.iter().position(|byte| *byte == b':') else {
        return plain_or_nothing(value, invalid(value), false);
    };
    let (spelling, address) = (value[..colon].trim_ascii(), &value[colon + 1..]);
    let Some(prefix) = Prefix::spelled(spelling) else {
        return ClaimedValue::NotEmail;
    };
    let primary = prefix.is_primary(spelling);
    // For only a prefix, the prefix is shown: an empty cell would not say what to look for.
    let address = if address.trim_ascii().is_empty() {
        invalid(value)
    } else {
        claimed(address)
    };
    ClaimedValue::Claim(Claim { address, primary })
}

/// A value of any other attribute: only an address.
pub(super) fn plain(value: &[u8], primary: bool) -> ClaimedValue {
    plain_or_nothing(value, claimed(value), primary)
}

fn plain_or_nothing(value: &[u8], address: ClaimedAddress, primary: bool) -> ClaimedValue {
    if value.is_empty() {
        ClaimedValue::Nothing
    } else {
        ClaimedValue::Claim(Claim { address, primary })
    }
}

fn claimed(address: &[u8]) -> ClaimedAddress {
    match std::str::from_utf8(address).map(Address::parse) {
        Ok(Ok(valid)) => ClaimedAddress::Valid(valid),
        _ => invalid(address),
    }
}

fn invalid(value: &[u8]) -> ClaimedAddress {
    let beginning = value.get(..=LONGEST_SHOWN).unwrap_or(value);
    ClaimedAddress::Invalid(shown_text(escape_bytes(beginning)))
}

/// One object, one address, one claim: a primary one beats an alias.
pub(super) fn each_once(mut claims: Vec<Claim>) -> Vec<Claim> {
    let rank = |claim: &Claim| (claim.address.valid().is_none(), !claim.primary);
    claims.sort_unstable_by(|a, b| {
        a.address
            .as_str()
            .cmp(b.address.as_str())
            .then_with(|| rank(a).cmp(&rank(b)))
    });
    claims.dedup_by(|later, kept| later.address.as_str() == kept.address.as_str());
    claims.shrink_to_fit();
    claims
}
