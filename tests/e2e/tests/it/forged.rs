//! Messages that somebody with the broker's password made, altered or copied: nothing is read, and the evidence is kept.

use anyhow::{Context, Result, ensure};
use prost::Message as _;
use rollcall_chassis::{
    amqp::sign_job,
    signing::{self, SigningKey},
};
use rollcall_e2e::wait;
use rollcall_proto::{
    internal::v1::{ConnectionTest, Job, SignedJob},
    v1::{TestStep, TestStepKind, TestStepState},
};
use rollcall_testbed::{Kind, StackOptions};

use crate::{
    jobs::{Broker, DEAD, Taken, job},
    own::Own,
};

const TESTS: &str = "rollcall.tests";

async fn dead_letter(broker: &Broker) -> Result<Taken> {
    let taken = wait::until("a dead letter", || broker.take(DEAD), Option::is_some).await?;
    taken.context("a dead letter")
}

/// A key that bears the scheduler's name.
fn key_of_a_stranger(name: &str) -> Result<SigningKey> {
    let folder = tempfile::tempdir()?;
    signing::generate(name)?.write(folder.path())?;
    Ok(SigningKey::read(
        &folder.path().join(format!("{name}.signing.key")),
    )?)
}

fn ensure_bound(steps: &[TestStep]) -> Result<()> {
    let bind = steps.iter().find(|step| step.kind() == TestStepKind::Bind);
    let bind = bind.context("a bind")?;
    ensure!(bind.state() == TestStepState::Passed, "{bind:?}");
    Ok(())
}

#[tokio::test]
async fn a_job_that_is_forged_or_altered_begins_nothing_and_is_a_dead_letter_with_the_reason() -> Result<()> {
    let own = Own::start(StackOptions::default()).await?;
    let broker = Broker::connect(own.stack.endpoints()).await?;
    let (tenant, _forest) = own.office("forged").crowd(1).saved().await?;
    let run_id = tenant.sync().await?.run_id;
    let fence = own.fence(&tenant).await?;

    let honest = SignedJob::decode(job(&own, &tenant, &run_id, 1)?.as_slice())?;
    let order = Job::decode(honest.job.as_slice())?;
    let of_another_run = Job {
        run_id: uuid::Uuid::now_v7().to_string(),
        ..order.clone()
    };
    let stranger = key_of_a_stranger(&honest.key_id)?;
    let unknown = key_of_a_stranger("nobody")?;
    let forgeries = [
        (order.encode_to_vec(), ""),
        (
            SignedJob {
                signature: Vec::new(),
                ..honest.clone()
            }
            .encode_to_vec(),
            "not signed",
        ),
        (
            SignedJob {
                job: of_another_run.encode_to_vec(),
                ..honest.clone()
            }
            .encode_to_vec(),
            "signature is wrong",
        ),
        (sign_job(&stranger, &order).encode_to_vec(), "signature is wrong"),
        (sign_job(&unknown, &order).encode_to_vec(), "does not know"),
    ];
    for (body, reason) in &forgeries {
        broker.put("interactive", body).await?;
        let dead = dead_letter(&broker).await?;
        assert_eq!(&dead.body, body);
        ensure!(dead.reason.contains(reason), "{dead:?}");
    }
    assert_eq!(own.fence(&tenant).await?, fence, "nothing began");
    Ok(())
}

#[tokio::test]
async fn a_test_that_the_scheduler_did_not_order_reads_nothing() -> Result<()> {
    let own = Own::start(StackOptions::default()).await?;
    let broker = Broker::connect(own.stack.endpoints()).await?;
    let (tenant, forest) = own.office("probe").crowd(1).saved().await?;
    let proxy = forest.proxy().await?;
    let forged = Job {
        schema_version: 1,
        tenant_id: tenant.id.clone(),
        run_id: String::new(),
        test: Some(ConnectionTest {
            test_id: uuid::Uuid::now_v7().to_string(),
            settings: Some(tenant.settings(proxy.settings(rollcall_proto::v1::Security::Plaintext))),
            credential_generation: 1,
            reply_to: "anywhere".to_owned(),
            ..ConnectionTest::default()
        }),
    };
    let signed = sign_job(&key_of_a_stranger("s1")?, &forged);
    broker.put_test(&signed.encode_to_vec()).await?;
    let dead = dead_letter(&broker).await?;
    ensure!(dead.reason.contains("signature is wrong"), "{dead:?}");
    Ok(())
}

#[tokio::test]
async fn a_test_of_the_stored_credential_carries_none_and_its_copy_tests_nothing() -> Result<()> {
    let mut own = Own::start(StackOptions {
        workers: 0,
        ..StackOptions::default()
    })
    .await?;
    let broker = Broker::connect(own.stack.endpoints()).await?;
    let (tenant, _forest) = own.office("copied").crowd(1).saved().await?;
    let asked = tokio::spawn({
        let tenant = tenant.clone();
        async move { tenant.test_connection(None).await }
    });
    let message = wait::until("the test", || broker.take(TESTS), Option::is_some).await?;
    let body = message.context("the test")?.body;
    let order = Job::decode(SignedJob::decode(body.as_slice())?.job.as_slice())?;
    let test = order.test.context("a test")?;
    ensure!(
        test.credential.is_none() && test.credential_generation > 0,
        "{test:?}"
    );

    broker.put_test(&body).await?;
    own.stack.add(Kind::Worker).await?;
    ensure_bound(&asked.await??)?;

    broker.put_test(&body).await?;
    let dead = dead_letter(&broker).await?;
    ensure!(dead.reason.contains("has begun before"), "{dead:?}");
    Ok(())
}

#[tokio::test]
async fn a_seal_that_is_moved_to_another_tenant_opens_nothing_there() -> Result<()> {
    let own = Own::start(StackOptions::default()).await?;
    let (victim, forest) = own.office("victim").crowd(1).saved().await?;
    let (thief, _elsewhere) = own.office("thief").crowd(1).saved().await?;
    // To the very same server, so that only the tenant differs.
    thief.put_directory(forest.settings()).await?;
    thief.sync().await?;
    let moved = "UPDATE scheduler.settings AS s SET sealed_credential = v.sealed_credential
                 FROM scheduler.settings AS v WHERE s.tenant_id = $1 AND v.tenant_id = $2";
    sqlx::query(moved)
        .bind(&thief.id)
        .bind(&victim.id)
        .execute(&own.database)
        .await?;
    let failure = thief.failed_sync().await?.failure.context("a failure")?;
    assert_eq!(failure.code, "CREDENTIAL_UNREADABLE");
    victim.sync().await?;
    Ok(())
}
