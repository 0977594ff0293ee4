//! Connection tests that have begun.

use jiff::Timestamp;
use rollcall_chassis::pg::PgTimestamp;
use uuid::Uuid;

use super::gate::Gate;
use crate::error::{During, ReconcileError};

/// A test that a worker would begin, as the database judges it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Admission {
    /// True in the test's time.
    pub(crate) is_in_time: bool,
    /// True if nobody has begun it.
    pub(crate) is_first: bool,
}

/// Begins a test, unless it has begun or its time is over.
pub(crate) async fn begin(
    gate: &Gate,
    test_id: Uuid,
    expire_time: Timestamp,
) -> Result<Admission, ReconcileError> {
    sqlx::query_file_as!(
        Admission,
        "sql/connection_test/begin.sql",
        test_id,
        PgTimestamp(expire_time) as _
    )
    .fetch_one(gate.pool.shared())
    .await
    .during("begin a connection test")
}

/// Drops tests whose time is over: they begin no more.
pub(crate) async fn drop_expired(gate: &Gate) -> Result<(), ReconcileError> {
    sqlx::query_file!("sql/connection_test/drop_expired.sql")
        .execute(gate.pool.shared())
        .await
        .during("drop connection tests")?;
    Ok(())
}
