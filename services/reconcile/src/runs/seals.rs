//! Renewed seals: kept for a later run, which says if they are right.

use rollcall_proto::internal::v1::SealedCredential;

use crate::{error::ReconcileError, ids::LeaseKey, resources::Resources, store::renewed_seal};

/// Keeps the password of the run's credential under a newer key, beside the seal that it is to replace.
pub(crate) async fn renew(
    resources: &Resources,
    key: &LeaseKey,
    credential_generation: i64,
    seal: &SealedCredential,
) -> Result<(), ReconcileError> {
    renewed_seal::keep(&resources.store.runs, key, credential_generation, seal).await?;
    tracing::info!(tenant.id = %key.tenant, key_id = seal.key_id, "a seal of an older key was renewed");
    Ok(())
}

/// Notes if a renewed seal opens to the same password: it takes the place of the stored one, or it is dropped.
pub(crate) async fn judge(
    resources: &Resources,
    key: &LeaseKey,
    credential_generation: i64,
    is_right: bool,
) -> Result<(), ReconcileError> {
    let gate = &resources.store.runs;
    if is_right {
        return renewed_seal::confirm(gate, key, credential_generation).await;
    }
    tracing::warn!(tenant.id = %key.tenant, "a renewed seal does not hold the password: it is dropped");
    renewed_seal::reject(gate, key, credential_generation).await
}
