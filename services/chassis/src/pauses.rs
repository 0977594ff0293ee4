//! Pauses between tries.

use std::time::Duration;

/// Pauses that grow: each is twice as long as the one before, up to the longest.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pauses {
    first: Duration,
    longest: Duration,
    next: Duration,
}

impl Pauses {
    /// From the first pause to the longest.
    pub(crate) const fn new(first: Duration, longest: Duration) -> Self {
        Self {
            first,
            longest,
            next: first,
        }
    }

    /// The pause before the next try.
    pub(crate) fn grow(&mut self) -> Duration {
        let pause = self.next;
        self.next = (pause * 2).min(self.longest);
        pause
    }

    /// A try succeeded: the next pause is the first again.
    pub(crate) fn reset(&mut self) {
        self.next = self.first;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_longest_and_begin_again_after_a_success() {
        let mut pauses = Pauses::new(Duration::from_millis(200), Duration::from_secs(1));
        let millis = |pauses: &mut Pauses| pauses.grow().as_millis();
        let seen: Vec<_> = (0..5).map(|_| millis(&mut pauses)).collect();
        assert_eq!(seen, [200, 400, 800, 1000, 1000]);
        pauses.reset();
        assert_eq!(millis(&mut pauses), 200);
    }
}
