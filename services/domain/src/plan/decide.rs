//! Rules 3 to 5 in their order, from the beginning as often as the defence of an address turns out to be vain.
//!
//! All defences that turn out to be vain at once end at once, so that the outcome depends on no order among them. One that
//! turns out to be vain only after that costs a further decision. A small directory may have many of these in a chain; in
//! a large one that goes on for long, the defences that could be vain end all together. No run fails for it.

use super::aliases::{Claims, Outcome};
use super::defence::Defence;
use super::names::AddressName;
use super::pace::PlanError;
use super::primaries::Primaries;
use super::rounds;
use super::takeover::Ownership;
use super::world::World;

/// Decisions from the beginning that are made in any directory. A real one needs one or two. Each further one follows
/// from an address that an object won in the one before, in place of another one.
const TIMES: usize = 32;

/// Claims and objects that are decided about again in the decisions beyond these.
const MOST_WORK: usize = 1_000_000;

/// Decides rules 3 to 5: who has which account and primary address, and the outcome of each claim.
pub(super) fn decide(world: &World<'_>) -> Result<(Ownership, Primaries, Claims), PlanError> {
    let size = world.directory.claims.len() + world.directory.objects.len();
    decide_in(world, TIMES.max(MOST_WORK / size.max(1)))
}

/// The same with so many decisions before the defences end together.
fn decide_in(world: &World<'_>, times: usize) -> Result<(Ownership, Primaries, Claims), PlanError> {
    let mut defence = Defence::begin(world);
    for _ in 1..times {
        let (ownership, primaries) = rounds::decide(world, &defence)?;
        let claims = Claims::decide(world, &ownership, &primaries)?;
        if !end_where_vain(&mut defence, world, &ownership, &claims)? {
            return Ok((ownership, primaries, claims));
        }
    }
    end_where_it_could_be_vain(&mut defence, world)?;
    let (ownership, primaries) = rounds::decide(world, &defence)?;
    let claims = Claims::decide(world, &ownership, &primaries)?;
    Ok((ownership, primaries, claims))
}

/// Ends the defence of each address of which an object that claims it claims another one of the same username portion:
/// no other address is ever a duplicate.
fn end_where_it_could_be_vain(defence: &mut Defence, world: &World<'_>) -> Result<(), PlanError> {
    let username = |address: &AddressName| world.names.parts(*address).0;
    let mut claimed = Vec::new();
    for object in world.objects() {
        world.pace.step()?;
        claimed.clear();
        claimed.extend(world.valid_claims(object).map(|(_, address)| address));
        claimed.sort_unstable_by(|a, b| username(a).cmp(username(b)));
        for same in claimed.chunk_by(|a, b| username(a) == username(b)) {
            if same.len() > 1 {
                for address in same {
                    defence.end(*address);
                }
            }
        }
    }
    Ok(())
}

/// Ends the defence of addresses that their holders lose as duplicates and that others claim as an alias. True if there
/// are any.
fn end_where_vain(
    defence: &mut Defence,
    world: &World<'_>,
    ownership: &Ownership,
    claims: &Claims,
) -> Result<bool, PlanError> {
    let mut losers = Vec::new();
    for object in world.objects() {
        world.pace.step()?;
        for (claim, address) in world.valid_claims(object) {
            let is_lost = matches!(claims.outcome[claim], Outcome::Duplicate(_));
            if is_lost && !defence.has_ended(address) && ownership.is_owner_of(world, object, address) {
                losers.push((address, object));
            }
        }
    }
    if losers.is_empty() {
        return Ok(false);
    }
    losers.sort_unstable();
    let loser_of = |address| {
        let found = losers.binary_search_by_key(&address, |(address, _)| *address);
        found.ok().map(|at| losers[at].1)
    };
    let mut is_any = false;
    for object in world.objects() {
        world.pace.step()?;
        for (_, address) in world
            .valid_claims(object)
            .filter(|(claim, _)| !world.is_primary(*claim))
        {
            if loser_of(address).is_some_and(|loser| loser != object) {
                defence.end(address);
                is_any = true;
            }
        }
    }
    Ok(is_any)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::plan::pace::Pace;
    use crate::plan::tests::worlds::any_world;

    /// Ends one defence at a time, that of the lowest address.
    fn one_by_one(world: &World<'_>) -> (Primaries, Claims) {
        let mut defence = Defence::begin(world);
        loop {
            let (ownership, primaries) = rounds::decide(world, &defence).unwrap();
            let claims = Claims::decide(world, &ownership, &primaries).unwrap();
            let mut all = Defence::begin(world);
            let is_any = end_where_vain(&mut all, world, &ownership, &claims).unwrap();
            let names = 0..super::super::arena::index(world.names.len());
            let vain = names.filter(|name| all.has_ended(*name) && !defence.has_ended(*name));
            match vain.min_by_key(|name| world.names.text(*name)) {
                Some(lowest) if is_any => defence.end(lowest),
                _ => return (primaries, claims),
            }
        }
    }

    proptest! {
        #[test]
        fn defences_that_end_at_once_come_to_what_they_come_to_one_by_one(random in any_world()) {
            let (directory, portal) = (random.directory(), random.portal());
            let world = World::new(
                &random.rules,
                &random.domains,
                &directory,
                &portal,
                &random.withholding,
                Pace::unhurried(),
            );
            let (_, primaries, claims) = decide(&world).unwrap();
            let (one, one_claims) = one_by_one(&world);
            for object in world.objects() {
                prop_assert_eq!(primaries.of[object], one.of[object]);
                for claim in world.claims(object) {
                    prop_assert_eq!(claims.outcome[claim], one_claims.outcome[claim]);
                }
            }
        }
    }
}
