//! Section 4: addresses that are spoilt in the directory, not gone from it.
//!
//! An object whose value has an invisible character would claim the address but for that character. To its holder such a
//! value is therefore the claim that it would be, in every decision of rules 3 to 5: a copy takes the address by no alias
//! claim, the account keeps its primary address instead of being renamed, and another object wins the address only where
//! it would win it from a sound claim, such as by a primary claim to a mere alias of the holder. Nobody loses an address
//! by this that is not lost once the value is mended, and mending it changes nothing but that the address is stale no
//! more. To everybody else the value claims nothing: by itself it makes no account and adds no address.

use super::arena::Column;
use super::pace::PlanError;
use super::takeover::Ownership;
use super::world::World;

/// True for each entry that its account's own object carries, but with invisible characters: without them, one of the
/// object's refused values would be this address.
pub(super) fn spoilt(world: &World<'_>, ownership: &Ownership) -> Result<Column<bool>, PlanError> {
    let mut spoilt = Column::filled(false, world.portal.addresses.len());
    for object in world.objects() {
        world.pace.step()?;
        for claim in world.claims(object).filter(|claim| world.is_email(*claim)) {
            let claim = world.directory.claims[claim as usize];
            for address in world.directory.freed(claim) {
                if let Some(entry) = world.entry_of[address]
                    && ownership.is_owner_of(world, object, address)
                {
                    spoilt[entry] = true;
                }
            }
        }
    }
    Ok(spoilt)
}
