//! From requests to what the publisher sends.

use std::time::Duration;

use rollcall_chassis::amqp::Lane;
use rollcall_domain::RunId;
use sqlx::{FromRow, Row, postgres::PgRow, types::Uuid};

use super::Store;

/// What a publisher has requests in hand with: one for each time that it takes some.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Claim {
    id: Uuid,
    /// How long it holds unless it is renewed.
    hold: Duration,
}

impl Claim {
    /// One that nobody else has.
    pub(crate) fn new(hold: Duration) -> Self {
        Self {
            id: Uuid::now_v7(),
            hold,
        }
    }
}

/// A request whose job is to be published.
#[derive(Debug, Clone)]
pub(crate) struct Unpublished {
    /// The run.
    pub(crate) run_id: RunId,
    /// Whose run it is.
    pub(crate) tenant_id: String,
    /// Where the job goes.
    pub(crate) lane: Lane,
    /// The trace that it continues.
    pub(crate) traceparent: Option<String>,
}

impl FromRow<'_, PgRow> for Unpublished {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        let lane = row.try_get("lane")?;
        Ok(Self {
            run_id: RunId::from_uuid(row.try_get("run_id")?),
            tenant_id: row.try_get("tenant_id")?,
            lane: Lane::parse(lane)
                .ok_or_else(|| sqlx::Error::Decode(format!("unknown lane {lane}").into()))?,
            traceparent: row.try_get("traceparent")?,
        })
    }
}

impl Store {
    /// Takes up to `limit` requests in hand; who neither publishes them nor renews the claim loses them to another.
    pub(crate) async fn claim_unpublished(&self, limit: u32, claim: Claim) -> sqlx::Result<Vec<Unpublished>> {
        sqlx::query_as(include_str!("../../sql/run_request/claim.sql"))
            .bind(i64::from(limit))
            .bind(claim.hold.as_secs_f64())
            .bind(claim.id)
            .fetch_all(&self.pool)
            .await
    }

    /// Keeps requests in hand for as long again, as far as they still are.
    pub(crate) async fn renew_claims(&self, held: &[Unpublished], claim: Claim) -> sqlx::Result<()> {
        let ids: Vec<Uuid> = held.iter().map(|request| request.run_id.as_uuid()).collect();
        sqlx::query(include_str!("../../sql/run_request/renew_claims.sql"))
            .bind(&ids)
            .bind(claim.hold.as_secs_f64())
            .bind(claim.id)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Notes that the broker has these.
    pub(crate) async fn mark_published(&self, sent: &[Unpublished]) -> sqlx::Result<()> {
        let ids: Vec<Uuid> = sent.iter().map(|request| request.run_id.as_uuid()).collect();
        let lanes: Vec<&str> = sent.iter().map(|request| request.lane.as_str()).collect();
        sqlx::query(include_str!("../../sql/run_request/mark_published.sql"))
            .bind(&ids)
            .bind(&lanes)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Gives back what could not be published, for the next attempt.
    pub(crate) async fn release_claims(&self, unsent: &[Unpublished], claim: Claim) -> sqlx::Result<()> {
        let ids: Vec<Uuid> = unsent.iter().map(|request| request.run_id.as_uuid()).collect();
        sqlx::query(include_str!("../../sql/run_request/release_claims.sql"))
            .bind(&ids)
            .bind(claim.id)
            .execute(&self.pool)
            .await?;
        Ok(())
    }
}
