//! `SyncService`: from messages to calls, and back.

use std::pin::Pin;

use futures::{Stream, StreamExt as _};
use rollcall_chassis::{audit::Act, grpc::Caller, status::ApiError};
use rollcall_proto::v1::{
    ApproveRunRequest, ApproveRunResponse, BuildFilterRequest, BuildFilterResponse, CancelRunRequest,
    CancelRunResponse, DeleteSettingsRequest, DeleteSettingsResponse, GetSettingsRequest,
    GetSettingsResponse, ListSettingsRequest, ListSettingsResponse, PauseFleetRequest, PauseFleetResponse,
    PreviewUsersRequest, PreviewUsersResponse, PutSettingsRequest, PutSettingsResponse, ResumeFleetRequest,
    ResumeFleetResponse, ResumeScheduleRequest, ResumeScheduleResponse, RevertRunRequest, RevertRunResponse,
    SyncNowRequest, SyncNowResponse, TestConnectionRequest, TestConnectionResponse, ValidateFilterRequest,
    ValidateFilterResponse, sync_service_server::SyncService,
};
use tonic::{Request, Response, Status};

use crate::{
    connection_test::ConnectionTests,
    fleet::FleetKeeper,
    requests::RequestDesk,
    settings::SettingsKeeper,
    validation::{build_filter, validate_filter},
};

/// The service over its parts.
#[derive(Debug)]
pub(crate) struct Service {
    /// Keeps the settings.
    pub(crate) settings: SettingsKeeper,
    /// Takes requests for runs.
    pub(crate) requests: RequestDesk,
    /// Has connections tested.
    pub(crate) tests: ConnectionTests,
    /// Keeps what is paused for all.
    pub(crate) fleet: FleetKeeper,
}

type Steps = Pin<Box<dyn Stream<Item = Result<TestConnectionResponse, Status>> + Send>>;

#[tonic::async_trait]
impl SyncService for Service {
    async fn put_settings(
        &self,
        request: Request<PutSettingsRequest>,
    ) -> Result<Response<PutSettingsResponse>, Status> {
        let act = Act::of(&request);
        let settings = request.into_inner().settings.unwrap_or_default();
        let act = act.about(&settings.tenant_id);
        answer(self.settings.put(&act, settings).await, |settings| {
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
        let act = about(&request, tenant_id);
        answer(self.settings.delete(&act, tenant_id, etag).await, |()| {
            DeleteSettingsResponse {}
        })
    }

    async fn list_settings(
        &self,
        request: Request<ListSettingsRequest>,
    ) -> Result<Response<ListSettingsResponse>, Status> {
        answer(self.settings.list(request.get_ref()).await, |page| page)
    }

    async fn resume_schedule(
        &self,
        request: Request<ResumeScheduleRequest>,
    ) -> Result<Response<ResumeScheduleResponse>, Status> {
        let tenant_id = &request.get_ref().tenant_id;
        let act = about(&request, tenant_id);
        let settings = self.settings.resume(&act, tenant_id).await;
        answer(settings, |settings| ResumeScheduleResponse {
            settings: Some(settings),
        })
    }

    async fn sync_now(&self, request: Request<SyncNowRequest>) -> Result<Response<SyncNowResponse>, Status> {
        let requested = self
            .requests
            .sync_now(&about(&request, &request.get_ref().tenant_id), request.get_ref())
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
            .preview(&about(&request, &request.get_ref().tenant_id), request.get_ref())
            .await;
        answer(requested, |requested| PreviewUsersResponse {
            run_id: requested.run_id.to_string(),
            already_queued: requested.already_queued,
        })
    }

    async fn approve_run(
        &self,
        request: Request<ApproveRunRequest>,
    ) -> Result<Response<ApproveRunResponse>, Status> {
        let requested = self
            .requests
            .approve(&about(&request, &request.get_ref().tenant_id), request.get_ref())
            .await;
        answer(requested, |requested| ApproveRunResponse {
            run_id: requested.run_id.to_string(),
        })
    }

    async fn revert_run(
        &self,
        request: Request<RevertRunRequest>,
    ) -> Result<Response<RevertRunResponse>, Status> {
        let requested = self
            .requests
            .revert(&about(&request, &request.get_ref().tenant_id), request.get_ref())
            .await;
        answer(requested, |requested| RevertRunResponse {
            run_id: requested.run_id.to_string(),
        })
    }

    async fn cancel_run(
        &self,
        request: Request<CancelRunRequest>,
    ) -> Result<Response<CancelRunResponse>, Status> {
        let CancelRunRequest { tenant_id, run_id } = request.get_ref();
        let act = about(&request, tenant_id);
        answer(self.requests.cancel(&act, tenant_id, run_id).await, |()| {
            CancelRunResponse {}
        })
    }

    async fn validate_filter(
        &self,
        request: Request<ValidateFilterRequest>,
    ) -> Result<Response<ValidateFilterResponse>, Status> {
        let permitted = &self.settings.deployment.permitted_attributes;
        answer(validate_filter(request.get_ref(), permitted), |response| response)
    }

    async fn build_filter(
        &self,
        request: Request<BuildFilterRequest>,
    ) -> Result<Response<BuildFilterResponse>, Status> {
        let permitted = &self.settings.deployment.permitted_attributes;
        answer(build_filter(request.get_ref(), permitted), |response| response)
    }

    type TestConnectionStream = Steps;

    async fn test_connection(
        &self,
        request: Request<TestConnectionRequest>,
    ) -> Result<Response<Self::TestConnectionStream>, Status> {
        let caller = Caller::from(&request);
        let act = about(&request, &request.get_ref().tenant_id);
        let act = match &request.get_ref().settings {
            Some(settings) => act.about(&settings.tenant_id),
            None => act,
        };
        let steps = self.tests.begin(&act, caller, request.into_inner()).await;
        answer(steps, |steps| -> Steps {
            Box::pin(steps.map(|step| step.map_err(Status::from)))
        })
    }

    async fn pause_fleet(
        &self,
        request: Request<PauseFleetRequest>,
    ) -> Result<Response<PauseFleetResponse>, Status> {
        let pause = self.fleet.pause(&Act::of(&request), request.get_ref()).await;
        answer(pause, |pause| PauseFleetResponse { pause: Some(pause) })
    }

    async fn resume_fleet(
        &self,
        request: Request<ResumeFleetRequest>,
    ) -> Result<Response<ResumeFleetResponse>, Status> {
        let act = Act::of(&request);
        let pause = self.fleet.resume(&act, request.into_inner()).await;
        answer(pause, |pause| ResumeFleetResponse { pause: Some(pause) })
    }
}

/// The call that a request makes for a tenant.
fn about<T>(request: &Request<T>, tenant_id: &str) -> Act {
    Act::of(request).about(tenant_id)
}

fn answer<T, R>(result: Result<T, ApiError>, convert: impl FnOnce(T) -> R) -> Result<Response<R>, Status> {
    result
        .map(|value| Response::new(convert(value)))
        .map_err(Status::from)
}
