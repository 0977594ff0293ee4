//! The beginning of a connection test: once, in its time, with the stored credential if that is tested.

use jiff::Timestamp;
use rollcall_domain::TenantId;
use rollcall_proto::internal::v1::SealedCredential;
use uuid::Uuid;

use crate::{
    error::ReconcileError,
    resources::Resources,
    store::{connection_test, scheduler_views},
};

/// A worker that would do a test.
#[derive(Clone, Debug)]
pub(crate) struct BeginTest {
    pub(crate) test_id: Uuid,
    pub(crate) expire_time: Timestamp,
    /// The stored credential that is tested, if one is.
    pub(crate) stored: Option<StoredCredential>,
}

/// Names a stored credential.
#[derive(Clone, Debug)]
pub(crate) struct StoredCredential {
    pub(crate) tenant: TenantId,
    pub(crate) generation: i64,
}

/// A stored credential as it is now.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct CurrentCredential {
    pub(crate) stored: SealedCredential,
    /// The same password under a newer key.
    pub(crate) renewed: Option<SealedCredential>,
}

/// Result of the call.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum BegunTest {
    /// The test is the worker's. No credential: none is tested, or the tenant has another one by now.
    Started(Option<CurrentCredential>),
    /// It has begun before.
    Repeated,
    /// Its time is over, or too far ahead.
    Expired,
}

/// Begins a test.
pub(crate) async fn begin(resources: &Resources, test: BeginTest) -> Result<BegunTest, ReconcileError> {
    let gate = &resources.store.runs;
    let admission = connection_test::begin(gate, test.test_id, test.expire_time).await?;
    if !admission.is_in_time {
        return Ok(BegunTest::Expired);
    }
    if !admission.is_first {
        return Ok(BegunTest::Repeated);
    }
    let Some(StoredCredential { tenant, generation }) = test.stored else {
        return Ok(BegunTest::Started(None));
    };
    let current = scheduler_views::current(gate, &tenant).await?;
    let credential = current
        .filter(|current| current.credential_generation == generation)
        .map(|current| CurrentCredential {
            stored: current.credential,
            renewed: current.renewed_credential,
        });
    Ok(BegunTest::Started(credential))
}
