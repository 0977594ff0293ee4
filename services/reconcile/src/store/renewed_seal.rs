//! Passwords under a newer key, until the scheduler has put them into the settings.

use prost::Message as _;
use rollcall_chassis::pg::Access;
use rollcall_proto::internal::v1::SealedCredential;

use super::gate::Gate;
use crate::{
    error::{During, ReconcileError},
    ids::LeaseKey,
};

/// Keeps a seal that the holder of the lease made of the credential with this generation. Ignored if one is kept already,
/// or if the lease was given another credential.
pub(crate) async fn keep(
    gate: &Gate,
    key: &LeaseKey,
    credential_generation: i64,
    seal: &SealedCredential,
) -> Result<(), ReconcileError> {
    let mut tx = gate.tenant(&key.tenant, Access::Write).await?;
    let has_lease = sqlx::query_file_scalar!(
        "sql/renewed_seal/keep.sql",
        key.tenant.as_str(),
        key.run.as_uuid(),
        key.fence.0,
        credential_generation,
        seal.key_id,
        seal.encode_to_vec()
    )
    .fetch_one(tx.connection())
    .await
    .during("keep a renewed seal")?;
    tx.commit().await.during("commit")?;
    of_holder(has_lease)
}

/// Confirms the seal that an earlier lease made of the credential with this generation.
pub(crate) async fn confirm(
    gate: &Gate,
    key: &LeaseKey,
    credential_generation: i64,
) -> Result<(), ReconcileError> {
    let mut tx = gate.tenant(&key.tenant, Access::Write).await?;
    let has_lease = sqlx::query_file_scalar!(
        "sql/renewed_seal/confirm.sql",
        key.tenant.as_str(),
        key.run.as_uuid(),
        key.fence.0,
        credential_generation
    )
    .fetch_one(tx.connection())
    .await
    .during("confirm a renewed seal")?;
    tx.commit().await.during("commit")?;
    of_holder(has_lease)
}

/// Drops it, unless another run has confirmed it.
pub(crate) async fn reject(
    gate: &Gate,
    key: &LeaseKey,
    credential_generation: i64,
) -> Result<(), ReconcileError> {
    let mut tx = gate.tenant(&key.tenant, Access::Write).await?;
    let has_lease = sqlx::query_file_scalar!(
        "sql/renewed_seal/reject.sql",
        key.tenant.as_str(),
        key.run.as_uuid(),
        key.fence.0,
        credential_generation
    )
    .fetch_one(tx.connection())
    .await
    .during("drop a renewed seal")?;
    tx.commit().await.during("commit")?;
    of_holder(has_lease)
}

/// Drops seals that the settings have by now, and those of credentials that are no longer a tenant's.
pub(crate) async fn drop_settled(gate: &Gate) -> Result<(), ReconcileError> {
    let mut tx = gate.fleet(Access::Write).await?;
    sqlx::query_file!("sql/renewed_seal/drop_settled.sql")
        .execute(tx.connection())
        .await
        .during("drop renewed seals")?;
    tx.commit().await.during("commit")
}

fn of_holder(has_lease: bool) -> Result<(), ReconcileError> {
    if has_lease {
        Ok(())
    } else {
        Err(ReconcileError::Fenced)
    }
}
