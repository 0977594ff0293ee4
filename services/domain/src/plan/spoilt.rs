//! Section 4: addresses that are spoilt in the directory, not gone from it.

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
