//! Rule 3's defence: a holder that still claims an address loses it to nobody's alias claim.
//!
//! An object copied with its aliases claims the addresses of the object that it was copied from. As long as these are
//! defended, the copy cannot win one as its own primary, so nothing is taken from the account that has them.
//!
//! A holder that keeps another address of the same username portion would lose a defended one as a duplicate. Nobody
//! would have it then, although another object could. So the defence of that address ends, and everything is decided
//! from the beginning.

use super::arena::Column;
use super::names::{AddressName, ObjectName};
use super::takeover::Ownership;
use super::world::World;

/// Addresses that are defended: those whose holder still claims them, but for some.
#[derive(Debug)]
pub(super) struct Defence {
    /// True if the holder of an address would lose it as a duplicate in spite of its defence.
    ended: Column<bool>,
}

impl Defence {
    /// Defends all of them.
    pub(super) fn begin(world: &World<'_>) -> Self {
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

    /// Ends the defence of an address.
    pub(super) fn end(&mut self, address: AddressName) {
        self.ended[address] = true;
    }

    /// True if the defence of an address has ended.
    pub(super) fn has_ended(&self, address: AddressName) -> bool {
        self.ended[address]
    }
}
