//! The largest run that there is memory for, with one object that has all the addresses that one may have: whoever else calls
//! is answered as if there were no such run. The worker is the test itself, so that nothing else takes time.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use futures::StreamExt as _;
use rollcall_e2e::{Clients, Tenant};
use rollcall_proto::{
    internal::v1::{
        BeginRunRequest, BeginStatus, DirectoryObject, HeartbeatRequest, ObjectBatch, ObjectClaim,
        ReadSummary, RunEnded, SubmitFooter, SubmitHeader, SubmitRunRequest,
        reconcile_service_client::ReconcileServiceClient, submit_run_request::Part, submit_run_response,
    },
    v1::{Directory, GetDomainsRequest, ObjectType, ReadMode, RunState, Security},
};
use rollcall_testbed::{Kind, StackOptions};
use tokio::{sync::mpsc, task::JoinHandle};
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Code, Status, transport::Channel};
use tonic_types::StatusExt as _;

use crate::own::Own;

const OBJECTS: usize = 29_000;
const EACH: usize = 10;
/// The most that one object may have.
const MOST: usize = 10_000;
/// A batch is at most 1 MiB.
const OBJECTS_OF_A_BATCH: usize = 1_000;
/// Within this a call is answered.
const AT_ONCE: Duration = Duration::from_millis(250);

/// A worker by hand.
struct Hand {
    reconcile: ReconcileServiceClient<Channel>,
}

/// A run that it has begun.
#[derive(Clone)]
struct Lease {
    tenant_id: String,
    run_id: String,
    fence: i64,
}

impl Hand {
    async fn connect(own: &Own) -> Result<Self> {
        let endpoints = own.stack.endpoints();
        let channel = endpoints
            .connect_to_workers_listener(&Kind::Worker.certificate_name())
            .await?;
        Ok(Self {
            reconcile: ReconcileServiceClient::new(channel),
        })
    }

    async fn begin(&self, tenant: &Tenant) -> Result<Lease> {
        let run_id = tenant.start_sync().await?;
        let request = BeginRunRequest {
            tenant_id: tenant.id.clone(),
            run_id: run_id.clone(),
            worker_id: "by hand".to_owned(),
            attempt: 1,
            ..BeginRunRequest::default()
        };
        let begun = self.reconcile.clone().begin_run(request).await?.into_inner();
        ensure!(begun.status() == BeginStatus::Started, "{begun:?}");
        Ok(Lease {
            tenant_id: tenant.id.clone(),
            run_id,
            fence: begun.fence,
        })
    }

    async fn heartbeat(&self, lease: &Lease) -> Result<(), Status> {
        let request = HeartbeatRequest {
            tenant_id: lease.tenant_id.clone(),
            run_id: lease.run_id.clone(),
            fence: lease.fence,
            ..HeartbeatRequest::default()
        };
        self.reconcile.clone().heartbeat(request).await.map(|_| ())
    }

    /// Submits objects as a complete read.
    fn submit(&self, lease: &Lease, objects: Vec<DirectoryObject>) -> JoinHandle<Result<RunEnded>> {
        let mut reconcile = self.reconcile.clone();
        let lease = lease.clone();
        tokio::spawn(async move {
            let (parts, receiver) = mpsc::channel(4);
            let sending = tokio::spawn(async move {
                for part in all_parts(&lease, objects) {
                    // A refusal ends the call before all is sent.
                    if parts.send(SubmitRunRequest { part: Some(part) }).await.is_err() {
                        break;
                    }
                }
            });
            let mut answers = reconcile
                .submit_run(ReceiverStream::new(receiver))
                .await?
                .into_inner();
            let answer = answers.next().await.context("an answer")??;
            sending.await?;
            match answer.part {
                Some(submit_run_response::Part::Outcome(outcome)) => Ok(outcome),
                other => bail!("no outcome: {other:?}"),
            }
        })
    }
}

fn all_parts(lease: &Lease, mut objects: Vec<DirectoryObject>) -> impl Iterator<Item = Part> + use<> {
    let header = Part::Header(SubmitHeader {
        tenant_id: lease.tenant_id.clone(),
        run_id: lease.run_id.clone(),
        fence: lease.fence,
    });
    let summary = ReadSummary {
        entries: objects.len() as u64,
        claims: objects.iter().map(|object| object.claims.len() as u64).sum(),
        digest: vec![7; 16],
        read_mode: ReadMode::Full.into(),
        ..ReadSummary::default()
    };
    let footer = Part::Footer(Box::new(SubmitFooter {
        summary: Some(summary),
    }));
    let batches = std::iter::from_fn(move || {
        let rest = objects.split_off(objects.len().min(OBJECTS_OF_A_BATCH));
        let objects = std::mem::replace(&mut objects, rest);
        (!objects.is_empty()).then_some(Part::Batch(ObjectBatch { objects }))
    });
    std::iter::once(header).chain(batches).chain([footer])
}

fn object(tenant: &Tenant, number: usize, claims: usize) -> DirectoryObject {
    let claim = |n: usize| ObjectClaim {
        address: tenant.address(&format!("a{n}.of.{number}")),
        primary: n == 0,
        ..ObjectClaim::default()
    };
    DirectoryObject {
        id: format!("00000000-0000-0000-0000-{number:012}"),
        dn: format!("CN=Object {number},OU=People,DC=corp,DC=example"),
        object_type: ObjectType::User.into(),
        claims: (0..claims).map(claim).collect(),
        ..DirectoryObject::default()
    }
}

/// A tenant whose directory is not read.
async fn tenant(own: &Own, word: &str) -> Result<Tenant> {
    let tenant = Tenant::registered(own.stack.endpoints(), word).await?;
    let directory = Directory {
        hosts: vec!["127.0.0.1".to_owned()],
        security: Security::Plaintext.into(),
        bind_username: "reader".to_owned(),
        bind_password: Some("not asked for".to_owned()),
        ..Directory::default()
    };
    tenant.put_directory(directory).await?;
    Ok(tenant)
}

async fn own(options: StackOptions) -> Result<Own> {
    Own::start(StackOptions {
        workers: 0,
        ..options
    })
    .await
}

fn reason(status: &Status) -> String {
    status
        .get_details_error_info()
        .map(|info| info.reason)
        .unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_during_the_largest_run_are_answered_at_once() -> Result<()> {
    let own = own(StackOptions::default()).await?;
    let (large, other) = (tenant(&own, "large").await?, tenant(&own, "other").await?);
    let hand = Hand::connect(&own).await?;
    let mut accounts = Clients::connect(own.stack.endpoints()).await?.accounts;
    let lease = hand.begin(&large).await?;
    let others = hand.begin(&other).await?;
    let mut objects = vec![object(&large, OBJECTS, MOST)];
    objects.extend((0..OBJECTS).map(|number| object(&large, number, EACH)));
    let claims = objects
        .iter()
        .map(|object| object.claims.len() as u64)
        .sum::<u64>();

    let submission = hand.submit(&lease, objects);
    let mut answers = Vec::new();
    while !submission.is_finished() {
        let asked = Instant::now();
        let request = GetDomainsRequest {
            tenant_id: other.id.clone(),
        };
        accounts.get_domains(request).await?;
        let domains = asked.elapsed();
        hand.heartbeat(&others).await?;
        let beat = asked.elapsed().saturating_sub(domains);
        // Once the run is over, there is no lease to keep.
        hand.heartbeat(&lease).await.ok();
        answers.extend([domains, beat]);
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let ended = submission.await??;

    assert_eq!(ended.state(), RunState::Succeeded);
    assert_eq!(ended.counts.context("counts")?.add, claims);
    answers.sort_unstable();
    let longest = answers.last().copied().unwrap_or_default();
    println!("{} calls, the longest took {longest:?}", answers.len());
    assert!(answers.len() > 20, "there was no time to call: {answers:?}");
    // The machine has others to serve too: one call in a hundred may be theirs.
    let nearly_all = answers[(answers.len() - 1) * 99 / 100];
    assert!(nearly_all < AT_ONCE, "{nearly_all:?}, the longest {longest:?}");
    assert!(longest < 4 * AT_ONCE, "{longest:?}");
    Ok(())
}

#[tokio::test]
async fn an_object_with_more_addresses_than_are_accepted_is_refused_and_named() -> Result<()> {
    let own = own(StackOptions::default()).await?;
    let tenant = tenant(&own, "crowded").await?;
    let hand = Hand::connect(&own).await?;
    let lease = hand.begin(&tenant).await?;
    let objects = vec![object(&tenant, 1, 1), object(&tenant, 2, MOST + 1)];

    let refused = hand.submit(&lease, objects).await?.unwrap_err();

    let status = refused.downcast_ref::<Status>().context("a status")?;
    assert_eq!(status.code(), Code::ResourceExhausted);
    assert_eq!(reason(status), "TOO_MANY_ADDRESSES");
    assert!(status.message().contains("CN=Object 2,OU=People"), "{status:?}");
    Ok(())
}

#[tokio::test]
async fn a_read_that_there_can_never_be_memory_for_is_refused_and_the_setting_named() -> Result<()> {
    let small = StackOptions::default()
        .set(Kind::Reconcile, "ROLLCALL_LIMITS__COMMITS_MIB", "8")
        .set(Kind::Reconcile, "ROLLCALL_LIMITS__SMALL_COMMITS_MIB", "2")
        .set(Kind::Reconcile, "ROLLCALL_LIMITS__SMALL_COMMIT_MIB", "1");
    let own = own(small).await?;
    let tenant = tenant(&own, "vast").await?;
    let hand = Hand::connect(&own).await?;
    let lease = hand.begin(&tenant).await?;
    let objects = (0..3_000).map(|number| object(&tenant, number, EACH)).collect();

    let refused = hand.submit(&lease, objects).await?.unwrap_err();

    let status = refused.downcast_ref::<Status>().context("a status")?;
    assert_eq!(reason(status), "READ_TOO_LARGE");
    assert!(status.message().contains("limits.commits_mib"), "{status:?}");
    // One that fits is taken.
    let objects = (0..100).map(|number| object(&tenant, number, EACH)).collect();
    let ended = hand.submit(&lease, objects).await??;
    assert_eq!(ended.state(), RunState::Succeeded);
    Ok(())
}
