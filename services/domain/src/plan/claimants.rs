//! Claimants of an address, for the few addresses for which takeovers make a difference.

use super::arena::{Column, index};
use super::names::{AddressName, ObjectName};
use super::takeover::Takeover;
use super::world::World;

/// The objects with a claim that stands, address by address.
#[derive(Debug)]
pub(super) struct Claimants {
    objects: Vec<ObjectName>,
    /// End of the claimants of each address. They begin at the end of those of the address before.
    ends: Column<u32>,
}

impl Claimants {
    pub(super) fn collect(world: &World<'_>) -> Self {
        let mut ends = Column::filled(0_u32, world.names.len());
        for object in world.objects() {
            for (_, address) in world.valid_claims(object) {
                ends[address] += 1;
            }
        }
        let mut sum = 0;
        for address in 0..index(world.names.len()) {
            sum += ends[address];
            ends[address] = sum;
        }
        let mut objects = vec![0; sum as usize];
        let mut places = ends.clone();
        for object in world.objects() {
            for (_, address) in world.valid_claims(object) {
                places[address] -= 1;
                objects[places[address] as usize] = object;
            }
        }
        Self { objects, ends }
    }

    fn of_address(&self, address: AddressName) -> &[ObjectName] {
        let start = address.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.objects[start as usize..self.ends[address] as usize]
    }

    /// Objects that may want something else, or have a stronger claim, after takeovers: those that took an account
    /// over, and those that claim an address of it.
    pub(super) fn concerned(&self, world: &World<'_>, takeovers: &[Takeover]) -> Vec<ObjectName> {
        let mut concerned = Vec::new();
        for (object, account) in takeovers {
            concerned.push(*object);
            for entry in world.entries(*account) {
                concerned.extend_from_slice(self.of_address(world.names.of_entry(entry)));
            }
        }
        concerned.sort_unstable();
        concerned.dedup();
        concerned
    }
}
