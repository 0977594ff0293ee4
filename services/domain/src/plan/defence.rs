//! Rule 3's defence: a holder that still claims an address loses it to nobody's alias claim.
//!
//! An object copied with its aliases claims the addresses of the object that it was copied from. As long as these are
//! defended, the copy cannot win one as its own primary, so nothing is taken from the account that has them.
//!
//! A holder that keeps another address of the same username portion would lose a defended one as a duplicate. Nobody
//! would have it then, although another object could. So the defence of that address ends, and everything is decided
//! from the beginning.

use super::aliases::{Claims, Outcome};
use super::arena::Column;
use super::names::{AddressName, ObjectName};
use super::pace::PlanError;
use super::primaries::Primaries;
use super::rounds;
use super::takeover::Ownership;
use super::world::World;

/// Limit on decisions from the beginning. A real directory needs one or two. Each further one follows from an address
/// that an object won in the one before, in place of another one.
const TIMES: usize = 32;

/// Addresses that are defended: those whose holder still claims them, but for some.
#[derive(Debug)]
pub(super) struct Defence {
    /// True if the holder of an address would lose it as a duplicate in spite of its defence.
    ended: Column<bool>,
}

/// Decides rules 3 to 5: who has which account and primary address, and the outcome of each claim.
pub(super) fn decide(world: &World<'_>) -> Result<(Ownership, Primaries, Claims), PlanError> {
    let mut defence = Defence::begin(world);
    let mut lost = None;
    for _ in 0..TIMES {
        let (ownership, primaries) = rounds::decide(world, &defence)?;
        let claims = Claims::decide(world, &ownership, &primaries)?;
        lost = defence.end_where_vain(world, &ownership, &claims)?;
        if lost.is_none() {
            return Ok((ownership, primaries, claims));
        }
    }
    Err(rounds::entangled(world, lost.unwrap_or_default()))
}

impl Defence {
    fn begin(world: &World<'_>) -> Self {
        Self {
            ended: Column::filled(false, world.names.len()),
        }
    }

    /// True if an object cannot win this address as its primary through an alias claim.
    pub(super) fn holds_off(
        &self,
        world: &World<'_>,
        ownership: &Ownership,
        object: ObjectName,
        address: AddressName,
    ) -> bool {
        !self.ended[address]
            && ownership
                .holder_of(world, address)
                .is_some_and(|holder| holder != object && world.claims_address(holder, address))
    }

    /// Ends the defence of addresses that their holders lose as duplicates and that others claim as an alias. Returns
    /// one of these holders.
    fn end_where_vain(
        &mut self,
        world: &World<'_>,
        ownership: &Ownership,
        claims: &Claims,
    ) -> Result<Option<ObjectName>, PlanError> {
        let mut losers = Vec::new();
        for object in world.objects() {
            world.pace.step()?;
            for (claim, address) in world.valid_claims(object) {
                let is_lost = matches!(claims.outcome[claim], Outcome::Duplicate(_));
                if is_lost && !self.ended[address] && ownership.is_owner_of(world, object, address) {
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
                    self.ended[address] = true;
                    last = last.max(Some(loser));
                }
            }
        }
        Ok(last)
    }
}
