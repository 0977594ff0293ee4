//! Records of acts.

use jiff::Timestamp;
use rollcall_chassis::{
    grpc::page,
    pg::{Access, PgTimestamp},
    status::ApiError,
};
use rollcall_domain::sentences::refusal;
use rollcall_proto::v1::{AuditDetail, AuditRecord};
use rollcall_terms::{
    Refusal,
    audit::{Detail, Details},
    time::to_proto,
};
use sqlx::types::Json;
use uuid::Uuid;

use super::Store;

use crate::page::Position;

/// Octets of the details, as JSON, beyond which no more records are read. In a message they take at least an eighth of
/// it: so many always fill a page.
#[expect(clippy::cast_possible_wrap, reason = "some megabytes")]
const MOST_BYTES: i64 = 8 * page::BYTES as i64;

/// Filter of records. `None`, here and in each field: any.
#[derive(Debug, Clone, Default)]
pub(crate) struct AuditFilter {
    /// Only those from this time on.
    pub(crate) start: Option<Timestamp>,
    /// Only those before this time.
    pub(crate) end: Option<Timestamp>,
    /// Method of the call.
    pub(crate) method: Option<String>,
    /// Identity of the caller.
    pub(crate) caller: Option<String>,
    /// The person for whom it called.
    pub(crate) actor: Option<String>,
    /// The run that the call was about.
    pub(crate) run: Option<Uuid>,
}

/// A record, with the key of its place in the list.
#[derive(Debug)]
pub(crate) struct Listed {
    pub(crate) position: Position,
    pub(crate) record: AuditRecord,
}

struct Row {
    record_time: PgTimestamp,
    record_id: Uuid,
    service: String,
    caller: String,
    actor: Option<String>,
    tenant_id: Option<String>,
    method: String,
    details: Json<Details>,
    run_id: Option<Uuid>,
    outcome: String,
    calls: i64,
}

impl Store {
    /// Records of a tenant, or of all, the newest first, from after this one on. Fewer than the limit if they are large;
    /// the rest is behind them.
    pub(crate) async fn audit(
        &self,
        tenant_id: Option<&str>,
        filter: &AuditFilter,
        after: Option<Position>,
        limit: usize,
    ) -> Result<Vec<Listed>, ApiError> {
        let after = after.map(|after| key(&after)).transpose()?;
        let rows = sqlx::query_file_as!(
            Row,
            "sql/audit/page.sql",
            tenant_id,
            filter.start.map(PgTimestamp) as _,
            filter.end.map(PgTimestamp) as _,
            filter.method,
            filter.caller,
            filter.actor,
            filter.run,
            after.map(|(time, _)| time) as _,
            after.map(|(_, id)| id),
            i64::try_from(limit).unwrap_or(i64::MAX),
            MOST_BYTES
        );
        let rows = match tenant_id {
            Some(tenant_id) => {
                let mut tx = self.tenant(tenant_id, Access::Read).await?;
                rows.fetch_all(tx.connection()).await?
            }
            None => {
                rows.fetch_all(self.pool.fleet(Access::Read).await?.connection())
                    .await?
            }
        };
        Ok(rows.into_iter().map(Listed::from).collect())
    }
}

/// The key of a page token's text and id.
fn key(position: &Position) -> Result<(PgTimestamp, Uuid), ApiError> {
    let time = position.text.parse().ok();
    let time = time.and_then(|micros| Timestamp::from_microsecond(micros).ok());
    let time = time.ok_or_else(|| ApiError::new(Refusal::PageToken, refusal::PAGE_TOKEN))?;
    Ok((PgTimestamp(time), Uuid::from_u128(position.id)))
}

impl From<Row> for Listed {
    fn from(row: Row) -> Self {
        let PgTimestamp(time) = row.record_time;
        let text = Option::unwrap_or_default;
        let Json(details) = row.details;
        Self {
            position: Position {
                text: time.as_microsecond().to_string(),
                id: row.record_id.as_u128(),
            },
            record: AuditRecord {
                record_id: row.record_id.to_string(),
                time: Some(to_proto(time)),
                caller: row.caller,
                actor: text(row.actor),
                tenant_id: text(row.tenant_id),
                method: row.method,
                details: details.into_inner().into_iter().map(detail).collect(),
                run_id: row.run_id.map(|run| run.to_string()).unwrap_or_default(),
                outcome: row.outcome,
                calls: u64::try_from(row.calls).unwrap_or_default(),
                service: row.service,
            },
        }
    }
}

fn detail(Detail { name, value, old }: Detail) -> AuditDetail {
    AuditDetail {
        name,
        value,
        old_value: old,
    }
}
