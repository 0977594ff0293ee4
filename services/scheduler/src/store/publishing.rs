//! From requests to what the publisher sends.

use std::time::Duration;

use rollcall_chassis::{amqp::Lane, pg::Access};
use rollcall_domain::RunId;
use sqlx::types::Uuid;

use super::Store;

/// Claim under which a publisher has requests in hand: one for each time that it takes some.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Claim {
    id: Uuid,
    /// Time for which it holds unless it is renewed.
    length: Duration,
}

impl Claim {
    /// A claim that no other publisher has.
    pub(crate) fn new(length: Duration) -> Self {
        Self {
            id: Uuid::now_v7(),
            length,
        }
    }
}

/// A request whose job must be published.
#[derive(Debug, Clone)]
pub(crate) struct Unpublished {
    /// The run.
    pub(crate) run_id: RunId,
    /// The tenant of the run.
    pub(crate) tenant_id: String,
    /// Lane to which the job goes.
    pub(crate) lane: Lane,
    /// The trace that it continues.
    pub(crate) traceparent: Option<String>,
}

impl Store {
    /// Takes up to `limit` requests in hand; who neither publishes them nor renews the claim loses them to another.
    pub(crate) async fn claim_unpublished(&self, limit: u32, claim: Claim) -> sqlx::Result<Vec<Unpublished>> {
        let seconds = claim.length.as_secs_f64();
        let mut tx = self.pool.fleet(Access::Write).await?;
        let claimed = sqlx::query_file!("sql/run_request/claim.sql", i64::from(limit), seconds, claim.id)
            .try_map(|row| {
                Ok(Unpublished {
                    run_id: RunId::from_uuid(row.run_id),
                    tenant_id: row.tenant_id,
                    lane: lane(&row.lane)?,
                    traceparent: row.traceparent,
                })
            })
            .fetch_all(tx.connection())
            .await?;
        tx.commit().await?;
        Ok(claimed)
    }

    /// Keeps requests in hand for as long again, as far as they still are.
    pub(crate) async fn renew_claims(&self, claimed: &[Unpublished], claim: Claim) -> sqlx::Result<()> {
        let ids: Vec<Uuid> = claimed.iter().map(|request| request.run_id.as_uuid()).collect();
        let seconds = claim.length.as_secs_f64();
        let mut tx = self.pool.fleet(Access::Write).await?;
        sqlx::query_file!("sql/run_request/renew_claims.sql", &ids, seconds, claim.id)
            .execute(tx.connection())
            .await?;
        tx.commit().await
    }

    /// Notes that the broker has these.
    pub(crate) async fn mark_published(&self, sent: &[Unpublished]) -> sqlx::Result<()> {
        let ids: Vec<Uuid> = sent.iter().map(|request| request.run_id.as_uuid()).collect();
        let lanes: Vec<&str> = sent.iter().map(|request| request.lane.as_str()).collect();
        let mut tx = self.pool.fleet(Access::Write).await?;
        sqlx::query_file!("sql/run_request/mark_published.sql", &ids, &lanes)
            .execute(tx.connection())
            .await?;
        tx.commit().await
    }

    /// Gives back what could not be published, for the next attempt.
    pub(crate) async fn release_claims(&self, unsent: &[Unpublished], claim: Claim) -> sqlx::Result<()> {
        let ids: Vec<Uuid> = unsent.iter().map(|request| request.run_id.as_uuid()).collect();
        let mut tx = self.pool.fleet(Access::Write).await?;
        sqlx::query_file!("sql/run_request/release_claims.sql", &ids, claim.id)
            .execute(tx.connection())
            .await?;
        tx.commit().await
    }
}

fn lane(text: &str) -> sqlx::Result<Lane> {
    Lane::parse(text).ok_or_else(|| sqlx::Error::Decode(format!("unknown lane {text}").into()))
}
