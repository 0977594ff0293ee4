//! A stolen worker's certificate, without the key that opens seals.

use anyhow::{Context, Result, ensure};
use prost::Message as _;
use rollcall_chassis::credential::{OpenError, OpeningKeys, Purpose, SealContext, generate};
use rollcall_e2e::{Tenant, status::refused, wait};
use rollcall_proto::{
    internal::v1::{
        BeginRunRequest, BeginRunResponse, BeginStatus, FailRunRequest, FinishUnchangedRequest,
        HeartbeatRequest, JudgeSealRequest, ReadSummary, RenewSealRequest, SealedCredential, SubmitFooter,
        SubmitHeader, SubmitRunRequest, reconcile_service_client::ReconcileServiceClient,
        submit_run_request::Part,
    },
    v1::{Directory, RunState},
};
use rollcall_testbed::{Kind, StackOptions};
use tonic::{Status, transport::Channel};

use super::{
    traces::Traces,
    walk::{self, Met},
};
use crate::own::Own;

const THIEF: &str = "spiffe://rollcall/worker";

/// A stack whose only worker is the thief.
async fn without_workers() -> Result<Own> {
    let options = StackOptions {
        workers: 0,
        ..StackOptions::default()
    };
    Own::start(options).await
}

/// Somebody with the certificate of a worker.
struct Thief {
    reconcile: ReconcileServiceClient<Channel>,
}

/// What names a lease.
#[derive(Clone)]
struct Lease {
    tenant_id: String,
    run_id: String,
    fence: i64,
}

impl Thief {
    async fn at(own: &Own) -> Result<Self> {
        let endpoints = own.stack.endpoints();
        let channel = endpoints
            .connect_to_workers_listener(&Kind::Worker.certificate_name())
            .await?;
        Ok(Self {
            reconcile: ReconcileServiceClient::new(channel),
        })
    }

    async fn begin(&self, tenant: &Tenant, run_id: &str) -> Result<BeginRunResponse> {
        let request = BeginRunRequest {
            tenant_id: tenant.id.clone(),
            run_id: run_id.to_owned(),
            worker_id: "thief".to_owned(),
            attempt: 1,
            ..BeginRunRequest::default()
        };
        Ok(self.reconcile.clone().begin_run(request).await?.into_inner())
    }

    async fn renew(&self, lease: &Lease, generation: i64, seal: SealedCredential) -> Result<(), Status> {
        let request = RenewSealRequest {
            tenant_id: lease.tenant_id.clone(),
            run_id: lease.run_id.clone(),
            fence: lease.fence,
            credential_generation: generation,
            credential: Some(seal),
        };
        self.reconcile.clone().renew_seal(request).await.map(drop)
    }

    async fn judge(&self, lease: &Lease, generation: i64) -> Result<(), Status> {
        let request = JudgeSealRequest {
            tenant_id: lease.tenant_id.clone(),
            run_id: lease.run_id.clone(),
            fence: lease.fence,
            credential_generation: generation,
            is_right: true,
        };
        self.reconcile.clone().judge_seal(request).await.map(drop)
    }

    async fn submit(&self, lease: &Lease) -> Result<(), Status> {
        let header = Part::Header(SubmitHeader {
            tenant_id: lease.tenant_id.clone(),
            run_id: lease.run_id.clone(),
            fence: lease.fence,
        });
        let summary = Some(ReadSummary::default());
        let footer = Part::Footer(Box::new(SubmitFooter { summary }));
        let parts = [header, footer].map(|part| SubmitRunRequest { part: Some(part) });
        let answers = self
            .reconcile
            .clone()
            .submit_run(tokio_stream::iter(parts))
            .await?;
        answers.into_inner().message().await.map(drop)
    }

    /// True if the run is over, or not known.
    async fn beat(&self, lease: &Lease) -> Result<bool, Status> {
        let request = HeartbeatRequest {
            tenant_id: lease.tenant_id.clone(),
            run_id: lease.run_id.clone(),
            fence: lease.fence,
            ..HeartbeatRequest::default()
        };
        let answer = self.reconcile.clone().heartbeat(request).await?;
        Ok(answer.into_inner().over)
    }

    async fn finish(&self, lease: &Lease) -> Result<(), Status> {
        let request = FinishUnchangedRequest {
            tenant_id: lease.tenant_id.clone(),
            run_id: lease.run_id.clone(),
            fence: lease.fence,
            summary: Some(ReadSummary::default()),
        };
        self.reconcile.clone().finish_unchanged(request).await.map(drop)
    }

    async fn fail(&self, lease: &Lease) -> Result<(), Status> {
        let request = FailRunRequest {
            tenant_id: lease.tenant_id.clone(),
            run_id: lease.run_id.clone(),
            fence: lease.fence,
            ..FailRunRequest::default()
        };
        self.reconcile.clone().fail_run(request).await.map(drop)
    }

    /// Tries every call under a lease that is not there.
    async fn tries_in_vain(&self, lease: &Lease) -> Result<()> {
        let beat = self.beat(lease).await;
        let is_in_vain = match &beat {
            Ok(over) => *over,
            Err(status) => refused::<()>(Err(status.clone())).reason == "FENCED",
        };
        ensure!(is_in_vain, "fence {}: {beat:?}", lease.fence);
        let reasons = [
            self.submit(lease).await,
            self.finish(lease).await,
            self.fail(lease).await,
            self.renew(lease, 1, some_seal()).await,
            self.judge(lease, 1).await,
        ]
        .map(|answer| refused(answer).reason);
        ensure!(reasons == ["FENCED"; 5], "fence {}: {reasons:?}", lease.fence);
        Ok(())
    }
}

/// What a seal looks like.
fn some_seal() -> SealedCredential {
    SealedCredential {
        key_id: "k1".to_owned(),
        encapped_key: vec![1; 32],
        ciphertext: vec![2; 144],
    }
}

/// The stored seal of a tenant, and the generation of its credential.
async fn stored(own: &Own, tenant: &Tenant) -> Result<(SealedCredential, i64)> {
    let query =
        "SELECT sealed_credential, credential_generation FROM scheduler.settings WHERE tenant_id = $1";
    let (seal, generation): (Vec<u8>, i64) = sqlx::query_as(query)
        .bind(&tenant.id)
        .fetch_one(&own.database)
        .await?;
    Ok((SealedCredential::decode(seal.as_slice())?, generation))
}

async fn renewed(own: &Own, tenant: &Tenant) -> Result<i64> {
    let query = "SELECT count(*) FROM reconcile.renewed_seal WHERE tenant_id = $1";
    own.number(query, tenant).await
}

#[tokio::test]
async fn only_the_methods_of_workers_answer_it_and_every_refusal_is_recorded() -> Result<()> {
    let own = Own::start(StackOptions::default()).await?;
    let walked = walk::everywhere(own.stack.endpoints(), &Kind::Worker.certificate_name()).await?;
    ensure!(walked.len() >= 4 * 45, "{} calls", walked.len());
    let wrong: Vec<_> = walked
        .iter()
        .filter(|call| {
            let expected = match (call.listener, call.is_served) {
                ("reconcile for workers", true) => Met::Answered,
                (_, true) => Met::NotAllowed,
                (_, false) => Met::Unknown,
            };
            call.met != expected
        })
        .collect();
    ensure!(wrong.is_empty(), "{wrong:#?}");

    let refused = walked.iter().filter(|call| call.met == Met::NotAllowed).count();
    let recorded = async || {
        let query = "SELECT coalesce(sum(calls), 0)::bigint FROM audit.record
                     WHERE caller = $1 AND outcome = 'CALLER_NOT_ALLOWED'";
        let recorded: i64 = sqlx::query_scalar(query)
            .bind(THIEF)
            .fetch_one(&own.database)
            .await?;
        Ok(usize::try_from(recorded)?)
    };
    wait::until("the records", recorded, |recorded| *recorded == refused).await?;
    Ok(())
}

#[tokio::test]
async fn without_a_lease_and_its_fence_nothing_of_a_run_is_done() -> Result<()> {
    let own = without_workers().await?;
    let thief = Thief::at(&own).await?;
    let (tenant, _forest) = own.office("leaseless").crowd(2).saved().await?;
    let (other, _elsewhere) = own.office("other").crowd(2).saved().await?;

    // What the scheduler did not order does not begin.
    let unordered = thief.begin(&tenant, &uuid::Uuid::now_v7().to_string()).await?;
    ensure!(
        unordered.status() == BeginStatus::Finished
            && unordered.settings.is_none()
            && unordered.credential.is_none(),
        "{unordered:?}"
    );

    let run_id = tenant.start_sync().await?;
    let lease = |fence| Lease {
        tenant_id: tenant.id.clone(),
        run_id: run_id.clone(),
        fence,
    };
    for fence in [0, 1, 2, i64::MAX] {
        thief.tries_in_vain(&lease(fence)).await?;
    }
    ensure!(tenant.run(&run_id).await?.state() == RunState::Queued);

    let begun = thief.begin(&tenant, &run_id).await?;
    ensure!(begun.status() == BeginStatus::Started, "{begun:?}");
    let of_other_run = Lease {
        run_id: uuid::Uuid::now_v7().to_string(),
        ..lease(begun.fence)
    };
    let of_other_tenant = Lease {
        tenant_id: other.id.clone(),
        ..lease(begun.fence)
    };
    for wrong in [
        lease(begun.fence - 1),
        lease(begun.fence + 1),
        of_other_run,
        of_other_tenant,
    ] {
        thief.tries_in_vain(&wrong).await?;
    }
    ensure!(tenant.run(&run_id).await?.state() == RunState::Running);
    for tenant in [&tenant, &other] {
        assert_eq!(renewed(&own, tenant).await?, 0);
        assert_eq!(own.applied(tenant).await.unwrap_or_default(), 0);
    }
    Ok(())
}

#[tokio::test]
async fn the_seal_that_it_receives_does_not_open_without_the_workers_key() -> Result<()> {
    let own = without_workers().await?;
    let thief = Thief::at(&own).await?;
    let (tenant, forest) = own.office("sealed").crowd(2).saved().await?;
    let run_id = tenant.start_sync().await?;
    let begun = thief.begin(&tenant, &run_id).await?;
    let seal = begun.credential.clone().context("a seal")?;
    let settings = begun.settings.clone().context("settings")?;
    let directory: Directory = settings.directory.context("a directory")?;
    assert_eq!(directory.bind_password, None);
    let password = forest.settings().bind_password.context("a password")?;
    let found = Traces::of_text(&password).found_in(&begun.encode_to_vec());
    ensure!(found.is_none(), "the answer has the password in {found:?}");

    let folder = tempfile::tempdir()?;
    generate(&seal.key_id)?.write(folder.path())?;
    let file = folder.path().join(format!("{}.key", seal.key_id));
    let keys = OpeningKeys::read(&[file])?;
    let context = SealContext::new(Purpose::Settings, &tenant.id, &directory);
    assert_eq!(keys.open(&seal, &context).err(), Some(OpenError::Refused));
    Ok(())
}

#[tokio::test]
async fn no_seal_is_renewed_of_a_generation_that_was_not_given() -> Result<()> {
    let own = without_workers().await?;
    let thief = Thief::at(&own).await?;
    let (tenant, forest) = own.office("generation").crowd(2).saved().await?;
    let run_id = tenant.start_sync().await?;
    let begun = thief.begin(&tenant, &run_id).await?;
    let lease = Lease {
        tenant_id: tenant.id.clone(),
        run_id,
        fence: begun.fence,
    };
    let given = begun.credential_generation;
    // The password is entered again: the lease was given the one before.
    tenant.put_directory(forest.settings()).await?;
    let (seal, present) = stored(&own, &tenant).await?;
    ensure!(present > given, "{present} {given}");
    for generation in [given - 1, given, present, present + 1, i64::MAX] {
        thief.renew(&lease, generation, some_seal()).await?;
        thief.judge(&lease, generation).await?;
        assert_eq!(renewed(&own, &tenant).await?, 0, "generation {generation}");
    }
    assert_eq!(stored(&own, &tenant).await?, (seal, present));
    Ok(())
}

#[tokio::test]
async fn a_false_renewed_seal_is_dropped_by_the_next_run_of_an_honest_worker() -> Result<()> {
    let mut own = without_workers().await?;
    let thief = Thief::at(&own).await?;
    let (tenant, _forest) = own.office("false").crowd(2).saved().await?;
    let run_id = tenant.start_sync().await?;
    let begun = thief.begin(&tenant, &run_id).await?;
    let lease = Lease {
        tenant_id: tenant.id.clone(),
        run_id,
        fence: begun.fence,
    };
    thief
        .renew(&lease, begun.credential_generation, some_seal())
        .await?;
    assert_eq!(renewed(&own, &tenant).await?, 1);
    // Whoever made a seal does not confirm it.
    thief.judge(&lease, begun.credential_generation).await?;
    let confirmed = "SELECT count(*) FROM reconcile.renewed_seal WHERE tenant_id = $1 AND confirmed";
    assert_eq!(own.number(confirmed, &tenant).await?, 0);
    thief.fail(&lease).await?;

    let (seal, generation) = stored(&own, &tenant).await?;
    own.stack.add(Kind::Worker).await?;
    tenant.sync().await?;
    assert_eq!(renewed(&own, &tenant).await?, 0);
    assert_eq!(stored(&own, &tenant).await?, (seal, generation));
    Ok(())
}
