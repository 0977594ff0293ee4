//! Deferred acceptance: who gets what where several want the same and each wants but one of several.
//!
//! Each group wants the first of its wishes that it can get; an address goes to the best of those that want it;
//! who loses it wants its next. What comes out is the same whoever begins (Gale and Shapley), and it is the best for each group
//! that can hold at all.

use std::ops::Range;

use super::arena::{Column, index};
use super::world::{AddressName, ClaimName, ObjectName};

/// One claim that would do for its group.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wish {
    pub(super) address: AddressName,
    pub(super) claim: ClaimName,
    pub(super) object: ObjectName,
    /// How good the claim is among rivals; the lower is the better, and of equals that of the lower object.
    pub(super) standing: u8,
}

/// Wishes by group, the dearest first.
#[derive(Clone, Debug, Default)]
pub(super) struct Wishes {
    wishes: Vec<Wish>,
    groups: Vec<Range<u32>>,
}

impl Wishes {
    /// Adds a group.
    pub(super) fn push(&mut self, group: &[Wish]) {
        let start = index(self.wishes.len());
        self.wishes.extend_from_slice(group);
        self.groups.push(start..index(self.wishes.len()));
    }

    /// Each group.
    pub(super) fn groups(&self) -> impl Iterator<Item = (u32, &[Wish])> {
        let wishes = |group: &Range<u32>| &self.wishes[group.start as usize..group.end as usize];
        (0..).zip(self.groups.iter().map(wishes))
    }

    /// What each group gets, of so many addresses.
    pub(super) fn settle(&self, addresses: usize) -> Column<Option<Wish>> {
        let mut best: Column<Option<(u32, Wish)>> = Column::of(None, addresses);
        let mut granted = Column::of(None, self.groups.len());
        let mut next: Column<u32> = self.groups.iter().map(|wishes| wishes.start).collect();
        for group in 0..index(self.groups.len()) {
            let mut wanting = Some(group);
            while let Some(group) = wanting {
                if next[group] == self.groups[group as usize].end {
                    break;
                }
                let wish = self.wishes[next[group] as usize];
                next[group] += 1;
                let holder = &mut best[wish.address];
                if holder.is_some_and(|(_, rival)| rival.rank() <= wish.rank()) {
                    continue;
                }
                wanting = holder.replace((group, wish)).map(|(loser, _)| loser);
                granted[group] = Some(wish);
                if let Some(loser) = wanting {
                    granted[loser] = None;
                }
            }
        }
        granted
    }
}

impl Wish {
    fn rank(&self) -> (u8, ObjectName) {
        (self.standing, self.object)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wish(object: ObjectName, address: AddressName, standing: u8) -> Wish {
        Wish {
            address,
            claim: 0,
            object,
            standing,
        }
    }

    fn granted(groups: &[&[Wish]]) -> Vec<Option<AddressName>> {
        let mut wishes = Wishes::default();
        for group in groups {
            wishes.push(group);
        }
        wishes
            .settle(10)
            .iter()
            .map(|(_, wish)| wish.map(|wish| wish.address))
            .collect()
    }

    #[test]
    fn who_loses_its_first_wish_gets_its_next() {
        let first = [wish(0, 5, 1), wish(0, 6, 0)];
        let second = [wish(1, 5, 0)];
        assert_eq!(granted(&[&first, &second]), [Some(6), Some(5)]);
        assert_eq!(granted(&[&second, &first]), [Some(5), Some(6)]);
    }

    #[test]
    fn a_loser_drives_out_who_has_the_weaker_claim_to_its_next() {
        let first = [wish(0, 1, 0)];
        let second = [wish(1, 1, 1), wish(1, 2, 0)];
        let third = [wish(2, 2, 1), wish(2, 3, 0)];
        assert_eq!(granted(&[&third, &second, &first]), [Some(3), Some(2), Some(1)]);
    }

    #[test]
    fn of_equal_claims_that_of_the_lower_object_is_better() {
        let (low, high) = ([wish(3, 7, 0)], [wish(4, 7, 0)]);
        assert_eq!(granted(&[&high, &low]), [None, Some(7)]);
    }
}
