//! Calls that their callers have given up, as the tasks that work on them learn it.

use tokio_util::sync::CancellationToken;

tokio::task_local! {
    static GIVEN_UP: CancellationToken;
}

/// Works on a call that is given up when `token` is cancelled.
pub(crate) async fn within<T>(token: CancellationToken, work: impl Future<Output = T>) -> T {
    GIVEN_UP.scope(token, work).await
}

/// Ends once the caller has cancelled the call that this task works on; outside of a call, never. Work stops here only
/// while it holds no connection to the database: see [`crate::pg::whole`].
pub async fn given_up() {
    match GIVEN_UP.try_with(Clone::clone) {
        Ok(token) => token.cancelled_owned().await,
        Err(_) => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::timeout;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_call_that_is_given_up_is_known_as_such_and_no_other_work_is() {
        let token = CancellationToken::new();
        token.cancel();
        within(token, given_up()).await;
        assert!(timeout(Duration::from_hours(1), given_up()).await.is_err());
    }
}
