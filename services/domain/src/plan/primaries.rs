//! Rule 3: which address is each object's primary.

use super::acceptance::{Acceptance, Wish};
use super::arena::Column;
use super::defence::Defence;
use super::names::{AddressName, ClaimName, ObjectName};
use super::pace::PlanError;
use super::takeover::{Access, Ownership};
use super::world::World;

/// The primary addresses of a run.
#[derive(Debug)]
pub(super) struct Primaries {
    /// The primary address of each object; `None` if it gets no wish, and so has no account in this run.
    pub(super) of: Column<Option<AddressName>>,
    /// The object whose primary an address is.
    pub(super) winner: Column<Option<ObjectName>>,
}

/// Rule 3 under way, for accounts that are whose they are at the moment.
#[derive(Debug)]
pub(super) struct Contest {
    acceptance: Acceptance,
    /// First wish of each object; `None` if it never wished for anything.
    group_of: Column<Option<u32>>,
}

impl Contest {
    /// Decides rule 3 among all objects. No object can win the primary address of a protected account.
    pub(super) fn begin(
        world: &World<'_>,
        defence: &Defence,
        ownership: &Ownership,
    ) -> Result<(Self, Primaries), PlanError> {
        let mut contest = Self {
            acceptance: Acceptance::new(world.names.len()),
            group_of: world.objects().map(|_| None).collect(),
        };
        let mut primaries = Primaries {
            of: world.objects().map(|_| None).collect(),
            winner: Column::filled(None, world.names.len()),
        };
        for object in world.objects() {
            primaries.of[object] = ownership
                .protected_account_of(world, object)
                .and_then(|account| world.primary_of(account));
        }
        contest.resume(world, defence, ownership, &mut primaries, world.objects())?;
        for object in world.objects() {
            if let Some(primary) = primaries.of[object] {
                primaries.winner[primary] = Some(object);
            }
        }
        Ok((contest, primaries))
    }

    /// Decides rule 3 again after a change for these objects. Returns those that may have another primary address now.
    pub(super) fn resume(
        &mut self,
        world: &World<'_>,
        defence: &Defence,
        ownership: &Ownership,
        primaries: &mut Primaries,
        objects: impl Iterator<Item = ObjectName>,
    ) -> Result<Vec<ObjectName>, PlanError> {
        let mut own = Vec::new();
        for object in objects {
            world.pace.step()?;
            if ownership.protected_account_of(world, object).is_some() {
                continue;
            }
            own.clear();
            wishes_of(world, defence, ownership, object, &mut own);
            match self.group_of[object] {
                Some(group) => self.acceptance.replace(group, &own),
                None if own.is_empty() => {}
                None => self.group_of[object] = Some(self.acceptance.push(&own)),
            }
        }
        let groups = self.acceptance.match_all(&world.pace)?;
        let mut moved: Vec<(ObjectName, Option<AddressName>)> = Vec::with_capacity(groups.len());
        for group in groups {
            if let Some(object) = self.acceptance.object_of(group) {
                let primary = self.acceptance.granted(group).map(|wish| wish.address);
                moved.push((object, primary));
            }
        }
        moved.sort_unstable();
        moved.dedup();
        primaries.change(&moved);
        Ok(moved.into_iter().map(|(object, _)| object).collect())
    }

    /// Work done since the beginning, in wishes.
    pub(super) fn work(&self) -> usize {
        self.acceptance.work()
    }
}

impl Primaries {
    fn change(&mut self, moved: &[(ObjectName, Option<AddressName>)]) {
        for (object, primary) in moved {
            let before = std::mem::replace(&mut self.of[*object], *primary);
            if let Some(before) = before.filter(|before| self.winner[*before] == Some(*object)) {
                self.winner[before] = None;
            }
        }
        for (object, primary) in moved {
            if let Some(primary) = primary {
                self.winner[*primary] = Some(*object);
            }
        }
    }
}

/// Addresses that an object wants as its primary address, the dearest first.
fn wishes_of(
    world: &World<'_>,
    defence: &Defence,
    ownership: &Ownership,
    object: ObjectName,
    wishes: &mut Vec<Wish>,
) {
    for (claim, address) in world.valid_claims(object) {
        let held_off = !world.is_primary(claim) && defence.holds_off(world, ownership, object, address);
        if !held_off && ownership.access(world, object, address) != Access::Refused {
            wishes.push(Wish {
                address,
                claim,
                object,
                rank: rank(world, ownership, object, claim, address),
            });
        }
    }
    let present = ownership.account_of[object].and_then(|account| world.primary_of(account));
    let mail = world.directory.objects[object as usize].mail;
    wishes.sort_unstable_by_key(|wish| {
        (
            !world.is_primary(wish.claim),
            Some(wish.address) != present,
            Some(wish.address) != mail,
            world.in_domain_alias(wish.address),
            !ownership.is_owner_of(world, object, wish.address),
            wish.claim,
        )
    });
}

/// Rivals: a primary claim before an alias claim, then the holder.
fn rank(
    world: &World<'_>,
    ownership: &Ownership,
    object: ObjectName,
    claim: ClaimName,
    address: AddressName,
) -> u8 {
    let alias = u8::from(!world.is_primary(claim));
    let stranger = u8::from(!ownership.is_owner_of(world, object, address));
    alias * 2 + stranger
}
