//! Deferred acceptance: matches groups with addresses if several groups want the same address and each group wants only
//! one of several.
//!
//! Each group wants the first of its wishes that it can get. An address goes to the best of the groups that want it,
//! and a group that loses it wants its next. The result does not depend on who begins (Gale and Shapley), and it is the
//! best for each group that can hold at all.
//!
//! A group may change its wishes afterwards. Then only the consequences of the old wishes are decided again: each
//! refusal remembers the wish that caused it, and goes when that wish goes. The rest is the state that the others would
//! have reached by themselves, so the outcome is that of a decision from the beginning.

use std::ops::Range;

use super::arena::{Column, index};
use super::names::{AddressName, ClaimName, ObjectName};
use super::pace::{Pace, PlanError};

/// One claim that would do for its group.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wish {
    pub(super) address: AddressName,
    pub(super) claim: ClaimName,
    pub(super) object: ObjectName,
    /// Rank of the claim among rivals. The lower is the better; of equals, that of the lower object.
    pub(super) rank: u8,
}

/// The wishes of groups, the dearest first, and how far each has come with them.
#[derive(Debug)]
pub(super) struct Acceptance {
    wishes: Vec<Wish>,
    marks: Vec<Mark>,
    groups: Vec<Range<u32>>,
    /// The object whose wishes a group has; `None` if it never had any.
    objects: Vec<Option<ObjectName>>,
    /// The wish that each group tries next. Those before it were refused, but for the last one if the group got it.
    next: Vec<u32>,
    /// The wish that has each address.
    best: Column<Option<u32>>,
    /// Groups that may want something.
    wanting: Vec<u32>,
    refusals: Vec<Refusal>,
    /// Groups whose result differs.
    moved: Vec<u32>,
    work: usize,
}

/// State of a wish.
#[derive(Clone, Copy, Debug)]
struct Mark {
    group: u32,
    /// The wish that it was refused for.
    refused_for: Option<u32>,
    /// The last of the wishes that were refused for this one, among the refusals.
    refusals: Option<u32>,
}

/// A wish was refused for another one. It may have been tried again after that.
#[derive(Clone, Copy, Debug)]
struct Refusal {
    wish: u32,
    /// The one before it, for the same wish.
    before: Option<u32>,
}

impl Acceptance {
    /// No group wishes for any of this many addresses.
    pub(super) fn new(addresses: usize) -> Self {
        Self {
            wishes: Vec::new(),
            marks: Vec::new(),
            groups: Vec::new(),
            objects: Vec::new(),
            next: Vec::new(),
            best: Column::filled(None, addresses),
            wanting: Vec::new(),
            refusals: Vec::new(),
            moved: Vec::new(),
            work: 0,
        }
    }

    /// Adds a group and names it.
    pub(super) fn push(&mut self, wishes: &[Wish]) -> u32 {
        let group = index(self.groups.len());
        self.groups.push(0..0);
        self.objects.push(wishes.first().map(|wish| wish.object));
        self.next.push(0);
        self.give(group, wishes);
        group
    }

    /// Gives a group other wishes.
    pub(super) fn replace(&mut self, group: u32, wishes: &[Wish]) {
        self.roll_back(group, self.groups[group as usize].start);
        self.give(group, wishes);
    }

    fn give(&mut self, group: u32, wishes: &[Wish]) {
        let start = index(self.wishes.len());
        self.wishes.extend_from_slice(wishes);
        let mark = Mark {
            group,
            refused_for: None,
            refusals: None,
        };
        self.marks.resize(self.wishes.len(), mark);
        self.groups[group as usize] = start..index(self.wishes.len());
        self.next[group as usize] = start;
        self.wanting.push(group);
        self.work += wishes.len();
    }

    /// Each group with its wishes.
    pub(super) fn groups(&self) -> impl Iterator<Item = (u32, &[Wish])> {
        let wishes = |group: &Range<u32>| &self.wishes[group.start as usize..group.end as usize];
        (0..).zip(self.groups.iter().map(wishes))
    }

    /// The object whose wishes a group has.
    pub(super) fn object_of(&self, group: u32) -> Option<ObjectName> {
        self.objects[group as usize]
    }

    /// The address that a group gets.
    pub(super) fn granted(&self, group: u32) -> Option<Wish> {
        let next = self.next[group as usize];
        let last = next
            .checked_sub(1)
            .filter(|last| self.groups[group as usize].contains(last))?;
        let wish = self.wishes[last as usize];
        (self.best[wish.address] == Some(last)).then_some(wish)
    }

    /// The object that gets an address.
    pub(super) fn winner(&self, address: AddressName) -> Option<ObjectName> {
        self.best[address].map(|wish| self.wishes[wish as usize].object)
    }

    /// Work done since the beginning, in wishes.
    pub(super) fn work(&self) -> usize {
        self.work
    }

    /// Lets every group try until it gets something or has no further wishes. Returns the groups whose result may
    /// differ from before.
    pub(super) fn match_all(&mut self, pace: &Pace) -> Result<Vec<u32>, PlanError> {
        while let Some(group) = self.wanting.pop() {
            let mut wanting = Some(group).filter(|group| self.granted(*group).is_none());
            while let Some(group) = wanting {
                if self.moved.last() != Some(&group) {
                    self.moved.push(group);
                }
                let wish = self.next[group as usize];
                if wish == self.groups[group as usize].end {
                    break;
                }
                pace.step()?;
                self.work += 1;
                self.next[group as usize] += 1;
                wanting = self
                    .propose(wish)
                    .map(|refused| self.marks[refused as usize].group);
            }
        }
        Ok(std::mem::take(&mut self.moved))
    }

    /// Tries a wish. Returns the wish that is then refused: this one or another.
    fn propose(&mut self, wish: u32) -> Option<u32> {
        let address = self.wishes[wish as usize].address;
        let rank = |wish: u32| self.wishes[wish as usize].rank();
        let Some(rival) = self.best[address] else {
            self.best[address] = Some(wish);
            return None;
        };
        let (better, refused) = if rank(rival) <= rank(wish) {
            (rival, wish)
        } else {
            (wish, rival)
        };
        self.best[address] = Some(better);
        let refusal = index(self.refusals.len());
        let before = self.marks[better as usize].refusals.replace(refusal);
        self.refusals.push(Refusal {
            wish: refused,
            before,
        });
        self.marks[refused as usize].refused_for = Some(better);
        Some(refused)
    }

    /// Rolls back the steps of a group from this wish on, and the steps of others that followed from them.
    fn roll_back(&mut self, group: u32, from: u32) {
        let mut back = vec![(group, from)];
        while let Some((group, from)) = back.pop() {
            let tried = from..self.next[group as usize];
            if tried.is_empty() {
                continue;
            }
            for wish in tried {
                self.work += 1;
                self.withdraw(wish, &mut back);
            }
            self.next[group as usize] = from;
            self.wanting.push(group);
            self.moved.push(group);
        }
    }

    fn withdraw(&mut self, wish: u32, back: &mut Vec<(u32, u32)>) {
        let address = self.wishes[wish as usize].address;
        if self.best[address] == Some(wish) {
            self.best[address] = None;
        }
        let mark = &mut self.marks[wish as usize];
        mark.refused_for = None;
        let mut refusal = mark.refusals.take();
        while let Some(Refusal {
            wish: refused,
            before,
        }) = refusal.map(|at| self.refusals[at as usize])
        {
            self.work += 1;
            let mark = self.marks[refused as usize];
            if mark.refused_for == Some(wish) {
                back.push((mark.group, refused));
            }
            refusal = before;
        }
    }
}

impl Wish {
    fn rank(&self) -> (u8, ObjectName) {
        (self.rank, self.object)
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;
    use proptest::sample::{Index, subsequence};

    use super::*;

    fn wish(object: ObjectName, address: AddressName, rank: u8) -> Wish {
        Wish {
            address,
            claim: 0,
            object,
            rank,
        }
    }

    fn granted(groups: &[&[Wish]]) -> Vec<Option<AddressName>> {
        let mut acceptance = Acceptance::new(10);
        for group in groups {
            acceptance.push(group);
        }
        acceptance.match_all(&Pace::unhurried()).unwrap();
        outcome(&acceptance)
    }

    fn outcome(acceptance: &Acceptance) -> Vec<Option<AddressName>> {
        let groups = acceptance.groups();
        groups
            .map(|(group, _)| acceptance.granted(group).map(|wish| wish.address))
            .collect()
    }

    #[test]
    fn a_group_that_loses_its_first_wish_gets_its_next() {
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

    fn lists() -> impl Strategy<Value = Vec<Vec<Wish>>> {
        let list = subsequence((0..8).collect::<Vec<_>>(), 0..6).prop_shuffle();
        let lists = vec((list, vec(0..3_u8, 8)), 1..8);
        lists.prop_map(|lists| {
            let wishes = |(object, (list, ranks)): (u32, (Vec<u32>, Vec<u8>))| {
                let wish = |address: u32| wish(object, address, ranks[address as usize]);
                list.into_iter().map(wish).collect()
            };
            (0..).zip(lists).map(wishes).collect()
        })
    }

    proptest! {
        #[test]
        fn wishes_that_change_come_to_what_they_had_come_to_from_the_beginning(
            first in lists(),
            then in vec((any::<Index>(), lists()), 1..5),
        ) {
            let mut now = first;
            let mut acceptance = Acceptance::new(10);
            for group in &now {
                acceptance.push(group);
            }
            acceptance.match_all(&Pace::unhurried()).unwrap();
            for (which, other) in then {
                let group = which.index(now.len());
                let object = index(group);
                now[group] = other[0].iter().map(|wish| Wish { object, ..*wish }).collect();
                let before = outcome(&acceptance);
                acceptance.replace(object, &now[group]);
                let moved = acceptance.match_all(&Pace::unhurried()).unwrap();
                let groups: Vec<&[Wish]> = now.iter().map(Vec::as_slice).collect();
                let after = outcome(&acceptance);
                prop_assert_eq!(&after, &granted(&groups));
                for group in 0..now.len() {
                    prop_assert!(before[group] == after[group] || moved.contains(&index(group)));
                }
            }
        }
    }
}
