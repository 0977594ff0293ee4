//! From one value to one claim.

use crate::address::{Address, DomainName};
use crate::invisible;
use crate::object::{Claim, ClaimedAddress, LONGEST_SHOWN, RefusedValue, shown_text};
use crate::sentences::read::{further_hidden_value, hidden_value};

use super::prefix::AddressSpace;

/// Result of reading a value.
pub(super) enum ClaimedValue {
    Claim(ClaimedAddress, Rank),
    /// Its prefix says that it is something else, such as `X500:`.
    NotEmail,
    Nothing,
}

/// The place that a value claims for its address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rank {
    /// The primary address.
    Primary,
    /// The primary address of an object without [`Rank::Primary`].
    StandIn,
    Alias,
}

/// An attribute whose values are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source<'a> {
    /// `proxyAddresses`: a prefix decides about each value, and is never left out.
    ProxyAddresses,
    /// Another attribute: a value is an address with or without a prefix, and claims this rank. A value that is none may
    /// be anything, so it is not shown.
    Plain { name: &'a str, rank: Rank },
}

/// The address in a value of an attribute other than `proxyAddresses`.
pub(super) fn plain_address(value: &[u8]) -> Option<Address> {
    let source = Source::Plain {
        name: "",
        rank: Rank::Alias,
    };
    match read(value, source) {
        ClaimedValue::Claim(ClaimedAddress::Valid(address), _) => Some(address),
        _ => None,
    }
}

/// The claim of a value.
pub(super) fn read(value: &[u8], source: Source<'_>) -> ClaimedValue {
    if value.is_empty() {
        return ClaimedValue::Nothing;
    }
    let Some(colon) = value.iter().position(|byte| *byte == b':') else {
        return match source {
            Source::ProxyAddresses => ClaimedValue::Claim(invalid(value, value, source), Rank::Alias),
            Source::Plain { rank, .. } => ClaimedValue::Claim(claimed(value, value, source), rank),
        };
    };
    let address = &value[colon + 1..];
    match (AddressSpace::of(value[..colon].trim_ascii()), source) {
        (AddressSpace::Email { primary }, Source::ProxyAddresses) => {
            let rank = if primary { Rank::Primary } else { Rank::Alias };
            ClaimedValue::Claim(claimed(value, address, source), rank)
        }
        (AddressSpace::Email { .. }, Source::Plain { rank, .. }) => {
            ClaimedValue::Claim(claimed(value, address, source), rank)
        }
        (AddressSpace::Other, _) => ClaimedValue::NotEmail,
        (AddressSpace::Unknown, _) => unknown(value, address, source),
    }
}

/// A value after whose prefix an address follows is shown if the address is the tenant's, which is not known here.
fn unknown(value: &[u8], address: &[u8], source: Source<'_>) -> ClaimedValue {
    match parse_freed(address) {
        Some(address) => {
            let domain = DomainName::of(&address);
            ClaimedValue::Claim(
                ClaimedAddress::UnknownPrefix(refused(value, value, source), domain),
                Rank::Alias,
            )
        }
        None => ClaimedValue::NotEmail,
    }
}

fn claimed(value: &[u8], address: &[u8], source: Source<'_>) -> ClaimedAddress {
    match std::str::from_utf8(address).map(Address::parse) {
        Ok(Ok(valid)) => ClaimedAddress::Valid(valid),
        _ => invalid(value, address, source),
    }
}

fn invalid(value: &[u8], address: &[u8], source: Source<'_>) -> ClaimedAddress {
    // For only a prefix, the prefix is shown: an empty cell would not say what to look for.
    let shown = if address.trim_ascii().is_empty() {
        value
    } else {
        address
    };
    ClaimedAddress::Invalid(refused(value, shown, source))
}

/// A refused value, and the part of it that is shown.
fn refused(value: &[u8], shown: &[u8], source: Source<'_>) -> RefusedValue {
    let shown = match source {
        Source::ProxyAddresses => {
            let beginning = shown.get(..=LONGEST_SHOWN).unwrap_or(shown);
            shown_text(invisible::show_bytes(beginning).into_owned())
        }
        Source::Plain { name, .. } => hidden_value(name, value.len()),
    };
    RefusedValue {
        shown,
        freed: freed(value, source).into_iter().collect(),
    }
}

/// The address that a value would claim without its invisible characters, if it has any.
fn freed(value: &[u8], source: Source<'_>) -> Option<Address> {
    let text = std::str::from_utf8(value).ok()?;
    if !invisible::has_invisible(text) {
        return None;
    }
    let freed = invisible::strip(text);
    match (freed.split_once(':'), source) {
        (Some((prefix, address)), _) => match AddressSpace::of(prefix.trim_ascii().as_bytes()) {
            AddressSpace::Email { .. } => Address::parse(address).ok(),
            AddressSpace::Other | AddressSpace::Unknown => None,
        },
        (None, Source::Plain { .. }) => Address::parse(&freed).ok(),
        (None, Source::ProxyAddresses) => None,
    }
}

/// The address that a part of a value would be without its invisible characters.
fn parse_freed(address: &[u8]) -> Option<Address> {
    let text = std::str::from_utf8(address).ok()?;
    Address::parse(&invisible::strip(text)).ok()
}

/// Gives each value of which only the length is shown a text of its own: an attribute has no value twice, so that each of
/// them counts.
pub(super) fn tell_apart(hidden: &mut [(ClaimedAddress, Rank)]) {
    hidden.sort_unstable_by(|(one, _), (other, _)| {
        one.as_str().cmp(other.as_str()).then_with(|| one.cmp(other))
    });
    for alike in hidden.chunk_by_mut(|(one, _), (other, _)| one.as_str() == other.as_str()) {
        for (index, (address, _)) in alike.iter_mut().enumerate().skip(1) {
            if let ClaimedAddress::Invalid(value) | ClaimedAddress::UnknownPrefix(value, _) = address {
                value.shown = further_hidden_value(&value.shown, index + 1);
            }
        }
    }
}

/// The claims of an object: one object, one address, one claim. A primary one beats an alias.
pub(super) fn each_once(claims: Vec<(ClaimedAddress, Rank)>) -> Vec<Claim> {
    let has_primary = claims.iter().any(|(_, rank)| *rank == Rank::Primary);
    let claim = |(address, rank)| Claim {
        address,
        primary: match rank {
            Rank::Primary => true,
            Rank::StandIn => !has_primary,
            Rank::Alias => false,
        },
    };
    let mut claims: Vec<Claim> = claims.into_iter().map(claim).collect();
    let rank = |claim: &Claim| (claim.address.valid().is_none(), !claim.primary);
    claims.sort_unstable_by(|a, b| {
        a.address
            .as_str()
            .cmp(b.address.as_str())
            .then_with(|| rank(a).cmp(&rank(b)))
            .then_with(|| a.address.cmp(&b.address))
    });
    claims.dedup_by(|later, kept| {
        let same = later.address.as_str() == kept.address.as_str();
        if same {
            kept.address.take_freed(&mut later.address);
        }
        same
    });
    claims.shrink_to_fit();
    claims
}
