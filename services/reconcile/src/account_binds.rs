//! Which binds of an account are tried: after some refused ones in a row none for a while, then one at a time, each of which
//! lengthens the pause if it is refused as well.

use jiff::{SignedDuration, Timestamp};

use crate::bounds::BindPauses;

/// A bind whose result was not heard for so long counts as refused: its worker is gone, and the server may have seen it.
const GIVEN_UP: SignedDuration = SignedDuration::from_secs(60);

/// The hash that names an account.
pub(crate) type Account = [u8; 16];

/// The binds of one account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct AccountBinds {
    /// Binds that the server refused in a row.
    pub(crate) refused: i32,
    /// No bind is tried until then.
    pub(crate) paused_until: Option<Timestamp>,
    /// Binds that were permitted and whose result is not known yet.
    pub(crate) under_way: i32,
    /// Time at which the last of these is given up.
    pub(crate) under_way_until: Option<Timestamp>,
}

/// Answer to a worker that wants to bind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Permit {
    /// It may, and must report the result.
    Granted,
    /// As many binds are under way as may still be refused: it asks again.
    Wait,
    /// No bind is tried until then.
    Paused(Timestamp),
}

/// Result of a bind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Settled {
    Accepted,
    Refused,
    /// The server did not judge it.
    Unknown,
}

impl AccountBinds {
    /// A worker asks to bind.
    pub(crate) fn ask(&mut self, now: Timestamp, pauses: &BindPauses) -> Permit {
        self.give_up(now, pauses);
        if let Some(until) = self.paused_until.filter(|until| *until > now) {
            return Permit::Paused(until);
        }
        let left = (pauses.refused - self.refused).max(1);
        if self.under_way >= left {
            return Permit::Wait;
        }
        self.under_way += 1;
        self.under_way_until = Some(now + GIVEN_UP);
        Permit::Granted
    }

    /// A bind has its result. One that was not `permitted`, because its credential was proven, was not under way here.
    pub(crate) fn settle(
        &mut self,
        settled: Settled,
        is_permitted: bool,
        now: Timestamp,
        pauses: &BindPauses,
    ) {
        if is_permitted {
            self.under_way = (self.under_way - 1).max(0);
            if self.under_way == 0 {
                self.under_way_until = None;
            }
        }
        match settled {
            Settled::Accepted => {
                self.refused = 0;
                self.paused_until = None;
            }
            Settled::Refused => self.refuse(1, now, pauses),
            Settled::Unknown => {}
        }
    }

    fn give_up(&mut self, now: Timestamp, pauses: &BindPauses) {
        if self.under_way_until.is_some_and(|until| until <= now) {
            let lost = self.under_way;
            self.under_way = 0;
            self.under_way_until = None;
            self.refuse(lost, now, pauses);
        }
    }

    fn refuse(&mut self, times: i32, now: Timestamp, pauses: &BindPauses) {
        self.refused = self.refused.saturating_add(times);
        if self.refused >= pauses.refused {
            self.paused_until = Some(now + pauses.after(self.refused));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAUSES: BindPauses = BindPauses {
        refused: 3,
        pause: SignedDuration::from_mins(15),
        longest: SignedDuration::from_mins(60),
    };

    fn at(minutes: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minutes)
    }

    fn refuse(binds: &mut AccountBinds, minute: i64) {
        assert_eq!(binds.ask(at(minute), &PAUSES), Permit::Granted, "{binds:?}");
        binds.settle(Settled::Refused, true, at(minute), &PAUSES);
    }

    #[test]
    fn after_three_refused_binds_in_a_row_none_is_tried_for_a_while() {
        let mut binds = AccountBinds::default();
        for _ in 0..3 {
            refuse(&mut binds, 0);
        }
        assert_eq!(binds.ask(at(14), &PAUSES), Permit::Paused(at(15)));
        assert_eq!(binds.ask(at(15), &PAUSES), Permit::Granted);
    }

    #[test]
    fn each_further_refused_bind_lengthens_the_pause_up_to_a_bound() {
        let mut binds = AccountBinds::default();
        for _ in 0..3 {
            refuse(&mut binds, 0);
        }
        let mut minute = 15;
        for pause in [30, 60, 60] {
            refuse(&mut binds, minute);
            assert_eq!(binds.paused_until, Some(at(minute + pause)));
            minute += pause;
        }
    }

    #[test]
    fn binds_at_the_same_time_are_no_more_than_may_be_refused() {
        let mut binds = AccountBinds::default();
        for _ in 0..3 {
            assert_eq!(binds.ask(at(0), &PAUSES), Permit::Granted);
        }
        assert_eq!(binds.ask(at(0), &PAUSES), Permit::Wait);
        binds.settle(Settled::Unknown, true, at(0), &PAUSES);
        assert_eq!(binds.ask(at(0), &PAUSES), Permit::Granted);
        binds.settle(Settled::Refused, true, at(0), &PAUSES);
        assert_eq!(
            binds.ask(at(0), &PAUSES),
            Permit::Wait,
            "two under way and one refused"
        );
        binds.settle(Settled::Accepted, true, at(0), &PAUSES);
        assert_eq!(binds.ask(at(0), &PAUSES), Permit::Granted);
    }

    #[test]
    fn after_a_pause_one_bind_is_tried_at_a_time() {
        let mut binds = AccountBinds::default();
        for _ in 0..3 {
            refuse(&mut binds, 0);
        }
        assert_eq!(binds.ask(at(20), &PAUSES), Permit::Granted);
        assert_eq!(binds.ask(at(20), &PAUSES), Permit::Wait);
    }

    #[test]
    fn a_bind_that_succeeds_clears_the_account_to_its_default() {
        let mut binds = AccountBinds::default();
        for _ in 0..3 {
            refuse(&mut binds, 0);
        }
        assert_eq!(binds.ask(at(15), &PAUSES), Permit::Granted);
        binds.settle(Settled::Accepted, true, at(15), &PAUSES);
        assert_eq!(binds, AccountBinds::default());
    }

    #[test]
    fn a_bind_whose_worker_is_gone_counts_as_refused() {
        let mut binds = AccountBinds::default();
        for _ in 0..3 {
            assert_eq!(binds.ask(at(0), &PAUSES), Permit::Granted);
        }
        assert_eq!(binds.ask(at(1), &PAUSES), Permit::Paused(at(16)));
    }

    #[test]
    fn a_proven_credential_that_is_refused_counts_without_having_asked() {
        let mut binds = AccountBinds::default();
        for _ in 0..3 {
            binds.settle(Settled::Refused, false, at(0), &PAUSES);
        }
        assert_eq!((binds.under_way, binds.paused_until), (0, Some(at(15))));
    }
}
