//! The state of the whole fleet of tenants: a few statements over all of them, all of one moment.

use rollcall_chassis::{
    pg::{Access, FleetTx, PgTimestamp},
    status::ApiError,
};
use rollcall_proto::v1::{
    EventBacklog, FailingTenant, Failure, FleetPause, KeyUse, LaneBacklog, ReadMode, RunState,
};
use rollcall_terms::names;
use rollcall_terms::time::to_proto;
use uuid::Uuid;

use super::Store;
use crate::fleet::{Fleet, RunCount, Tenants};

/// The statements are estimated far above what they cost: compiling them takes longer than running them.
const INTERPRETED: &str = "SET LOCAL jit = off";

impl Store {
    /// The fleet as it is now; `since` is the least id of the runs that count as recent.
    pub(crate) async fn fleet(&self, since: Uuid) -> Result<Fleet, ApiError> {
        let mut snapshot = self.pool.fleet(Access::Snapshot).await?;
        sqlx::query(INTERPRETED).execute(snapshot.connection()).await?;
        let (failing, failing_tenants) = failing(&mut snapshot).await?;
        Ok(Fleet {
            tenants: tenants(&mut snapshot).await?,
            pause: pause(&mut snapshot).await?,
            runs: runs(&mut snapshot, since).await?,
            backlog: backlog(&mut snapshot).await?,
            keys: keys(&mut snapshot).await?,
            failing,
            failing_tenants,
            held_tenants: held(&mut snapshot).await?,
            events: events(&mut snapshot).await?,
        })
    }
}

/// A count of the database's.
fn count(number: i64) -> u64 {
    u64::try_from(number).unwrap_or_default()
}

async fn tenants(snapshot: &mut FleetTx) -> Result<Tenants, ApiError> {
    let record = sqlx::query_file!("sql/fleet/tenants.sql")
        .fetch_one(snapshot.connection())
        .await?;
    Ok(Tenants {
        with_settings: count(record.tenants),
        scheduled: count(record.scheduled),
        refused: count(record.refused),
        reverted: count(record.reverted),
    })
}

async fn pause(snapshot: &mut FleetTx) -> Result<FleetPause, ApiError> {
    let record = sqlx::query_file!("sql/fleet/pause.sql")
        .fetch_one(snapshot.connection())
        .await?;
    Ok(FleetPause {
        schedules: record.schedules_paused,
        removals: record.removals_paused,
        note: record.note,
        update_time: record.update_time.map(|time| to_proto(time.0)),
    })
}

async fn runs(snapshot: &mut FleetTx, since: Uuid) -> Result<Vec<RunCount>, ApiError> {
    let records = sqlx::query_file!("sql/fleet/runs.sql", since)
        .fetch_all(snapshot.connection())
        .await?;
    let runs = records.into_iter().map(|record| RunCount {
        state: names::from_nullable::<RunState>(Some(&record.state)),
        read_mode: names::from_nullable::<ReadMode>(record.read_mode.as_deref()),
        unchanged: record.unchanged,
        recent: record.recent,
        runs: count(record.runs),
    });
    Ok(runs.collect())
}

async fn backlog(snapshot: &mut FleetTx) -> Result<Vec<LaneBacklog>, ApiError> {
    let records = sqlx::query_file!("sql/fleet/backlog.sql")
        .fetch_all(snapshot.connection())
        .await?;
    let lanes = records.into_iter().map(|record| LaneBacklog {
        lane: record.lane,
        waiting: count(record.waiting),
        oldest_create_time: Some(to_proto(record.oldest.0)),
    });
    Ok(lanes.collect())
}

async fn keys(snapshot: &mut FleetTx) -> Result<Vec<KeyUse>, ApiError> {
    let records = sqlx::query_file!("sql/fleet/keys.sql")
        .fetch_all(snapshot.connection())
        .await?;
    let keys = records.into_iter().map(|record| KeyUse {
        key_id: record.key_id,
        credentials: count(record.credentials),
    });
    Ok(keys.collect())
}

#[derive(Debug)]
struct FailingRecord {
    tenant_id: String,
    run_id: Uuid,
    failure_code: Option<String>,
    failure_message: Option<String>,
    failure_advice: Option<String>,
    failure_detail: Option<String>,
    last_success_time: Option<PgTimestamp>,
    failing_tenants: i64,
}

/// The first of them, and how many they are.
async fn failing(snapshot: &mut FleetTx) -> Result<(Vec<FailingTenant>, u64), ApiError> {
    let records = sqlx::query_file_as!(FailingRecord, "sql/fleet/failing.sql")
        .fetch_all(snapshot.connection())
        .await?;
    let all = records.first().map_or(0, |record| count(record.failing_tenants));
    Ok((records.into_iter().map(FailingTenant::from).collect(), all))
}

impl From<FailingRecord> for FailingTenant {
    fn from(record: FailingRecord) -> Self {
        Self {
            tenant_id: record.tenant_id,
            failure: record.failure_code.map(|code| Failure {
                code,
                message: record.failure_message.unwrap_or_default(),
                advice: record.failure_advice.unwrap_or_default(),
                detail: record.failure_detail.unwrap_or_default(),
            }),
            last_success_time: record.last_success_time.map(|time| to_proto(time.0)),
            run_id: record.run_id.to_string(),
        }
    }
}

async fn events(snapshot: &mut FleetTx) -> Result<EventBacklog, ApiError> {
    let record = sqlx::query_file!("sql/fleet/events.sql")
        .fetch_one(snapshot.connection())
        .await?;
    Ok(EventBacklog {
        tenants: count(record.tenants),
        oldest_create_time: record.oldest.map(|time| to_proto(time.0)),
    })
}

async fn held(snapshot: &mut FleetTx) -> Result<u64, ApiError> {
    let held = sqlx::query_file_scalar!("sql/fleet/held.sql")
        .fetch_one(snapshot.connection())
        .await?;
    Ok(count(held))
}
