use proptest::prelude::*;

use super::*;
use crate::address::{Address, DomainName};
use crate::hint::Hints;
use crate::id::ObjectId;
use crate::object::{ObjectType, RefusedValue};

fn claim(address: &str, primary: bool) -> Claim {
    Claim {
        address: ClaimedAddress::Valid(Address::parse(address).unwrap()),
        primary,
    }
}

fn invalid(text: &str) -> Claim {
    Claim {
        address: ClaimedAddress::Invalid(RefusedValue::new(text)),
        primary: false,
    }
}

fn unknown_prefix(domain: &str) -> ClaimedAddress {
    ClaimedAddress::UnknownPrefix(RefusedValue::new("?"), DomainName::parse(domain).unwrap())
}

fn object(id: &str, claims: Vec<Claim>) -> DirectoryObject {
    DirectoryObject {
        id: ObjectId::from_canonical(id).unwrap(),
        dn: format!("CN={id}"),
        object_type: ObjectType::User,
        disabled: false,
        hints: Hints::NONE,
        mail: None,
        claims,
    }
}

fn ann() -> DirectoryObject {
    object(
        "ann",
        vec![
            claim("ann@x.example", true),
            claim("a@x.example", false),
            invalid("?"),
        ],
    )
}

fn digest<'a>(objects: impl IntoIterator<Item = &'a DirectoryObject>) -> [u8; 16] {
    let mut digest = ReadDigest::default();
    for object in objects {
        digest.add(object);
    }
    digest.finish()
}

#[test]
fn whatever_differs_in_an_object_differs_in_the_digest() {
    let changes: [fn(&mut DirectoryObject); 13] = [
        |object| object.id = ObjectId::from_canonical("bob").unwrap(),
        |object| object.dn.push('x'),
        |object| object.object_type = ObjectType::Group,
        |object| object.disabled = true,
        |object| object.hints = Hints::OF_STATE,
        |object| object.mail = Some(Address::parse("ann@x.example").unwrap()),
        |object| object.claims[1].primary = true,
        |object| drop(object.claims.pop()),
        |object| object.claims[0] = claim("ann@y.example", true),
        |object| object.claims[1].address = ClaimedAddress::Invalid(RefusedValue::new("a@x.example")),
        |object| object.claims[2].address = unknown_prefix("x.example"),
        |object| object.claims[2].address = unknown_prefix("y.example"),
        |object| {
            object.claims[2].address = ClaimedAddress::Invalid(RefusedValue {
                freed: vec![Address::parse("ann@x.example").unwrap()],
                ..RefusedValue::new("?")
            });
        },
    ];
    let mut seen = vec![digest([&ann()]), digest([]), digest([&ann(), &ann()])];
    for change in changes {
        let mut object = ann();
        change(&mut object);
        let digest = digest([&object]);
        assert!(!seen.contains(&digest), "{object:?}");
        seen.push(digest);
    }
}

#[test]
fn a_claim_that_moves_to_another_object_changes_the_digest() {
    let with = |first: &[&str], second: &[&str]| {
        let claims = |names: &[&str]| names.iter().map(|name| claim(name, false)).collect();
        digest([&object("a", claims(first)), &object("b", claims(second))])
    };
    assert_ne!(
        with(&["x@x.example", "y@x.example"], &[]),
        with(&["x@x.example"], &["y@x.example"])
    );
}

#[test]
fn the_layout_of_the_digest_stays() {
    // If this changes, every directory counts as changed once.
    let text = digest([&ann()]).map(|byte| format!("{byte:02x}")).concat();
    assert_eq!(text, "7ebe5095d8e1aa39a3b1ae9c0a6a1356");
}

proptest! {
    #[test]
    fn neither_the_order_of_objects_nor_that_of_claims_matters(
        objects in prop::collection::vec(prop::collection::vec(("[a-c]@x\\.example", any::<bool>()), 0..4), 0..6)
            .prop_map(|objects| objects.iter().enumerate().map(|(id, claims)| {
                object(&id.to_string(), claims.iter().map(|(a, primary)| claim(a, *primary)).collect())
            }).collect::<Vec<_>>()),
        cut in 0_usize..6,
    ) {
        let mut turned = objects.clone();
        turned.reverse();
        for object in &mut turned {
            object.claims.reverse();
        }
        prop_assert_eq!(digest(&objects), digest(&turned));

        let (first, second) = objects.split_at(cut.min(objects.len()));
        let (mut merged, mut other) = (ReadDigest::default(), ReadDigest::default());
        for object in first {
            merged.add(object);
        }
        for object in second {
            other.add(object);
        }
        merged.merge(&other);
        prop_assert_eq!(merged.finish(), digest(&objects));
    }
}
