//! A worker by hand: it reads a directory that is a map, and speaks to reconcile as a worker does.

use std::{
    collections::{BTreeMap, BTreeSet},
    hash::{DefaultHasher, Hash as _, Hasher as _},
};

use anyhow::{Context, Result, bail, ensure};
use futures::StreamExt as _;
use rollcall_e2e::Tenant;
use rollcall_proto::{
    internal::v1::{
        BeginRunRequest, BeginRunResponse, BeginStatus, Confirmation, DirectoryObject,
        FinishUnchangedRequest, ObjectBatch, ObjectClaim, ReadSummary, RunEnded, SubmitFooter, SubmitHeader,
        SubmitRunRequest, reconcile_service_client::ReconcileServiceClient, submit_run_request::Part,
        submit_run_response,
    },
    v1::{ObjectType, ReadMode},
};
use rollcall_testbed::{Endpoints, Kind};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::transport::Channel;

/// Content of a directory: of each object its claims, a primary one or not.
pub(super) type Objects = BTreeMap<String, BTreeMap<String, bool>>;

/// A directory as one server of it answers at one moment.
#[derive(Debug, Default)]
pub(super) struct Directory {
    pub(super) objects: Objects,
    pub(super) server: usize,
    /// Objects that the search passes over, and that answer to their ids.
    pub(super) overlooked: BTreeSet<String>,
}

/// Stands in for the worker of a stack that has none.
pub(super) struct Hand {
    reconcile: ReconcileServiceClient<Channel>,
}

impl Hand {
    pub(super) async fn connect(endpoints: &Endpoints) -> Result<Self> {
        let channel = endpoints
            .connect_to_workers_listener(&Kind::Worker.certificate_name())
            .await?;
        Ok(Self {
            reconcile: ReconcileServiceClient::new(channel),
        })
    }

    /// Begins a run: a revert is over then.
    pub(super) async fn begin(&self, tenant: &Tenant, run_id: &str) -> Result<BeginRunResponse> {
        let request = BeginRunRequest {
            tenant_id: tenant.id.clone(),
            run_id: run_id.to_owned(),
            worker_id: "by hand".to_owned(),
            attempt: 1,
            ..BeginRunRequest::default()
        };
        Ok(self.reconcile.clone().begin_run(request).await?.into_inner())
    }

    /// Takes a run from its beginning to its end.
    pub(super) async fn run(&self, tenant: &Tenant, run_id: &str, directory: &Directory) -> Result<RunEnded> {
        let begun = self.begin(tenant, run_id).await?;
        ensure!(begun.status() == BeginStatus::Started, "{begun:?}");
        let summary = directory.summary();
        if begun.last_digest == summary.digest {
            let request = FinishUnchangedRequest {
                tenant_id: tenant.id.clone(),
                run_id: run_id.to_owned(),
                fence: begun.fence,
                summary: Some(summary),
            };
            let answer = self.reconcile.clone().finish_unchanged(request).await?;
            return answer.into_inner().outcome.context("an outcome");
        }
        let header = SubmitHeader {
            tenant_id: tenant.id.clone(),
            run_id: run_id.to_owned(),
            fence: begun.fence,
        };
        self.submit(header, directory, summary).await
    }

    async fn submit(
        &self,
        header: SubmitHeader,
        directory: &Directory,
        summary: ReadSummary,
    ) -> Result<RunEnded> {
        let (parts, receiver) = mpsc::channel(4);
        let send = async |part| {
            let part = SubmitRunRequest { part: Some(part) };
            parts.send(part).await.context("reconcile no longer listens")
        };
        let requests = ReceiverStream::new(receiver);
        let mut reconcile = self.reconcile.clone();
        let call = tokio::spawn(async move { reconcile.submit_run(requests).await });
        send(Part::Header(header)).await?;
        let objects = directory.read();
        send(Part::Batch(ObjectBatch { objects })).await?;
        let summary = Some(summary);
        send(Part::Footer(Box::new(SubmitFooter { summary }))).await?;
        let mut answers = call.await??.into_inner();
        let mut found = Vec::new();
        while let Some(answer) = answers.next().await {
            match answer?.part.context("an answer")? {
                submit_run_response::Part::Outcome(outcome) => return Ok(outcome),
                submit_run_response::Part::Missing(missing) => {
                    found.extend(missing.ids.iter().filter_map(|id| directory.object(id)));
                    if missing.last {
                        let confirmation = Confirmation {
                            found: std::mem::take(&mut found),
                            complete: true,
                            not_email: 0,
                        };
                        send(Part::Confirmation(confirmation)).await?;
                    }
                }
            }
        }
        bail!("the submission ended without an outcome")
    }
}

impl Directory {
    fn object(&self, id: &str) -> Option<DirectoryObject> {
        let claims = self.objects.get(id)?;
        let claim = |(address, primary): (&String, &bool)| ObjectClaim {
            address: address.clone(),
            primary: *primary,
            ..ObjectClaim::default()
        };
        Some(DirectoryObject {
            id: id.to_owned(),
            dn: format!("CN={id}"),
            object_type: ObjectType::User.into(),
            disabled: false,
            hints: 0,
            mail: String::new(),
            claims: claims.iter().map(claim).collect(),
        })
    }

    fn read(&self) -> Vec<DirectoryObject> {
        let ids = self.objects.keys().filter(|id| !self.overlooked.contains(*id));
        ids.filter_map(|id| self.object(id)).collect()
    }

    fn summary(&self) -> ReadSummary {
        let read = self.read();
        let mut hasher = DefaultHasher::new();
        for object in &read {
            object.id.hash(&mut hasher);
            self.objects[&object.id].hash(&mut hasher);
        }
        ReadSummary {
            entries: read.len() as u64,
            claims: read.iter().map(|object| object.claims.len() as u64).sum(),
            digest: [hasher.finish().to_be_bytes(); 2].concat(),
            server_id: format!("server {}", self.server),
            read_mode: ReadMode::Full.into(),
            ..ReadSummary::default()
        }
    }
}
