use std::pin::pin;

use futures::poll;

use super::*;

/// So many places of runs whose directories wait, and none of runs that take long.
fn waiting(places: u16) -> Beside {
    Beside::new(places, 0)
}

/// Begins as many runs as may begin.
fn begin(slots: &Arc<Slots>) -> Vec<Place> {
    (0..slots.room(Instant::now())).map(|_| slots.place()).collect()
}

#[tokio::test(start_paused = true)]
async fn a_healthy_run_behind_two_hundred_silent_ones_begins_after_six_rounds() {
    let slots = Slots::new(Lane::Interactive, 4, &waiting(256));
    let (mut silent, mut rounds) = (Vec::new(), 0);
    while silent.len() <= 200 {
        let begun = begin(&slots);
        assert!(!begun.is_empty(), "after {} runs", silent.len());
        rounds += 1;
        tokio::time::advance(Duration::from_millis(75)).await;
        for place in &begun {
            place.give_up().expect("a place for a run without a slot");
        }
        silent.extend(begun);
    }
    assert_eq!(rounds, 6, "4, 8, 16, 32, 64, 128");
}

#[tokio::test(start_paused = true)]
async fn runs_that_read_are_never_more_than_the_slots_and_let_none_begin_beside_them() {
    let slots = Slots::new(Lane::Scheduled, 2, &waiting(8));
    let begun = begin(&slots);
    for place in &begun {
        place.read().await;
    }
    assert_eq!((begun.len(), slots.room(Instant::now())), (2, 0));
    // One falls silent, and another begins instead. When its directory answers there is no slot for it yet.
    begun[0].give_up().unwrap();
    let next = begin(&slots);
    assert_eq!(next.len(), 2, "its slot, and one more in its stead");
    next[0].read().await;
    let second = tokio::time::timeout(Duration::from_mins(1), next[1].read());
    assert!(second.await.is_err(), "two read already");
    drop(begun);
    next[1].read().await;
}

#[tokio::test(start_paused = true)]
async fn a_directory_that_fell_silent_long_ago_lets_no_further_run_begin() {
    let slots = Slots::new(Lane::Scheduled, 2, &waiting(8));
    let begun = begin(&slots);
    for place in &begun {
        place.give_up().unwrap();
    }
    assert_eq!(slots.room(Instant::now()), 4);
    tokio::time::advance(STEAD).await;
    assert_eq!(slots.room(Instant::now()), 2);
}

#[tokio::test(start_paused = true)]
async fn a_directory_that_answers_and_falls_silent_again_never_had_a_slot() {
    let slots = Slots::new(Lane::Interactive, 1, &waiting(4));
    let room = || slots.room(Instant::now());
    let dripping = slots.place();
    dripping.give_up().unwrap();
    assert_eq!(room(), 2);
    dripping.answered();
    assert_eq!(room(), 0, "it may be at work");
    slots.place().read().await;
    dripping.give_up().unwrap();
    assert_eq!(room(), 2);
}

#[tokio::test(start_paused = true)]
async fn without_a_place_to_wait_a_run_keeps_its_slot_and_the_answer_says_so() {
    let slots = Slots::new(Lane::Interactive, 2, &waiting(1));
    let begun = begin(&slots);
    assert_eq!(begun[0].give_up(), Ok(()));
    assert_eq!(begun[1].give_up(), Err(Full));
    assert!(begun[0].is_waiting() && !begun[1].is_waiting());
    assert!(begun[1].may_give_way());
    drop(begun);
    assert_eq!(slots.room(Instant::now()), 2);
    assert_eq!(slots.beside.waiting.available_permits(), 1);
}

#[tokio::test(start_paused = true)]
async fn the_slow_lane_begins_without_slots_and_leaves_half_the_places_to_the_others() {
    let shared = waiting(8);
    let slow = Slots::new(Lane::Slow, 2, &shared);
    let begun = begin(&slow);
    assert_eq!((begun.len(), shared.waiting.available_permits()), (4, 4));
    assert!(
        begun
            .iter()
            .all(|place| place.is_waiting() && !place.may_give_way())
    );
    assert_eq!(slow.room(Instant::now()), 0);
    begun[0].read().await;
    begun[1].read().await;
    assert_eq!(shared.waiting.available_permits(), 6, "they have slots now");
    assert!(
        tokio::time::timeout(Duration::from_mins(1), begun[2].read())
            .await
            .is_err()
    );
}

#[tokio::test(start_paused = true)]
async fn a_run_that_takes_long_leaves_its_slot_to_another_and_goes_on() {
    let slots = Slots::new(Lane::Interactive, 1, &Beside::new(0, 2));
    let first = slots.place();
    first.read().await;
    assert_eq!(slots.room(Instant::now()), 0);
    let turns = tokio::time::timeout(TURN, first.take_turns());
    assert!(turns.await.is_err());
    tokio::time::timeout(TURN, first.take_turns()).await.ok();
    assert_eq!(
        slots.room(Instant::now()),
        2,
        "its slot, and one more in its stead"
    );
    let second = slots.place();
    second.read().await;
    first.read().await;
    drop(first);
    assert_eq!(slots.beside.long.available_permits(), 2);
    assert_eq!(slots.room(Instant::now()), 0, "the second has the slot");
}

#[tokio::test(start_paused = true)]
async fn a_run_that_waits_for_a_slot_goes_on_without_one_after_its_turn() {
    let slots = Slots::new(Lane::Interactive, 1, &Beside::new(0, 1));
    let (holder, other) = (slots.place(), slots.place());
    holder.read().await;
    tokio::select! {
        () = other.read() => {}
        never = other.take_turns() => match never {},
    }
    assert_eq!(slots.beside.long.available_permits(), 0);
}

#[tokio::test(start_paused = true)]
async fn without_a_place_for_a_long_run_it_keeps_its_slot() {
    let slots = Slots::new(Lane::Interactive, 1, &Beside::new(4, 0));
    let place = slots.place();
    place.read().await;
    tokio::time::timeout(3 * TURN, place.take_turns()).await.ok();
    assert_eq!(slots.room(Instant::now()), 0);
    // Its directory falls silent, and answers again.
    place.give_up().unwrap();
    place.read().await;
    drop(place);
    assert_eq!(
        (
            slots.room(Instant::now()),
            slots.beside.waiting.available_permits()
        ),
        (1, 4)
    );
}

#[tokio::test(start_paused = true)]
async fn a_long_run_whose_directory_falls_silent_leaves_its_place_to_another_long_run() {
    let slots = Slots::new(Lane::Interactive, 1, &Beside::new(1, 1));
    let place = slots.place();
    place.read().await;
    tokio::time::timeout(2 * TURN, place.take_turns()).await.ok();
    assert_eq!(slots.beside.long.available_permits(), 0);
    place.give_up().unwrap();
    assert_eq!(
        (
            slots.beside.long.available_permits(),
            slots.beside.waiting.available_permits()
        ),
        (1, 0)
    );
    drop(place);
    assert_eq!(slots.beside.waiting.available_permits(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_slot_that_comes_as_the_turn_ends_is_not_counted_twice() {
    // Which of the two is seen first is by chance.
    for _ in 0..64 {
        let slots = Slots::new(Lane::Scheduled, 1, &Beside::new(0, 1));
        let (holder, other) = (slots.place(), slots.place());
        holder.read().await;
        {
            let mut reading = pin!(other.read());
            assert!(poll!(reading.as_mut()).is_pending(), "the slot is taken");
            other.go_on_without_slot();
            drop(holder);
            reading.await;
        }
        other.go_on_without_slot();
        drop(other);
        assert_eq!(slots.room(Instant::now()), 1);
        assert_eq!(slots.beside.long.available_permits(), 1);
    }
}
