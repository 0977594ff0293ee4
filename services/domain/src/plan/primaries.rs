//! Rule 3: which address is each object's primary.

use super::arena::Column;
use super::settle::{Wish, Wishes};
use super::takeover::{Access, Ownership};
use super::world::{AddressName, ClaimName, ObjectName, World};

/// The primary addresses of a run.
#[derive(Debug)]
pub(super) struct Primaries {
    /// The primary address of each object; none if it wants in vain, and so has no account in this run.
    pub(super) of: Column<Option<AddressName>>,
    /// Whose primary an address is.
    pub(super) winner: Column<Option<ObjectName>>,
}

impl Primaries {
    /// Settles rule 3 for accounts that are whose they are. The primary address of a protected account is not for anybody to win.
    pub(super) fn settle(world: &World<'_>, ownership: &Ownership) -> Self {
        let mut primaries = Self {
            of: world.objects().map(|_| None).collect(),
            winner: Column::of(None, world.names.len()),
        };
        let mut wishes = Wishes::default();
        let mut own = Vec::new();
        for object in world.objects() {
            if let Some(account) = ownership.protected_account_of(world, object) {
                primaries.of[object] = world.primary_of(account);
                continue;
            }
            own.clear();
            wishes_of(world, ownership, object, &mut own);
            if !own.is_empty() {
                wishes.push(&own);
            }
        }
        for (_, granted) in wishes.settle(world.names.len()).iter() {
            if let Some(wish) = granted {
                primaries.of[wish.object] = Some(wish.address);
            }
        }
        for object in world.objects() {
            if let Some(primary) = primaries.of[object] {
                primaries.winner[primary] = Some(object);
            }
        }
        primaries
    }
}

/// What an object wants as its primary address, the dearest first.
fn wishes_of(world: &World<'_>, ownership: &Ownership, object: ObjectName, wishes: &mut Vec<Wish>) {
    for (claim, address) in world.standing(object) {
        if ownership.access(world, object, address) != Access::Refused {
            wishes.push(Wish {
                address,
                claim,
                object,
                standing: standing(world, ownership, object, claim, address),
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
            !ownership.holds(world, object, wish.address),
            wish.claim,
        )
    });
}

/// Rivals: a primary claim before an alias claim, then the holder.
fn standing(
    world: &World<'_>,
    ownership: &Ownership,
    object: ObjectName,
    claim: ClaimName,
    address: AddressName,
) -> u8 {
    let alias = u8::from(!world.is_primary(claim));
    let stranger = u8::from(!ownership.holds(world, object, address));
    alias * 2 + stranger
}
