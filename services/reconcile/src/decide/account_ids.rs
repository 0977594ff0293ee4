//! Ids of new accounts.

use rollcall_domain::AccountId;
use uuid::{ContextV7, Uuid};

/// Ids of new accounts: version 7 of the run's time, so that those of one run follow each other in the index.
pub(crate) struct AccountIds {
    context: ContextV7,
    time: jiff::Timestamp,
}

impl AccountIds {
    pub(crate) fn new(time: jiff::Timestamp) -> Self {
        Self {
            context: ContextV7::new(),
            time,
        }
    }

    pub(crate) fn next(&mut self) -> AccountId {
        let seconds = self.time.as_second().unsigned_abs();
        let nanoseconds = self.time.subsec_nanosecond().unsigned_abs();
        AccountId::from_uuid(Uuid::new_v7(uuid::Timestamp::from_unix(
            &self.context,
            seconds,
            nanoseconds,
        )))
    }
}
