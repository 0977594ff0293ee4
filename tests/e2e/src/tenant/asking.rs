//! Questions of an administrator, which change nothing.

use futures::TryStreamExt as _;
use rollcall_proto::v1::{
    BuildFilterRequest, BuildFilterResponse, ExplainAddressRequest, ExplainAddressResponse, Settings,
    TestConnectionRequest, TestStep,
};
use tonic::Status;

use super::Tenant;

impl Tenant {
    /// Explains why an address is there, or is not.
    pub async fn explain(&self, address: &str) -> Result<ExplainAddressResponse, Status> {
        let request = ExplainAddressRequest {
            tenant_id: self.id.clone(),
            address: address.to_owned(),
        };
        let answer = self.clients.results.clone().explain_address(request).await?;
        Ok(answer.into_inner())
    }

    /// Tests a connection to its end, of the saved settings or of others, and returns the steps as they were
    /// reported.
    pub async fn test_connection(&self, settings: Option<Settings>) -> Result<Vec<TestStep>, Status> {
        let request = TestConnectionRequest {
            tenant_id: self.id.clone(),
            settings,
        };
        let steps = self.clients.sync.clone().test_connection(request).await?;
        let steps = steps.into_inner().try_collect::<Vec<_>>().await?;
        Ok(steps.into_iter().filter_map(|response| response.step).collect())
    }

    /// A filter from kinds of object and domains.
    pub async fn build_filter(&self, request: BuildFilterRequest) -> Result<BuildFilterResponse, Status> {
        let answer = self.clients.sync.clone().build_filter(request).await?;
        Ok(answer.into_inner())
    }
}
