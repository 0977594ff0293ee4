//! The part of a large read that waits in the database until the read is complete, under its tenant and fence.

use prost::Message as _;
use rollcall_chassis::pg::Access;
use rollcall_proto::internal;

use super::gate::Gate;
use crate::{
    error::{During, ReconcileError},
    ids::LeaseKey,
};

/// The staged batches of one run, in the order in which they came.
pub(crate) struct Stage {
    gate: Gate,
    key: LeaseKey,
    batches: i64,
}

impl Stage {
    pub(crate) fn new(gate: &Gate, key: &LeaseKey) -> Self {
        tracing::info!(tenant.id = %key.tenant, run.id = %key.run, "the read is staged in the database from here on");
        Self {
            gate: gate.clone(),
            key: key.clone(),
            batches: 0,
        }
    }

    /// Puts a batch behind the others. No connection is held between two batches.
    pub(crate) async fn write(&mut self, batch: &internal::v1::ObjectBatch) -> Result<(), ReconcileError> {
        let mut tx = self.gate.tenant(&self.key.tenant, Access::Write).await?;
        sqlx::query_file!(
            "sql/staged_batch/insert.sql",
            self.key.tenant.as_str(),
            self.key.fence.0,
            self.batches,
            batch.encode_to_vec()
        )
        .execute(tx.connection())
        .await
        .during("stage a batch")?;
        tx.commit().await.during("commit")?;
        self.batches += 1;
        Ok(())
    }

    /// Reads everything that was staged, one batch at a time.
    pub(crate) async fn for_each(
        &self,
        mut take: impl FnMut(internal::v1::ObjectBatch) -> Result<(), ReconcileError>,
    ) -> Result<(), ReconcileError> {
        for number in 0..self.batches {
            let mut tx = self.gate.tenant(&self.key.tenant, Access::Read).await?;
            let body = sqlx::query_file_scalar!(
                "sql/staged_batch/body.sql",
                self.key.tenant.as_str(),
                self.key.fence.0,
                number
            )
            .fetch_optional(tx.connection())
            .await
            .during("read a staged batch")?;
            // Staged batches go when the lease goes.
            let body = body.ok_or(ReconcileError::Fenced)?;
            let batch = internal::v1::ObjectBatch::decode(body.as_slice()).map_err(|source| {
                ReconcileError::Undecodable {
                    what: "batch",
                    source,
                }
            })?;
            take(batch)?;
        }
        Ok(())
    }
}
