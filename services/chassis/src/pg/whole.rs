//! Work with a connection that is never broken off in the middle.
//!
//! A future that is dropped while it waits for the database leaves half an answer in its connection. The pool does not
//! notice and lends the connection again, and the next statement gets the rest. If the waiting side may go away,
//! because a caller left or time ran out, such work continues in a task of its own.

use std::panic;

use tracing::Instrument as _;

/// Does `work` to its end, even if this future is dropped before. Statements have time-outs, so the end comes.
pub async fn whole<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> T {
    match tokio::spawn(work.in_current_span()).await {
        Ok(done) => done,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => panic::resume_unwind(panic),
            // The runtime ends, and this with it.
            Err(_) => std::future::pending().await,
        },
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::{sync::oneshot, time::timeout};

    use super::whole;

    #[tokio::test(start_paused = true)]
    async fn work_whose_caller_has_left_continues_to_its_end() {
        let (done, ended) = oneshot::channel();
        let work = async {
            tokio::time::sleep(Duration::from_secs(2)).await;
            done.send(7)
        };
        assert!(timeout(Duration::from_secs(1), whole(work)).await.is_err());
        assert_eq!(ended.await, Ok(7));
    }
}
