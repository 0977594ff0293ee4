//! Rules 3, 4 and 7 in rounds: who gets which primary address, and who takes which account over for it.

use super::claimants::Claimants;
use super::defence::Defence;
use super::names::ObjectName;
use super::pace::PlanError;
use super::primaries::{Contest, Primaries};
use super::takeover::Ownership;
use super::world::World;

/// Limit on decisions that are made again, in sum. Real directories decide about a few objects again, in two or three
/// rounds.
const TIMES: usize = 100;

/// Limit on decisions that are made again, in wishes.
fn most_work(world: &World<'_>) -> usize {
    (world.directory.claims.len() + world.directory.objects.len()).saturating_mul(TIMES)
}

/// The error of a decision that does not end, at one of the objects that it is about.
fn entangled(world: &World<'_>, object: ObjectName) -> PlanError {
    let directory = world.directory;
    PlanError::Entangled {
        dn: directory
            .dns
            .get(directory.objects[object as usize].dn)
            .to_owned(),
    }
}

/// Decides rule 3 again until no object takes anything more. After the first round, a round costs what it changes.
pub(super) fn decide(world: &World<'_>, defence: &Defence) -> Result<(Ownership, Primaries), PlanError> {
    let mut ownership = Ownership::begin(world);
    let (mut contest, mut primaries) = Contest::begin(world, defence, &ownership)?;
    let mut takeovers = ownership.take(world, &primaries.of, world.objects());
    if takeovers.is_empty() {
        return Ok((ownership, primaries));
    }
    let claimants = Claimants::collect(world);
    let most = contest.work() + most_work(world);
    while let Some((last, _)) = takeovers.last() {
        if contest.work() > most {
            return Err(entangled(world, *last));
        }
        let objects = claimants.concerned(world, &takeovers).into_iter();
        let moved = contest.resume(world, defence, &ownership, &mut primaries, objects)?;
        takeovers = ownership.take(world, &primaries.of, moved.into_iter());
    }
    Ok((ownership, primaries))
}
