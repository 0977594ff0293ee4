//! Places that callers share, so that none takes them all.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, Weak},
};

use rollcall_terms::Refusal;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tonic::Status;

use super::Caller;
use crate::{given_up::given_up, sentences, status::ApiError};

/// Places of which one caller has at most a part. A call that finds none waits: behind its own caller's calls for that
/// part, behind those of all callers for the rest.
#[derive(Debug)]
pub struct Shares {
    all: Arc<Semaphore>,
    of_caller: usize,
    callers: Mutex<HashMap<Caller, Weak<Semaphore>>>,
}

/// A place, given back when this is dropped.
#[derive(Debug)]
pub struct Share {
    _of_caller: OwnedSemaphorePermit,
    _of_all: OwnedSemaphorePermit,
}

impl Shares {
    /// So many places, of which one caller has at most `of_caller`, and one in any case.
    pub fn new(all: usize, of_caller: usize) -> Self {
        Self {
            all: Arc::new(Semaphore::new(all.max(1))),
            of_caller: of_caller.max(1),
            callers: Mutex::default(),
        }
    }

    /// Waits for a place. A call that is given up while it waits ends with CANCELLED.
    pub async fn take(&self, caller: Caller) -> Result<Share, Status> {
        let own = self.own(caller);
        let place = async {
            Share {
                _of_caller: acquire(own).await,
                _of_all: acquire(Arc::clone(&self.all)).await,
            }
        };
        tokio::select! {
            place = place => Ok(place),
            () = given_up() => Err(ApiError::new(Refusal::GivenUp, sentences::GIVEN_UP).into()),
        }
    }

    /// The caller's part. It exists for as long as a call has or wants a place of it.
    fn own(&self, caller: Caller) -> Arc<Semaphore> {
        let mut callers = self.callers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = callers.get(&caller).and_then(Weak::upgrade) {
            return own;
        }
        callers.retain(|_, own| own.strong_count() > 0);
        let own = Arc::new(Semaphore::new(self.of_caller));
        callers.insert(caller, Arc::downgrade(&own));
        own
    }
}

async fn acquire(places: Arc<Semaphore>) -> OwnedSemaphorePermit {
    match places.acquire_owned().await {
        Ok(place) => place,
        // It is never closed.
        Err(_) => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::timeout;
    use tokio_util::sync::CancellationToken;

    use super::*;
    use crate::given_up;

    const LONG: Duration = Duration::from_mins(1);

    #[tokio::test(start_paused = true)]
    async fn a_caller_with_all_of_its_part_waits_and_another_does_not() {
        let shares = Shares::new(3, 2);
        let (greedy, other) = (Caller::named("greedy"), Caller::named("other"));
        let held = [
            shares.take(greedy.clone()).await,
            shares.take(greedy.clone()).await,
        ];
        assert!(timeout(LONG, shares.take(greedy.clone())).await.is_err());
        let third = timeout(LONG, shares.take(other))
            .await
            .expect("a place is left")
            .unwrap();
        drop(held);
        drop(third);
        let free = timeout(LONG, shares.take(greedy)).await.expect("a place is free");
        assert!(free.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_that_is_given_up_waits_no_longer() {
        let shares = Shares::new(1, 1);
        let held = shares.take(Caller::named("a")).await.unwrap();
        let token = CancellationToken::new();
        let waits = given_up::within(token.clone(), shares.take(Caller::named("a")));
        token.cancel();
        let status = waits.await.unwrap_err();
        assert_eq!(status.code(), tonic::Code::Cancelled);
        drop(held);
    }

    #[tokio::test(start_paused = true)]
    async fn callers_without_places_are_forgotten() {
        let shares = Shares::new(3, 2);
        for number in 0..10 {
            drop(shares.take(Caller::named(&number.to_string())).await.unwrap());
        }
        assert_eq!(shares.callers.lock().unwrap().len(), 1);
    }
}
