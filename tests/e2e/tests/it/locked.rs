//! While something holds a tenant's lock, no other tenant waits, and not even many of its own calls do.

use std::time::Duration;

use anyhow::{Context, Result};
use futures::{StreamExt as _, future::BoxFuture, stream::FuturesUnordered};
use rollcall_e2e::{Tenant, status::Refusal};
use rollcall_proto::v1::RunState;
use rollcall_testbed::StackOptions;
use sqlx::{Postgres, Transaction};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tonic::{Code, Status};
use tonic_types::StatusExt as _;

use crate::own::{Own, succeeded};

/// Number of calls for a locked tenant: more than a service has connections.
const CALLS: usize = 14;
/// Number of them that wait.
const WAIT: usize = 2;
/// A loaded machine answers within this, and nobody who waits for another's connection does.
const AT_ONCE: Duration = Duration::from_secs(5);

/// Has the tenant's lock until it is dropped.
async fn lock(own: &Own, tenant: &Tenant) -> Result<Transaction<'static, Postgres>> {
    let mut lock = own.database.begin().await?;
    sqlx::query("SELECT pg_advisory_xact_lock(hashtextextended('rollcall.tenant:' || $1, 0))")
        .bind(&tenant.id)
        .execute(&mut *lock)
        .await?;
    Ok(lock)
}

type Answers = FuturesUnordered<BoxFuture<'static, Result<(), Status>>>;

/// Makes so many of the portal's calls for a tenant, and sees all refused but those that may wait.
async fn all_but_two_are_refused(
    tenant: &Tenant,
    call: impl Fn(Tenant) -> BoxFuture<'static, Result<(), Status>>,
) -> Result<Answers> {
    let mut answers: Answers = (0..CALLS).map(|_| call(tenant.clone())).collect();
    for _ in 0..CALLS - WAIT {
        let answer = timeout(AT_ONCE, answers.next())
            .await
            .context("a refusal at once")?;
        let status = answer
            .context("an answer")?
            .err()
            .context("the tenant is locked")?;
        let retry = status
            .get_details_retry_info()
            .and_then(|retry| retry.retry_delay);
        assert_eq!(retry, Some(Duration::from_secs(1)));
        let refusal = Refusal::from(status);
        assert_eq!(
            (refusal.code, refusal.reason.as_str()),
            (Code::Aborted, "TENANT_BUSY")
        );
    }
    Ok(answers)
}

#[tokio::test]
async fn calls_for_a_locked_tenant_take_no_connection_from_others() -> Result<()> {
    let own = Own::start(StackOptions::default()).await?;
    let (locked, _forest) = own.office("locked").saved().await?;
    let (other, others_forest) = own.tenant("other").await?;
    let lock = lock(&own, &locked).await?;

    let syncs = all_but_two_are_refused(&locked, |tenant| {
        Box::pin(async move { tenant.start_sync().await.map(drop) })
    });
    let domains = all_but_two_are_refused(&locked, |tenant| {
        Box::pin(async move { tenant.put_domains(&[(&tenant.domain, "")]).await.map(drop) })
    });
    let (syncs, domains) = tokio::try_join!(syncs, domains)?;

    let domain = other.domain.clone();
    timeout(AT_ONCE, other.put_domains(&[(&domain, "")]))
        .await
        .context("another tenant's domains at once")??;
    timeout(AT_ONCE, other.put_directory(others_forest.settings()))
        .await
        .context("another tenant's settings at once")??;
    succeeded(&other, &other.start_sync().await?).await?;

    lock.rollback().await?;
    for answer in syncs.chain(domains).collect::<Vec<_>>().await {
        answer.context("who waited is served")?;
    }
    Ok(())
}

#[tokio::test]
async fn many_calls_of_a_tenant_do_not_starve_its_run() -> Result<()> {
    let own = Own::start(StackOptions::default()).await?;
    let (tenant, _forest) = own.office("flood").crowd(3).saved().await?;
    let stop = CancellationToken::new();
    // Each takes the lock, and changes nothing: the schedule is not paused, and the domains are as they are.
    let flood = (0..8).map(|n| {
        let (tenant, stop) = (tenant.clone(), stop.clone());
        tokio::spawn(async move {
            let mut calls = 0_u32;
            while !stop.is_cancelled() {
                if n % 2 == 0 {
                    let _ = tenant.resume().await;
                } else {
                    let _ = tenant.put_domains(&[(&tenant.domain, "")]).await;
                }
                calls += 1;
            }
            calls
        })
    });
    let flood: Vec<_> = flood.collect();
    let run_id = loop {
        match tenant.start_sync().await {
            Ok(run_id) => break run_id,
            Err(status) => assert_eq!(status.code(), Code::Aborted, "{status:?}"),
        }
    };
    let run = tenant.ended(&run_id).await?;
    stop.cancel();
    for calls in flood {
        assert!(calls.await? > 0, "there was a flood");
    }
    assert_eq!(run.state(), RunState::Succeeded, "{run:?}");
    assert_eq!(run.attempt, 1);
    assert_eq!(own.fence(&tenant).await?, 1, "it was begun once");
    Ok(())
}
