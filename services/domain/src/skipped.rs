//! Numbers of claims that a run leaves out, by reason: the first thing that a person wants to know of it.

use crate::verdict::Reason;

const REASONS: usize = Reason::ALL.len();

/// Numbers of refused claims, by reason.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Skipped([u64; REASONS]);

impl Default for Skipped {
    fn default() -> Self {
        Self([0; REASONS])
    }
}

impl Skipped {
    /// Counts further claims that were refused for a reason.
    pub fn add(&mut self, reason: Reason, claims: u64) {
        // A reason's place is its place in the order of declaration.
        if let Some(count) = self.0.get_mut(reason as usize) {
            *count = count.saturating_add(claims);
        }
    }

    /// The reasons for which claims were refused, each with its number, the greatest number first.
    pub fn by_number(&self) -> Vec<(Reason, u64)> {
        let mut counts: Vec<_> = self.in_order().collect();
        counts.sort_by_key(|(_, claims)| std::cmp::Reverse(*claims));
        counts
    }

    /// The same in the order in which the reasons are declared.
    pub fn in_order(&self) -> impl Iterator<Item = (Reason, u64)> {
        let counts = Reason::ALL.iter().copied().zip(self.0);
        counts.filter(|(_, claims)| *claims > 0)
    }

    /// True if no claim was refused.
    pub fn is_empty(&self) -> bool {
        self.in_order().next().is_none()
    }
}

impl std::fmt::Debug for Skipped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_map().entries(self.in_order()).finish()
    }
}

impl FromIterator<(Reason, u64)> for Skipped {
    fn from_iter<T: IntoIterator<Item = (Reason, u64)>>(counts: T) -> Self {
        let mut all = Self::default();
        for (reason, claims) in counts {
            all.add(reason, claims);
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reason_has_a_place_of_its_own() {
        for reason in Reason::ALL {
            let one = Skipped::from_iter([(*reason, 1)]);
            assert_eq!(one.in_order().collect::<Vec<_>>(), [(*reason, 1)]);
        }
    }

    #[test]
    fn the_greatest_number_comes_first_and_equal_ones_in_the_order_of_reasons() {
        let counts = Skipped::from_iter([
            (Reason::DuplicateUsername, 2),
            (Reason::ClaimedByOtherObject, 1),
            (Reason::InvalidAddress, 1),
            (Reason::ClaimedByOtherObject, 1),
        ]);
        assert_eq!(
            counts.by_number(),
            [
                (Reason::ClaimedByOtherObject, 2),
                (Reason::DuplicateUsername, 2),
                (Reason::InvalidAddress, 1)
            ]
        );
        assert!(!counts.is_empty());
        assert!(Skipped::default().is_empty());
    }
}
