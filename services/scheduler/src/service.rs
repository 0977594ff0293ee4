//! `SyncService`: from messages to calls, and back.

use rollcall_chassis::status::ApiError;
use rollcall_proto::v1::{
    CancelRunRequest, CancelRunResponse, DeleteSettingsRequest, DeleteSettingsResponse, GetSettingsRequest,
    GetSettingsResponse, ListSettingsRequest, ListSettingsResponse, PreviewUsersRequest,
    PreviewUsersResponse, PutSettingsRequest, PutSettingsResponse, RunKind, SyncNowRequest, SyncNowResponse,
    ValidateFilterRequest, ValidateFilterResponse, sync_service_server::SyncService,
};
use tonic::{Request, Response, Status};

use crate::{requests::RequestDesk, settings::SettingsKeeper, validation::validate_filter};

/// The service over its parts.
#[derive(Debug)]
pub(crate) struct Service {
    /// Keeps the settings.
    pub(crate) settings: SettingsKeeper,
    /// Takes requests for runs.
    pub(crate) requests: RequestDesk,
}

#[tonic::async_trait]
impl SyncService for Service {
    async fn put_settings(
        &self,
        request: Request<PutSettingsRequest>,
    ) -> Result<Response<PutSettingsResponse>, Status> {
        let settings = request.into_inner().settings.unwrap_or_default();
        answer(self.settings.put(settings).await, |settings| {
            PutSettingsResponse {
                settings: Some(settings),
            }
        })
    }

    async fn get_settings(
        &self,
        request: Request<GetSettingsRequest>,
    ) -> Result<Response<GetSettingsResponse>, Status> {
        let settings = self.settings.get(&request.get_ref().tenant_id).await;
        answer(settings, |settings| GetSettingsResponse {
            settings: Some(settings),
        })
    }

    async fn delete_settings(
        &self,
        request: Request<DeleteSettingsRequest>,
    ) -> Result<Response<DeleteSettingsResponse>, Status> {
        let DeleteSettingsRequest { tenant_id, etag } = request.get_ref();
        answer(self.settings.delete(tenant_id, etag).await, |()| {
            DeleteSettingsResponse {}
        })
    }

    async fn list_settings(
        &self,
        request: Request<ListSettingsRequest>,
    ) -> Result<Response<ListSettingsResponse>, Status> {
        answer(self.settings.list(request.get_ref()).await, |page| page)
    }

    async fn sync_now(&self, request: Request<SyncNowRequest>) -> Result<Response<SyncNowResponse>, Status> {
        let requested = self
            .requests
            .request(&request.get_ref().tenant_id, RunKind::Sync)
            .await;
        answer(requested, |requested| SyncNowResponse {
            run_id: requested.run_id.to_string(),
            already_queued: requested.already_queued,
        })
    }

    async fn preview_users(
        &self,
        request: Request<PreviewUsersRequest>,
    ) -> Result<Response<PreviewUsersResponse>, Status> {
        let requested = self
            .requests
            .request(&request.get_ref().tenant_id, RunKind::Preview)
            .await;
        answer(requested, |requested| PreviewUsersResponse {
            run_id: requested.run_id.to_string(),
            already_queued: requested.already_queued,
        })
    }

    async fn cancel_run(
        &self,
        request: Request<CancelRunRequest>,
    ) -> Result<Response<CancelRunResponse>, Status> {
        let CancelRunRequest { tenant_id, run_id } = request.get_ref();
        answer(self.requests.cancel(tenant_id, run_id).await, |()| {
            CancelRunResponse {}
        })
    }

    async fn validate_filter(
        &self,
        request: Request<ValidateFilterRequest>,
    ) -> Result<Response<ValidateFilterResponse>, Status> {
        answer(validate_filter(request.get_ref()), |response| response)
    }
}

fn answer<T, R>(result: Result<T, ApiError>, convert: impl FnOnce(T) -> R) -> Result<Response<R>, Status> {
    result
        .map(|value| Response::new(convert(value)))
        .map_err(Status::from)
}
