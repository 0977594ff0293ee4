use rollcall_chassis::amqp::Lane;
use tokio::time::timeout;

use super::*;
use crate::slots::{Beside, Slots};

const PACE: Pace = Pace {
    grace: Duration::from_millis(75),
    silence: Duration::from_secs(1),
    slot_entries: 100,
    slot_bytes: 100_000,
    window: Duration::from_mins(2),
    least_entries: 120,
    least_bytes: 64_000,
};
const SECOND: Duration = Duration::from_secs(1);

/// A directory, second by second.
struct Directory {
    meter: Meter,
    sight: Sight,
}

impl Directory {
    fn new() -> Self {
        let sight = Sight {
            step: Step::Reading,
            messages: 0,
            bytes: 0,
            its_turn: true,
        };
        Self {
            meter: Meter::new(PACE, sight),
            sight,
        }
    }

    /// Sends so many entries, of 200 bytes each, in a second.
    fn sends(&mut self, entries: u64) -> Verdict {
        self.sight.messages += entries;
        self.sight.bytes += 200 * entries;
        self.meter.look(SECOND, self.sight)
    }

    /// Sends `entries` every `period` seconds: after how many seconds its run has no slot, and when the read ends.
    fn drips(mut self, entries: u64, period: u64) -> (Option<u64>, Option<u64>) {
        let (mut slow, mut hopeless) = (None, None);
        for second in 1..=600 {
            match self.sends(if second % period == 0 { entries } else { 0 }) {
                Verdict::Steady => {}
                Verdict::Slow => slow = slow.or(Some(second)),
                Verdict::Hopeless(_) => {
                    hopeless = Some(second);
                    break;
                }
            }
        }
        (slow, hopeless)
    }
}

#[test]
fn a_directory_that_drips_costs_its_slot_at_once_and_the_read_after_a_window() {
    assert_eq!(Directory::new().drips(1, 20), (Some(1), Some(120)));
    // Never silent, and yet not worth a slot.
    let (slow, hopeless) = Directory::new().drips(1, 1);
    assert_eq!((slow, hopeless), (Some(1), None), "it is just at the least rate");
}

#[test]
fn a_server_that_works_for_long_on_each_page_gives_up_its_slot_and_is_read_to_the_end() {
    // A page of 1,000 every 100 s, as of a search without an index.
    assert_eq!(Directory::new().drips(1_000, 100), (Some(1), None));
}

#[test]
fn a_directory_at_work_keeps_its_slot() {
    assert_eq!(Directory::new().drips(500, 1), (None, None));
}

#[test]
fn the_time_that_we_take_is_not_the_directorys() {
    let mut directory = Directory::new();
    directory.sends(1_000);
    directory.sight.its_turn = false;
    for _ in 0..1_000 {
        assert_eq!(directory.sends(0), Verdict::Steady);
    }
    directory.sight.its_turn = true;
    // It may have come to be its turn only now.
    assert_eq!(directory.sends(0), Verdict::Steady);
    assert_eq!(directory.sends(0), Verdict::Slow);
}

#[test]
fn a_run_that_asks_nothing_does_not_wait() {
    let mut directory = Directory::new();
    directory.sight.step = Step::Bound;
    for _ in 0..1_000 {
        assert_eq!(directory.sends(0), Verdict::Steady);
    }
}

/// The place of a run in a worker where so many may be without a slot.
fn place(waiting: u16) -> Place {
    Slots::new(Lane::Interactive, 1, &Beside::new(waiting, 1)).place()
}

/// Watches for a minute; `None` if it would continue.
async fn watched(signs: &Signs, place: &Place) -> Option<ReadError> {
    timeout(Duration::from_mins(1), watch(signs, place, PACE))
        .await
        .ok()
}

#[tokio::test(start_paused = true)]
async fn a_run_without_an_answer_to_its_bind_has_no_slot_after_the_grace() {
    let (signs, place) = (Signs::default(), place(1));
    let within = timeout(PACE.grace / 2, watch(&signs, &place, PACE));
    assert!(within.await.is_err() && !place.is_waiting());
    assert!(watched(&signs, &place).await.is_none());
    assert!(place.is_waiting());
}

#[tokio::test(start_paused = true)]
async fn a_silent_directory_costs_a_read_its_slot_and_one_that_answers_keeps_it() {
    let (signs, place) = (Signs::default(), place(1));
    signs.reached(Step::Reading);
    place.read().await;
    let sending = async {
        loop {
            sleep(Duration::from_millis(100)).await;
            for _ in 0..100 {
                signs.came(200);
                signs.read();
            }
        }
    };
    tokio::select! {
        reason = watched(&signs, &place) => assert!(reason.is_none(), "{reason:?}"),
        () = sending => {}
    }
    assert!(!place.is_waiting());
    let reason = watched(&signs, &place).await;
    assert!(reason.is_none() && place.is_waiting(), "{reason:?}");
}

#[tokio::test(start_paused = true)]
async fn a_drip_fails_after_a_window_and_says_what_came() {
    let (signs, place) = (Signs::default(), place(1));
    signs.reached(Step::Reading);
    place.read().await;
    let begun = Instant::now();
    let reason = timeout(Duration::from_mins(5), watch(&signs, &place, PACE)).await;
    assert!(
        matches!(reason, Ok(ReadError::TooSlow { entries: 0, .. })),
        "{reason:?}"
    );
    assert!(begun.elapsed() < PACE.window + Duration::from_secs(5));
}

#[tokio::test(start_paused = true)]
async fn a_run_gives_way_only_while_no_password_is_on_its_way() {
    let (signs, place) = (Signs::default(), place(0));
    signs.reached(Step::Binding);
    assert!(watched(&signs, &place).await.is_none());
    signs.reached(Step::Bound);
    assert!(matches!(watched(&signs, &place).await, Some(ReadError::GivesWay)));
    signs.reached(Step::Reaching);
    assert!(matches!(watched(&signs, &place).await, Some(ReadError::GivesWay)));
}
