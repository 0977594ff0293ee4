//! Which objects of a read showed which hints, kept for the next read to be compared with.

use crate::hint::Hints;

use super::directory::{Directory, ObjectEntry};

/// Octets that are kept of an object: seven of a hash of its id, then its hints.
const OCTETS: usize = 8;

/// Which objects of a read showed which hints. As octets, eight of each object, in an order that only depends on the
/// objects: equal reads have equal sightings. Two ids with the same seven octets of a hash count as one object, which
/// happens to one of a million directories of a million objects.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sightings(Vec<u8>);

impl Sightings {
    /// Those of a read.
    pub fn of(directory: &Directory) -> Self {
        let showing = directory.objects.iter().filter(|object| !object.hints.is_empty());
        let mut octets = Vec::with_capacity(directory.objects.len() * OCTETS);
        for object in showing {
            let mut of_object = key(directory, object);
            of_object[OCTETS - 1] = object.hints.bits();
            octets.extend(of_object);
        }
        let (seen, _) = octets.as_chunks_mut::<OCTETS>();
        seen.sort_unstable();
        Self(octets)
    }

    /// Those that were kept; `None` if these octets are none.
    pub fn from_octets(octets: Vec<u8>) -> Option<Self> {
        octets.len().is_multiple_of(OCTETS).then_some(Self(octets))
    }

    /// Those to keep.
    pub fn as_octets(&self) -> &[u8] {
        &self.0
    }

    /// Hints that vanished: no object of this read shows them, and some object of it showed them before.
    pub fn vanished(&self, now: &Directory) -> Hints {
        let shown = now.hints();
        let (seen, _) = self.0.as_chunks::<OCTETS>();
        let before = now.objects.iter().map(|object| {
            let key = key(now, object);
            let place = seen.partition_point(|seen| *seen < key);
            seen.get(place)
                .filter(|seen| seen[..OCTETS - 1] == key[..OCTETS - 1])
                .map_or(Hints::NONE, |seen| Hints::from_bits(seen[OCTETS - 1]))
        });
        before.fold(Hints::NONE, Hints::or).without(shown)
    }
}

/// What an object is known by, with no hints.
fn key(directory: &Directory, object: &ObjectEntry) -> [u8; OCTETS] {
    let hash = blake3::hash(directory.ids.get(object.id).as_bytes());
    let mut octets = [0; OCTETS];
    octets[..OCTETS - 1].copy_from_slice(&hash.as_bytes()[..OCTETS - 1]);
    octets
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hint::Hint;
    use crate::id::ObjectId;
    use crate::object::{DirectoryObject, ObjectType};

    const FLAGS: Hints = Hints::NONE.with(Hint::UserAccountControl);
    const KIND: Hints = Hints::NONE.with(Hint::RecipientType);

    fn read(objects: &[(&str, Hints)]) -> Directory {
        let mut builder = Directory::builder();
        for (id, hints) in objects {
            builder.push(DirectoryObject {
                id: ObjectId::from_canonical(id).unwrap(),
                dn: format!("CN={id}"),
                object_type: ObjectType::User,
                disabled: false,
                hints: *hints,
                mail: None,
                claims: Vec::new(),
            });
        }
        builder.finish()
    }

    #[test]
    fn a_hint_vanishes_if_no_object_shows_it_and_one_that_did_is_still_there() {
        let before = Sightings::of(&read(&[("ann", FLAGS), ("bob", FLAGS.or(KIND)), ("eve", KIND)]));
        for (now, expected) in [
            (read(&[("ann", FLAGS), ("bob", KIND), ("eve", KIND)]), Hints::NONE),
            (read(&[("ann", Hints::NONE), ("bob", KIND)]), FLAGS),
            (
                read(&[("ann", Hints::NONE), ("bob", Hints::NONE)]),
                FLAGS.or(KIND),
            ),
            // Somebody else shows it.
            (read(&[("ann", Hints::NONE), ("new", FLAGS)]), Hints::NONE),
            // The last who showed it is gone.
            (read(&[("ann", FLAGS), ("new", Hints::NONE)]), Hints::NONE),
            (read(&[]), Hints::NONE),
        ] {
            assert_eq!(before.vanished(&now), expected, "{now:?}");
        }
    }

    #[test]
    fn nothing_vanishes_before_anything_was_seen() {
        assert_eq!(
            Sightings::default().vanished(&read(&[("ann", Hints::NONE)])),
            Hints::NONE
        );
    }

    #[test]
    fn sightings_come_back_as_they_were_kept_whatever_the_order_of_the_objects() {
        let one = Sightings::of(&read(&[("ann", FLAGS), ("bob", KIND), ("eve", Hints::NONE)]));
        let other = Sightings::of(&read(&[("eve", Hints::NONE), ("bob", KIND), ("ann", FLAGS)]));
        assert_eq!(one, other);
        assert_eq!(one.as_octets().len(), 2 * OCTETS);
        assert_eq!(Sightings::from_octets(one.as_octets().to_vec()), Some(other));
        assert_eq!(Sightings::from_octets(vec![0; OCTETS + 1]), None);
    }
}
