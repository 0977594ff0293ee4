//! Decides if and when a failed attempt is followed by another.

use rollcall_chassis::amqp::Delay;
use rollcall_domain::failure::FailureClass;
use rollcall_proto::v1::RunTrigger;

/// The wait before the attempt after `attempt`; `None`: the run has failed.
///
/// A run for which a caller waits gets one more try. Wrong credentials are never tried again: that locks accounts.
pub(super) fn after(class: FailureClass, trigger: RunTrigger, attempt: u32) -> Option<Delay> {
    if class != FailureClass::Transient {
        return None;
    }
    match (trigger, attempt) {
        (RunTrigger::Scheduled, 0 | 1) => Some(Delay::Seconds10),
        (RunTrigger::Scheduled, 2) => Some(Delay::Seconds60),
        (RunTrigger::Scheduled, 3) => Some(Delay::Seconds300),
        (RunTrigger::Manual | RunTrigger::Approval | RunTrigger::Unspecified, 0 | 1) => Some(Delay::Seconds2),
        _ => None,
    }
}

/// The wait after so many wasted reads in a row. During it, a lease that could not be given back must not fall silent,
/// because that would count as a lost worker.
pub(crate) fn after_in_vain(before: u32, has_lease: bool) -> Delay {
    match before {
        0 => Delay::Park,
        1 => Delay::Seconds2,
        2..=4 => Delay::Seconds10,
        _ if has_lease => Delay::Seconds10,
        _ => Delay::Seconds60,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waits(class: FailureClass, trigger: RunTrigger) -> Vec<u64> {
        (1..)
            .map_while(|attempt| after(class, trigger, attempt))
            .map(|delay| delay.duration().as_secs())
            .collect()
    }

    #[test]
    fn a_run_for_a_waiting_person_gets_one_more_try_and_a_schedule_three() {
        for waited_for in [RunTrigger::Manual, RunTrigger::Approval] {
            assert_eq!(waits(FailureClass::Transient, waited_for), [2]);
        }
        assert_eq!(
            waits(FailureClass::Transient, RunTrigger::Scheduled),
            [10, 60, 300]
        );
    }

    #[test]
    fn a_directory_that_was_asked_in_vain_is_asked_less_and_less_often() {
        let waits = |has_lease| {
            [0, 1, 2, 3, 4, 5, u32::MAX].map(|n| after_in_vain(n, has_lease).duration().as_secs())
        };
        assert_eq!(waits(false), [1, 2, 10, 10, 10, 60, 60]);
        assert_eq!(waits(true), [1, 2, 10, 10, 10, 10, 10], "a lease lasts 15 s");
    }

    #[test]
    fn what_does_not_pass_by_itself_is_not_tried_again() {
        for class in [
            FailureClass::Credentials,
            FailureClass::Misconfigured,
            FailureClass::Ours,
        ] {
            for trigger in [RunTrigger::Manual, RunTrigger::Approval, RunTrigger::Scheduled] {
                assert_eq!(waits(class, trigger), [0_u64; 0]);
            }
        }
    }
}
