//! Rule 5: which further addresses each object keeps, and what becomes of every claim.

use crate::object::AddressType;
use crate::verdict::Reason;

use super::acceptance::{Acceptance, Wish};
use super::arena::Column;
use super::names::{AccountName, AddressName, ClaimName, ObjectName};
use super::pace::PlanError;
use super::primaries::Primaries;
use super::settings::SameUsername;
use super::takeover::{Access, Ownership};
use super::world::World;

/// Outcome of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Rule 2 refuses it.
    Refused(Reason),
    /// Its object keeps the address, as this.
    Kept(AddressType),
    /// An account of the portal refuses it.
    Interferes(AccountName),
    /// Another object has the better claim.
    Lost {
        to: ObjectName,
        /// The address that its object keeps of the same username portion, if that one goes first once it is accepted.
        then: Option<AddressName>,
    },
    /// Its object keeps this other address with the same username portion.
    Duplicate(AddressName),
}

/// Outcomes of all claims, and the objects that keep addresses.
#[derive(Debug)]
pub(super) struct Claims {
    pub(super) outcome: Column<Outcome>,
    pub(super) kept_by: Column<Option<ObjectName>>,
    /// Objects that keep any address.
    pub(super) keeps: Column<bool>,
}

impl Claims {
    /// Decides rule 5, and with it the outcome of every claim.
    pub(super) fn decide(
        world: &World<'_>,
        ownership: &Ownership,
        primaries: &Primaries,
    ) -> Result<Self, PlanError> {
        // Every claim that stands gets its own outcome below.
        let refused =
            |reason: &Option<Reason>| Outcome::Refused(reason.unwrap_or(Reason::ClaimedByOtherObject));
        let mut claims = Self {
            outcome: world.refused.iter().map(|(_, reason)| refused(reason)).collect(),
            kept_by: Column::filled(None, world.names.len()),
            keeps: world.objects().map(|_| false).collect(),
        };
        let mut wishes = Acceptance::new(world.names.len());
        let mut own = Vec::new();
        for object in world.objects() {
            own.clear();
            let guarded = guarded_account(world, ownership, object);
            for (claim, address) in world.valid_claims(object) {
                world.pace.step()?;
                let candidate = (object, claim, address);
                match before_aliases(world, ownership, primaries, guarded, candidate) {
                    Some(outcome) => claims.set(candidate, outcome),
                    None => own.push(alias_wish(world, ownership, candidate)),
                }
            }
            push_groups(world, ownership, &mut own, &mut wishes);
        }
        claims.match_aliases(world, wishes)?;
        claims.keep_domain_aliases(world)?;
        Ok(claims)
    }

    fn set(&mut self, (object, claim, address): Candidate, outcome: Outcome) {
        self.outcome[claim] = outcome;
        if let Outcome::Kept(_) = outcome {
            self.kept_by[address] = Some(object);
            self.keeps[object] = true;
        }
    }

    fn match_aliases(&mut self, world: &World<'_>, mut wishes: Acceptance) -> Result<(), PlanError> {
        wishes.match_all(&world.pace)?;
        for (group, all) in wishes.groups() {
            world.pace.step()?;
            match wishes.granted(group) {
                Some(kept) => self.set_granted(world, &wishes, kept, all),
                None => self.set_lost(&wishes, all),
            }
        }
        Ok(())
    }

    /// A group that got an address: its wishes before that went to others, and those after it are duplicates.
    fn set_granted(&mut self, world: &World<'_>, wishes: &Acceptance, kept: Wish, all: &[Wish]) {
        let class = |wish: &Wish| world.in_domain_alias(wish.address);
        let mut is_lost = true;
        for wish in all {
            let outcome = if wish.claim == kept.claim {
                is_lost = false;
                Outcome::Kept(AddressType::Alias)
            } else if is_lost {
                let then = Some(kept.address).filter(|_| class(&kept) == class(wish));
                lost(wishes, wish, then)
            } else {
                Outcome::Duplicate(kept.address)
            };
            self.set((wish.object, wish.claim, wish.address), outcome);
        }
    }

    /// A group that got none.
    fn set_lost(&mut self, wishes: &Acceptance, all: &[Wish]) {
        for wish in all {
            self.set((wish.object, wish.claim, wish.address), lost(wishes, wish, None));
        }
    }

    /// Keeps a duplicate that is the same address in a domain alias, if no account has it. There is at most one such
    /// claim, that of the object that keeps the address in the real domain.
    fn keep_domain_aliases(&mut self, world: &World<'_>) -> Result<(), PlanError> {
        for object in world.objects() {
            world.pace.step()?;
            for (claim, address) in world.valid_claims(object) {
                let Outcome::Duplicate(kept) = self.outcome[claim] else {
                    continue;
                };
                if self.kept_by[address].is_none() && is_domain_alias_of(world, address, kept) {
                    self.set((object, claim, address), Outcome::Kept(AddressType::DomainAlias));
                }
            }
        }
        Ok(())
    }
}

/// The address of this wish went to another object; `then` is what its group got instead.
fn lost(wishes: &Acceptance, wish: &Wish, then: Option<AddressName>) -> Outcome {
    Outcome::Lost {
        to: wishes.winner(wish.address).unwrap_or_default(),
        then,
    }
}

fn is_domain_alias_of(world: &World<'_>, address: AddressName, kept: AddressName) -> bool {
    let real = world.domains.alias_of(world.names.parts(address).1);
    real.is_some_and(|real| real.as_str() == world.names.parts(kept).1)
}

type Candidate = (ObjectName, ClaimName, AddressName);

/// The outcome of a claim that is not for rule 5 to weigh against others. `guarded` is the object's [`guarded_account`].
fn before_aliases(
    world: &World<'_>,
    ownership: &Ownership,
    primaries: &Primaries,
    guarded: Option<AccountName>,
    (object, claim, address): Candidate,
) -> Option<Outcome> {
    if primaries.of[object] == Some(address) {
        return Some(Outcome::Kept(AddressType::Primary));
    }
    if ownership.access(world, object, address) != Access::Open {
        return world.entry_of[address].map(|entry| Outcome::Interferes(world.account_at[entry]));
    }
    if let Some(account) = guarded
        && world.is_primary(claim)
        && !ownership.is_owner_of(world, object, address)
    {
        return Some(Outcome::Interferes(account));
    }
    if let Some(to) = primaries.winner[address] {
        return Some(Outcome::Lost { to, then: None });
    }
    let Some(primary) = primaries.of[object] else {
        // Without a primary it has no account. Its holder defended the address.
        let to = ownership.holder_of(world, address).unwrap_or(object);
        return Some(Outcome::Lost { to, then: None });
    };
    let username = |address| world.names.parts(address).0;
    let duplicate = world.rules.same_username == SameUsername::Skip && username(primary) == username(address);
    duplicate.then_some(Outcome::Duplicate(primary))
}

/// The protected account of an object that does not claim the account's primary address as its own: every other primary claim
/// asks to rename the account. Decided once for each object: each of its claims asks.
fn guarded_account(world: &World<'_>, ownership: &Ownership, object: ObjectName) -> Option<AccountName> {
    let account = ownership.protected_account_of(world, object)?;
    let present = world.primary_of(account);
    let claims_present = world
        .valid_claims(object)
        .any(|(claim, address)| world.is_primary(claim) && Some(address) == present);
    (!claims_present).then_some(account)
}

fn alias_wish(world: &World<'_>, ownership: &Ownership, (object, claim, address): Candidate) -> Wish {
    Wish {
        address,
        claim,
        object,
        rank: u8::from(!ownership.is_owner_of(world, object, address)),
    }
}

/// Groups an object's aliases by username portion, or makes each a group of its own.
fn push_groups(world: &World<'_>, ownership: &Ownership, own: &mut [Wish], wishes: &mut Acceptance) {
    if world.rules.same_username == SameUsername::Import {
        for alone in own.chunks(1) {
            wishes.push(alone);
        }
        return;
    }
    let username = |wish: &Wish| world.names.parts(wish.address).0;
    let rank = |wish: &Wish| {
        (
            world.in_domain_alias(wish.address),
            !ownership.is_owner_of(world, wish.object, wish.address),
            wish.claim,
        )
    };
    own.sort_unstable_by(|a, b| username(a).cmp(username(b)).then_with(|| rank(a).cmp(&rank(b))));
    for group in own.chunk_by(|a, b| username(a) == username(b)) {
        wishes.push(group);
    }
}
