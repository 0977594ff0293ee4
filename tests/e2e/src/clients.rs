//! gRPC clients of a stack, as the portal's backend has them.

use anyhow::Result;
use rollcall_proto::v1::{
    account_service_client::AccountServiceClient, results_service_client::ResultsServiceClient,
    sync_service_client::SyncServiceClient,
};
use rollcall_testbed::{Endpoints, Kind};
use tonic::transport::Channel;

/// Clients of the three services that the portal's backend speaks to.
#[derive(Clone, Debug)]
pub struct Clients {
    /// The scheduler's.
    pub sync: SyncServiceClient<Channel>,
    /// Reconcile's, for the portal's own writes.
    pub accounts: AccountServiceClient<Channel>,
    /// The results service's.
    pub results: ResultsServiceClient<Channel>,
}

impl Clients {
    /// Connects with the portal's certificate.
    pub async fn connect(endpoints: &Endpoints) -> Result<Self> {
        Ok(Self {
            sync: SyncServiceClient::new(endpoints.connect(Kind::Scheduler).await?),
            accounts: AccountServiceClient::new(endpoints.connect(Kind::Reconcile).await?),
            results: ResultsServiceClient::new(endpoints.connect(Kind::Results).await?),
        })
    }
}
