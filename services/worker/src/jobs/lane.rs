//! One lane: takes as many jobs as its slots allow, and no more than can begin at once.
//!
//! A delivery stays unacknowledged until its run has ended, so one that waits for its directory still counts against
//! the consumer's prefetch. When runs give up their slots, the lane therefore subscribes again for as many deliveries
//! as may begin now. While reconcile is away, it takes none.

use std::{sync::Arc, time::Duration};

use rollcall_chassis::amqp::{Broker, Consumer, Delivery, Lane};
use tokio::{
    sync::watch,
    task::{JoinError, JoinSet},
    time::{Instant, sleep},
};
use tokio_util::sync::CancellationToken;

use super::Jobs;
use crate::slots::{Place, Slots};

/// Between two looks at how many jobs may come: room that other lanes leave is not announced.
const LOOK: Duration = Duration::from_secs(1);

/// Runs that began together give up their slots at about the same time: one subscription is for all of them.
const GATHER: Duration = Duration::from_millis(20);

/// A lane's jobs in hand.
pub(crate) struct LaneWork {
    jobs: Arc<Jobs>,
    lane: Lane,
    slots: Arc<Slots>,
    consumer: Consumer,
    in_hand: JoinSet<Arc<Place>>,
    /// Time since which more may come than should.
    too_many_since: Option<Instant>,
}

impl LaneWork {
    /// Does the jobs of `lane` with `jobs`.
    pub(crate) fn new(jobs: Arc<Jobs>, broker: &Broker, lane: Lane, slots: Arc<Slots>) -> Self {
        Self {
            jobs,
            lane,
            slots,
            consumer: broker.consumer(lane.queue(), 0),
            in_hand: JoinSet::new(),
            too_many_since: None,
        }
    }

    /// Works until `ending`; what is in hand then is brought to its end.
    pub(crate) async fn work(
        mut self,
        mut reconcile_serves: watch::Receiver<bool>,
        ending: CancellationToken,
    ) {
        loop {
            let serves = *reconcile_serves.borrow_and_update();
            if serves {
                self.fit().await;
                if ending.run_until_cancelled(self.consumer.ready()).await.is_none() {
                    break;
                }
            } else {
                self.consumer.stop().await;
            }
            let slots = Arc::clone(&self.slots);
            tokio::select! {
                biased;
                () = ending.cancelled() => break,
                Some(ended) = self.in_hand.join_next() => note_end(ended),
                changed = reconcile_serves.changed() => if changed.is_err() { break },
                () = slots.changed(), if serves => sleep(GATHER).await,
                // Jobs that were delivered here begin: another worker cannot have them.
                delivery = self.consumer.next(), if serves => self.begin(delivery),
                () = sleep(LOOK), if serves => {}
            }
        }
        self.consumer.stop().await;
        while let Some(ended) = self.in_hand.join_next().await {
            note_end(ended);
        }
    }

    /// Has the broker send as many jobs as may begin. Fewer only after a while: a job that is finished may not have left its
    /// place yet.
    async fn fit(&mut self) {
        while let Some(ended) = self.in_hand.try_join_next() {
            note_end(ended);
        }
        let (room, may_come) = (self.slots.room(Instant::now()), self.consumer.may_come());
        if may_come <= room {
            self.too_many_since = None;
        }
        let is_too_many =
            may_come > room && self.too_many_since.get_or_insert_with(Instant::now).elapsed() >= LOOK;
        if may_come < room || is_too_many {
            self.too_many_since = None;
            self.consumer.allow(u16::try_from(room).unwrap_or(u16::MAX)).await;
        }
    }

    fn begin(&mut self, delivery: Delivery) {
        let (jobs, lane, place) = (Arc::clone(&self.jobs), self.lane, Arc::new(self.slots.place()));
        // The place comes back, so that it is free no earlier than the job is finished.
        self.in_hand.spawn(async move {
            jobs.do_job(delivery, lane, Arc::clone(&place)).await;
            place
        });
    }
}

fn note_end(ended: Result<Arc<Place>, JoinError>) {
    if let Err(error) = ended {
        tracing::error!(%error, "finishing a job crashed");
    }
}
