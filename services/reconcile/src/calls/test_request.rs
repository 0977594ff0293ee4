//! A worker's request to begin a connection test, checked field by field.

use rollcall_chassis::status::Violations;
use rollcall_domain::{RunId, TenantId, sentences::field};
use rollcall_proto::internal::v1::BeginTestRequest;
use rollcall_terms::time;

use crate::{
    error::ReconcileError,
    runs::connection_test::{BeginTest, StoredCredential},
};

/// The test, or all fields that are wrong. Its id is made as a run's is.
pub(super) fn read(request: &BeginTestRequest) -> Result<BeginTest, ReconcileError> {
    let mut violations = Violations::default();
    let test_id = violations.check("test_id", RunId::parse(&request.test_id));
    let expire_time = request.expire_time.as_ref().and_then(time::from_proto);
    let expire_time = violations.check("expire_time", expire_time.ok_or(field::TIME));
    let stored = stored(request, &mut violations);
    match (test_id, expire_time) {
        (Some(test_id), Some(expire_time)) if violations.is_empty() => Ok(BeginTest {
            test_id: test_id.as_uuid(),
            expire_time,
            stored,
        }),
        _ => Err(ReconcileError::Malformed(violations)),
    }
}

fn stored(request: &BeginTestRequest, violations: &mut Violations) -> Option<StoredCredential> {
    if request.tenant_id.is_empty() {
        return None;
    }
    let tenant = violations.check("tenant_id", TenantId::parse(&request.tenant_id))?;
    Some(StoredCredential {
        tenant,
        generation: request.credential_generation,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_wrong_field_is_named() {
        let wrong = BeginTestRequest {
            test_id: "no test".to_owned(),
            expire_time: None,
            tenant_id: "no tenant".to_owned(),
            credential_generation: 1,
        };
        let Err(ReconcileError::Malformed(violations)) = read(&wrong) else {
            panic!("it was taken")
        };
        let text = format!("{violations:?}");
        for field in ["test_id", "expire_time", "tenant_id"] {
            assert!(text.contains(field), "{text}");
        }
    }
}
