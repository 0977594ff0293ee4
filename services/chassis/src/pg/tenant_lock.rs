//! A tenant's lock, which is waited for without a connection.
//!
//! Work that must not race with a commit of a tenant's run takes the tenant's advisory lock in PostgreSQL. A large
//! commit has it for a minute, and a wait in the database would hold a connection for as long. So a lock is tried, and
//! between two tries no connection is held. Within a process, waiters for the same tenant queue in memory, and only the
//! first of them tries. Few calls of a tenant may wait; further ones are refused, and may be repeated. A step of a run
//! goes before the calls, and never waits behind their tries for long: it knocks, as [`Waiter::Run`] says.

mod queue;

use std::time::Duration;

use rollcall_domain::TenantId;
use rollcall_terms::tenant_lock::tenant_lock;
use sqlx::PgConnection;
use tokio::time::{Instant, sleep, timeout_at};

use super::{Access, PgTimestamp, ScopedPool, TenantTx};
use crate::{given_up::given_up, pauses::Pauses, status::ApiError};
use queue::{Queues, Turn};

/// Pauses between two tries.
const PAUSES: Pauses = Pauses::new(Duration::from_millis(5), Duration::from_millis(200));
/// PostgreSQL gave up waiting for a lock.
const LOCK_NOT_AVAILABLE: &str = "55P03";

/// Kinds of waiter for a lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waiter {
    /// A call that can be repeated. Only a few of a tenant wait.
    Call,
    /// A step of a run. It waits before the calls of its process. Against those of other processes it knocks: each try
    /// but the first waits in the database for a moment, where it has its place before calls that only try.
    Run,
}

/// Times and numbers of waiters.
#[derive(Debug, Clone, Copy)]
pub struct Waits {
    /// Time that a call waits.
    pub call: Duration,
    /// Time that a step of a run waits.
    pub run: Duration,
    /// Number of calls of a tenant that wait.
    pub calls: usize,
}

/// The locks of all tenants, as one process sees them. Clones share it.
#[derive(Debug, Clone)]
pub struct TenantLocks {
    queues: Queues,
    waits: Waits,
}

/// A transaction about a tenant that has its lock until it ends.
#[derive(Debug)]
pub struct LockedTransaction {
    // Before the turn: the next in the queue finds the lock free.
    transaction: TenantTx,
    now: PgTimestamp,
    _turn: Turn,
}

/// Reasons why a tenant's lock was not taken.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Other work had it for as long as the caller may wait, or too many wait already.
    #[error("the tenant is locked")]
    Busy,
    /// A statement failed.
    #[error("the tenant cannot be locked")]
    Database(#[from] sqlx::Error),
}

impl From<LockError> for ApiError {
    fn from(error: LockError) -> Self {
        match error {
            LockError::Busy => Self::tenant_busy(),
            LockError::Database(error) => error.into(),
        }
    }
}

impl TenantLocks {
    /// An empty queue.
    pub fn new(waits: Waits) -> Self {
        Self {
            queues: Queues::new(waits.calls),
            waits,
        }
    }

    /// Begins a transaction that has the tenant's lock. A connection of the pool is held only while the lock is tried.
    pub async fn lock(
        &self,
        pool: &ScopedPool,
        tenant: &TenantId,
        waiter: Waiter,
    ) -> Result<LockedTransaction, LockError> {
        let deadline = Instant::now()
            + match waiter {
                Waiter::Call => self.waits.call,
                Waiter::Run => self.waits.run,
            };
        let key = tenant_lock(tenant);
        let place = self.queues.join(&key, waiter).ok_or(LockError::Busy)?;
        let turn = tokio::select! {
            turn = timeout_at(deadline, place) => turn.ok().flatten(),
            () = given_up() => None,
        };
        let mut turn = turn.ok_or(LockError::Busy)?;
        let mut pauses = PAUSES;
        let mut pause = pauses.grow();
        let mut knock = None;
        loop {
            let mut transaction = pool.tenant(tenant, Access::Write).await?;
            if let Some(now) = try_lock(transaction.connection(), &key, knock).await? {
                return Ok(LockedTransaction {
                    transaction,
                    now,
                    _turn: turn,
                });
            }
            transaction.rollback().await?;
            turn.waits();
            if Instant::now() + pause >= deadline {
                return Err(LockError::Busy);
            }
            tokio::select! {
                () = sleep(pause) => {}
                () = given_up() => return Err(LockError::Busy),
            }
            pause = pauses.grow();
            knock = (waiter == Waiter::Run).then_some(pause);
        }
    }

    /// The same, but `None` if the lock is taken at the moment.
    pub async fn try_lock(
        &self,
        pool: &ScopedPool,
        tenant: &TenantId,
    ) -> Result<Option<LockedTransaction>, sqlx::Error> {
        let key = tenant_lock(tenant);
        let Some(turn) = self.queues.take(&key) else {
            return Ok(None);
        };
        let mut transaction = pool.tenant(tenant, Access::Write).await?;
        let now = try_lock(transaction.connection(), &key, None).await?;
        Ok(now.map(|now| LockedTransaction {
            transaction,
            now,
            _turn: turn,
        }))
    }
}

impl LockedTransaction {
    /// The database's time when the lock was had.
    pub fn now(&self) -> PgTimestamp {
        self.now
    }

    /// The connection, for statements of the transaction.
    pub fn connection(&mut self) -> &mut PgConnection {
        self.transaction.connection()
    }

    /// Lets statements see and change the rows of all tenants until [`Self::narrow`].
    pub async fn widen(&mut self) -> sqlx::Result<()> {
        self.transaction.widen().await
    }

    /// Lets statements see only the tenant's rows again.
    pub async fn narrow(&mut self) -> sqlx::Result<()> {
        self.transaction.narrow().await
    }

    /// Makes what was done last, and gives the lock back.
    pub async fn commit(self) -> sqlx::Result<()> {
        self.transaction.commit().await
    }
}

/// The time of the lock; `None` if it is taken, after the wait that `knock` allows.
async fn try_lock(
    connection: &mut PgConnection,
    key: &str,
    knock: Option<Duration>,
) -> sqlx::Result<Option<PgTimestamp>> {
    let Some(knock) = knock else {
        let tried = sqlx::query_file!("sql/tenant_lock/try.sql", key)
            .fetch_one(connection)
            .await?;
        return Ok(tried.locked.then_some(tried.now));
    };
    let bound = format!("{}ms", knock.as_millis());
    sqlx::query_file!("sql/tenant_lock/bound_wait.sql", bound)
        .fetch_one(&mut *connection)
        .await?;
    let waited = sqlx::query_file_scalar!("sql/tenant_lock/knock.sql", key)
        .fetch_one(&mut *connection)
        .await;
    match waited {
        Ok(now) => {
            // SET is no statement that PostgreSQL describes, so the compiler cannot check it.
            sqlx::query("SET LOCAL lock_timeout TO DEFAULT")
                .execute(connection)
                .await?;
            Ok(Some(now))
        }
        // The transaction is of no more use; nothing was done in it.
        Err(error) if is_lock_timeout(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

/// True if the database gave up waiting for a lock.
fn is_lock_timeout(error: &sqlx::Error) -> bool {
    error
        .as_database_error()
        .and_then(sqlx::error::DatabaseError::code)
        .is_some_and(|code| code == LOCK_NOT_AVAILABLE)
}
