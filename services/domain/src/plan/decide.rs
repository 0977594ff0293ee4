//! Rules 3 to 5 in their order, from the beginning as often as the defence of an address turns out to be vain.

use super::aliases::{Claims, Outcome};
use super::defence::Defence;
use super::names::ObjectName;
use super::pace::PlanError;
use super::primaries::Primaries;
use super::rounds;
use super::takeover::Ownership;
use super::world::World;

/// Limit on decisions from the beginning. A real directory needs one or two. Each further one follows from an address
/// that an object won in the one before, in place of another one.
const TIMES: usize = 32;

/// Decides rules 3 to 5: who has which account and primary address, and the outcome of each claim.
pub(super) fn decide(world: &World<'_>) -> Result<(Ownership, Primaries, Claims), PlanError> {
    let mut defence = Defence::begin(world);
    let mut lost = None;
    for _ in 0..TIMES {
        let (ownership, primaries) = rounds::decide(world, &defence)?;
        let claims = Claims::decide(world, &ownership, &primaries)?;
        lost = end_where_vain(&mut defence, world, &ownership, &claims)?;
        if lost.is_none() {
            return Ok((ownership, primaries, claims));
        }
    }
    Err(rounds::entangled(world, lost.unwrap_or_default()))
}

/// Ends the defence of addresses that their holders lose as duplicates and that others claim as an alias. Returns
/// one of these holders.
fn end_where_vain(
    defence: &mut Defence,
    world: &World<'_>,
    ownership: &Ownership,
    claims: &Claims,
) -> Result<Option<ObjectName>, PlanError> {
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
        return Ok(None);
    }
    losers.sort_unstable();
    let loser_of = |address| {
        let found = losers.binary_search_by_key(&address, |(address, _)| *address);
        found.ok().map(|at| losers[at].1)
    };
    let mut last = None;
    for object in world.objects() {
        world.pace.step()?;
        for (_, address) in world
            .valid_claims(object)
            .filter(|(claim, _)| !world.is_primary(*claim))
        {
            if let Some(loser) = loser_of(address).filter(|loser| *loser != object) {
                defence.end(address);
                last = last.max(Some(loser));
            }
        }
    }
    Ok(last)
}
