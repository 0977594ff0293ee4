//! Objects of a directory as messages, on their way from a worker to reconcile.

use std::borrow::Cow;

use rollcall_domain::{
    Address, Claim, ClaimedAddress, DirectoryObject, DomainName, Hints, ObjectId, RefusedValue,
    object::shown_text,
};
use rollcall_proto::internal;

use crate::Twin as _;

/// An object's id, type or address is not in the form in which a worker sends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an object's id, address or type is malformed")]
pub struct MalformedObject;

/// An object, as it is sent.
pub fn to_message(object: DirectoryObject) -> internal::v1::DirectoryObject {
    internal::v1::DirectoryObject {
        id: object.id.as_str().to_owned(),
        dn: object.dn,
        object_type: object.object_type.message().into(),
        disabled: object.disabled,
        hints: object.hints.bits().into(),
        mail: object
            .mail
            .map_or_else(String::new, |mail| mail.as_str().to_owned()),
        claims: object.claims.into_iter().map(claim_to_message).collect(),
    }
}

fn claim_to_message(claim: Claim) -> internal::v1::ObjectClaim {
    let primary = claim.primary;
    match claim.address {
        ClaimedAddress::Valid(address) => internal::v1::ObjectClaim {
            address: address.as_str().to_owned(),
            primary,
            ..internal::v1::ObjectClaim::default()
        },
        ClaimedAddress::Invalid(value) => internal::v1::ObjectClaim {
            primary,
            invalid: true,
            ..refused_to_message(value)
        },
        ClaimedAddress::UnknownPrefix(value, domain) => internal::v1::ObjectClaim {
            primary,
            unknown_prefix_domain: domain.as_str().to_owned(),
            ..refused_to_message(value)
        },
    }
}

fn refused_to_message(value: RefusedValue) -> internal::v1::ObjectClaim {
    internal::v1::ObjectClaim {
        address: value.shown,
        freed: value
            .freed
            .iter()
            .map(|address| address.as_str().to_owned())
            .collect(),
        ..internal::v1::ObjectClaim::default()
    }
}

/// An object, as it was sent. Its texts can be stored.
pub fn from_message(object: internal::v1::DirectoryObject) -> Result<DirectoryObject, MalformedObject> {
    let object_type = rollcall_domain::ObjectType::of_message(object.object_type());
    let mail = Some(object.mail).filter(|mail| !mail.is_empty());
    Ok(DirectoryObject {
        id: id_from_message(&object.id)?,
        dn: storable(&object.dn).into_owned(),
        object_type: object_type.ok_or(MalformedObject)?,
        disabled: object.disabled,
        hints: u8::try_from(object.hints)
            .map(Hints::from_bits)
            .map_err(|_| MalformedObject)?,
        mail: mail.map(|mail| address(&mail)).transpose()?,
        claims: object
            .claims
            .iter()
            .map(claim_from_message)
            .collect::<Result<_, _>>()?,
    })
}

/// The id of an object, as it was sent.
pub fn id_from_message(id: &str) -> Result<ObjectId, MalformedObject> {
    ObjectId::from_canonical(&storable(id)).map_err(|_| MalformedObject)
}

fn claim_from_message(claim: &internal::v1::ObjectClaim) -> Result<Claim, MalformedObject> {
    let address = if !claim.unknown_prefix_domain.is_empty() {
        let domain = DomainName::parse(&claim.unknown_prefix_domain).map_err(|_| MalformedObject)?;
        ClaimedAddress::UnknownPrefix(refused_from_message(claim)?, domain)
    } else if claim.invalid {
        ClaimedAddress::Invalid(refused_from_message(claim)?)
    } else {
        ClaimedAddress::Valid(address(&claim.address)?)
    };
    Ok(Claim {
        address,
        primary: claim.primary,
    })
}

fn refused_from_message(claim: &internal::v1::ObjectClaim) -> Result<RefusedValue, MalformedObject> {
    Ok(RefusedValue {
        shown: shown_text(storable(&claim.address).into_owned()),
        freed: claim
            .freed
            .iter()
            .map(|text| address(text))
            .collect::<Result<_, _>>()?,
    })
}

fn address(text: &str) -> Result<Address, MalformedObject> {
    Address::parse(text).map_err(|_| MalformedObject)
}

/// The text without zero bytes, which PostgreSQL's text cannot hold: each is shown as `\x00`.
pub fn storable(text: &str) -> Cow<'_, str> {
    if text.contains('\0') {
        text.replace('\0', r"\x00").into()
    } else {
        text.into()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rollcall_domain::{ObjectType, object::LONGEST_SHOWN};

    use rollcall_proto::v1;

    use super::*;

    fn claims() -> impl Strategy<Value = Vec<Claim>> {
        let valid = "[a-z]{1,8}@[a-z]{1,8}\\.example"
            .prop_filter_map("an address", |text| Address::parse(&text).ok());
        let freed = prop::collection::vec(valid.clone(), 0..2);
        let refused = ("[a-zé ]{0,20}", freed).prop_map(|(shown, freed)| RefusedValue { shown, freed });
        let domain = "[a-z]{1,8}\\.example".prop_filter_map("a domain", |text| DomainName::parse(&text).ok());
        let prefixed = (refused.clone(), domain);
        let address = prop_oneof![
            valid.prop_map(ClaimedAddress::Valid),
            refused.prop_map(ClaimedAddress::Invalid),
            prefixed.prop_map(|(value, domain)| ClaimedAddress::UnknownPrefix(value, domain)),
        ];
        prop::collection::vec(
            (address, any::<bool>()).prop_map(|(address, primary)| Claim { address, primary }),
            0..5,
        )
    }

    proptest! {
        #[test]
        fn an_object_comes_back_as_it_was_sent(
            object_type in prop::sample::select(ObjectType::ALL),
            disabled in any::<bool>(),
            hints in any::<u8>(),
            dn in "[A-Za-z0-9=,é]{0,30}",
            mail in prop::option::of("[a-z]{1,8}@[a-z]{1,8}\\.example"),
            claims in claims(),
        ) {
            let object = DirectoryObject {
                id: ObjectId::from_canonical("1a2b3c9f-4d5e-4f80-a1b2-c3d4e5f60718").unwrap(),
                dn,
                object_type,
                disabled,
                hints: Hints::from_bits(hints),
                mail: mail.map(|mail| Address::parse(&mail).unwrap()),
                claims,
            };
            prop_assert_eq!(from_message(to_message(object.clone())), Ok(object));
        }
    }

    fn object(claims: Vec<internal::v1::ObjectClaim>) -> internal::v1::DirectoryObject {
        internal::v1::DirectoryObject {
            id: "1a2b3c9f-4d5e-4f80-a1b2-c3d4e5f60718".to_owned(),
            dn: "CN=Ann,DC=corp,DC=example".to_owned(),
            object_type: v1::ObjectType::User.into(),
            disabled: false,
            hints: 0,
            mail: String::new(),
            claims,
        }
    }

    fn invalid(text: &str) -> internal::v1::ObjectClaim {
        internal::v1::ObjectClaim {
            address: text.to_owned(),
            primary: true,
            invalid: true,
            ..internal::v1::ObjectClaim::default()
        }
    }

    #[test]
    fn a_text_that_is_no_address_is_kept_as_it_stands() {
        let converted = from_message(object(vec![invalid("not an address")])).unwrap();
        assert_eq!(
            converted.claims[0].address,
            ClaimedAddress::Invalid(RefusedValue::new("not an address"))
        );
    }

    #[test]
    fn a_text_that_the_database_cannot_hold_is_made_one_that_it_can() {
        let converted = from_message(object(vec![invalid("a\0b"), invalid(&"ä".repeat(1000))])).unwrap();
        assert_eq!(converted.claims[0].address.as_str(), r"a\x00b");
        let cut = converted.claims[1].address.as_str();
        assert!(cut.starts_with("ää") && cut.ends_with("ä…"), "{cut}");
        assert!(
            (LONGEST_SHOWN - 1..=LONGEST_SHOWN).contains(&cut.len()),
            "{}",
            cut.len()
        );
    }

    #[test]
    fn an_address_that_is_none_without_saying_so_is_refused() {
        let claim = internal::v1::ObjectClaim {
            address: "nonsense".to_owned(),
            primary: true,
            ..internal::v1::ObjectClaim::default()
        };
        assert_eq!(from_message(object(vec![claim])), Err(MalformedObject));
    }

    #[test]
    fn an_object_needs_an_id_a_type_and_hints_that_there_are() {
        let nameless = internal::v1::DirectoryObject {
            id: String::new(),
            ..object(Vec::new())
        };
        assert_eq!(from_message(nameless), Err(MalformedObject));
        let shapeless = internal::v1::DirectoryObject {
            object_type: 0,
            ..object(Vec::new())
        };
        assert_eq!(from_message(shapeless), Err(MalformedObject));
        let strange = internal::v1::DirectoryObject {
            hints: 256,
            ..object(Vec::new())
        };
        assert_eq!(from_message(strange), Err(MalformedObject));
    }
}
