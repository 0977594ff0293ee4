//! Acts of an administrator on runs and the schedule.

use anyhow::{Result, ensure};
use rollcall_proto::v1::{
    ApproveRunRequest, DeleteSettingsRequest, Directory, GetSettingsRequest, Removal, ResumeScheduleRequest,
    RevertRunRequest, Run, RunState, Settings, SyncNowRequest,
};
use tonic::Status;

use super::Tenant;

impl Tenant {
    /// Settings that read `directory` and remove what it does not hold, as far as `removal` says.
    pub async fn put_removal(&self, directory: Directory, removal: Removal) -> Result<Settings, Status> {
        self.put(Settings {
            removal: Some(removal),
            ..self.settings(directory)
        })
        .await
    }

    /// The settings as they are.
    pub async fn saved(&self) -> Result<Settings, Status> {
        let request = GetSettingsRequest {
            tenant_id: self.id.clone(),
        };
        let answer = self.clients.sync.clone().get_settings(request).await?;
        answer
            .into_inner()
            .settings
            .ok_or_else(|| Status::internal("an answer without settings"))
    }

    /// Deletes the settings.
    pub async fn delete_settings(&self) -> Result<(), Status> {
        let request = DeleteSettingsRequest {
            tenant_id: self.id.clone(),
            etag: String::new(),
        };
        self.clients.sync.clone().delete_settings(request).await?;
        Ok(())
    }

    /// Asks for a sync that must decide as this preview did; empty: as it likes. Answers its id.
    pub async fn start_sync_expecting(&self, preview_run_id: &str) -> Result<String, Status> {
        let request = SyncNowRequest {
            tenant_id: self.id.clone(),
            expect_preview_run_id: preview_run_id.to_owned(),
        };
        let answer = self.clients.sync.clone().sync_now(request).await?;
        Ok(answer.into_inner().run_id)
    }

    /// A sync that is held.
    pub async fn held_sync(&self) -> Result<Run> {
        let run = self.ended(&self.start_sync().await?).await?;
        ensure!(run.state() == RunState::Held, "the sync ended as {run:?}");
        Ok(run)
    }

    /// Approves the removals of a held run and answers the id of the run that makes them.
    pub async fn start_approval(&self, held_run_id: &str) -> Result<String, Status> {
        let request = ApproveRunRequest {
            tenant_id: self.id.clone(),
            run_id: held_run_id.to_owned(),
        };
        let answer = self.clients.sync.clone().approve_run(request).await?;
        Ok(answer.into_inner().run_id)
    }

    /// Approves the removals of a held run, and follows the run that makes them to its good end.
    pub async fn approve(&self, held_run_id: &str) -> Result<Run> {
        let run = self.ended(&self.start_approval(held_run_id).await?).await?;
        ensure!(
            run.state() == RunState::Succeeded,
            "the approval ended as {run:?}"
        );
        Ok(run)
    }

    /// Asks for a run to be reverted and returns the id of the run that does it.
    pub async fn start_revert(&self, run_id: &str) -> Result<String, Status> {
        let request = RevertRunRequest {
            tenant_id: self.id.clone(),
            run_id: run_id.to_owned(),
        };
        let answer = self.clients.sync.clone().revert_run(request).await?;
        Ok(answer.into_inner().run_id)
    }

    /// Reverts a run, and waits for its success.
    pub async fn revert(&self, run_id: &str) -> Result<Run> {
        let run = self.ended(&self.start_revert(run_id).await?).await?;
        ensure!(run.state() == RunState::Succeeded, "the revert ended as {run:?}");
        Ok(run)
    }

    /// Lets a paused schedule go on.
    pub async fn resume(&self) -> Result<Settings, Status> {
        let request = ResumeScheduleRequest {
            tenant_id: self.id.clone(),
        };
        let answer = self.clients.sync.clone().resume_schedule(request).await?;
        answer
            .into_inner()
            .settings
            .ok_or_else(|| Status::internal("an answer without settings"))
    }
}
