//! Several of each service, and services that vanish: every run ends once, and well.

use anyhow::{Context, Result};
use rollcall_e2e::{Forest, Tenant, forest::ForestProxy, wait};
use rollcall_proto::v1::{DeleteSettingsRequest, Directory, RunState, Security};
use rollcall_testbed::{Kind, StackOptions};

use crate::{
    own::{Own, STALLED_AT, people, reading, succeeded},
    takeovers::taken_over,
};

const TENANTS: i64 = 24;

/// A worker that was killed is missed after this, instead of after 15 s.
pub(crate) fn impatient(options: StackOptions) -> StackOptions {
    options.set(Kind::Reconcile, "ROLLCALL_LEASES__SILENCE_SECONDS", "5")
}

#[tokio::test]
async fn two_schedulers_and_three_workers_do_each_due_run_exactly_once() -> Result<()> {
    let own = Own::start(StackOptions {
        schedulers: 2,
        workers: 3,
        ..StackOptions::default()
    })
    .await?;
    for n in 0..TENANTS {
        let (tenant, forest) = own
            .office_in_active_directory(format!("due{n}"))
            .crowd(2)
            .furnished()
            .await?;
        tenant.put_schedule(forest.settings(), 24).await?;
    }
    for round in 1..=2 {
        sqlx::query("UPDATE scheduler.settings SET next_run_time = now() - interval '1 minute'")
            .execute(&own.database)
            .await?;
        each_ran(&own, round).await?;
    }
    Ok(())
}

/// Each tenant has been run so many times by its schedule, and is due again in the future.
async fn each_ran(own: &Own, times: i64) -> Result<()> {
    let tenants = || async {
        let counted: (i64, i64, i64, i64) = sqlx::query_as(include_str!("fleet/scheduled_runs.sql"))
            .bind(times)
            .fetch_one(&own.database)
            .await?;
        Ok(counted)
    };
    let expected = (TENANTS, TENANTS * times, TENANTS * times, TENANTS);
    wait::until("each tenant's due run to succeed", tenants, |seen| {
        *seen == expected
    })
    .await?;
    let leases: Vec<i64> = sqlx::query_scalar("SELECT DISTINCT fence FROM reconcile.lease")
        .fetch_all(&own.database)
        .await?;
    assert_eq!(leases, [times], "nobody began a run that another had begun");
    Ok(())
}

#[tokio::test]
async fn the_run_of_a_worker_that_is_killed_ends_well_on_another() -> Result<()> {
    let mut own = Own::start(impatient(StackOptions::default())).await?;
    let (tenant, forest) = own.office_in_active_directory("killed").furnished().await?;
    let (proxy, run_id) = stalled(&tenant, &forest).await?;
    let fence = own.fence(&tenant).await?;

    own.stack.service(Kind::Worker, 0)?.kill().await?;
    proxy.heal();
    assert!(tenant.accounts().await?.is_empty(), "half a read is no read");
    own.stack.add(Kind::Worker).await?;

    let run = succeeded(&tenant, &run_id).await?;
    assert_eq!(
        run.attempt, 1,
        "a worker that died is not the directory's failure"
    );
    assert_eq!(run.counts.context("counts")?.add, 40);
    assert_eq!(tenant.accounts().await?.len(), 40);
    assert!(
        own.fence(&tenant).await? > fence,
        "the other worker took a lease of its own"
    );
    let left = "SELECT (SELECT count(*) FROM reconcile.staged_batch WHERE tenant_id = $1)
                     + (SELECT count(*) FROM reconcile.lease WHERE tenant_id = $1 AND run_id IS NOT NULL)
                     + (SELECT count(*) FROM reconcile.run_outcome WHERE tenant_id = $1 AND state <> 'SUCCEEDED')";
    assert_eq!(own.number(left, &tenant).await?, 0, "nothing is left behind");
    Ok(())
}

#[tokio::test]
async fn runs_wait_for_a_reconcile_that_is_away_and_then_end_well() -> Result<()> {
    let own = Own::start(impatient(StackOptions::default())).await?;
    let (begun, begun_forest) = own.tenant("begun").await?;
    let (asked, _asked_forest) = own.office("asked").crowd(2).saved().await?;
    let (proxy, begun_run) = stalled(&begun, &begun_forest).await?;

    let reconcile = own.stack.service(Kind::Reconcile, 0)?;
    reconcile.terminate().await?;
    proxy.heal();
    let asked_run = asked.start_sync().await?;
    assert_eq!(asked.run(&asked_run).await?.state(), RunState::Queued);
    reconcile.start().await?;

    for (tenant, run_id) in [(&begun, &begun_run), (&asked, &asked_run)] {
        let run = succeeded(tenant, run_id).await?;
        assert_eq!(run.attempt, 1, "to wait for a service of ours is no attempt");
        assert_eq!(own.applied(tenant).await?, 1);
    }
    Ok(())
}

#[tokio::test]
async fn a_run_asked_for_while_the_broker_is_away_is_published_when_it_is_back() -> Result<()> {
    let (own, broker) = Own::behind_a_proxied_broker().await?;
    let (tenant, forest) = own.office("broker").crowd(2).synced().await?;

    broker.cut();
    forest.add(&tenant.person("late")).await?;
    let run_id = tenant.start_sync().await?;
    assert_eq!(tenant.run(&run_id).await?.state(), RunState::Queued);
    broker.heal();

    let run = succeeded(&tenant, &run_id).await?;
    assert_eq!(run.counts.context("counts")?.add, 1);
    Ok(())
}

#[tokio::test]
async fn a_run_that_a_fault_of_ours_kept_past_its_deadline_begins_again_though_anothers_cannot() -> Result<()>
{
    let often = StackOptions::default().set(Kind::Reconcile, "ROLLCALL_LEASES__SWEEP_SECONDS", "1");
    let own = Own::start(often).await?;
    let (broken, broken_forest) = own.tenant("broken").await?;
    let (overdue, forest) = own.tenant("overdue").await?;
    let _broken_run = stalled(&broken, &broken_forest).await?;
    let (proxy, run_id) = stalled(&overdue, &forest).await?;

    sqlx::query("UPDATE scheduler.settings SET settings = '\\xff' WHERE tenant_id = $1")
        .bind(&broken.id)
        .execute(&own.database)
        .await?;
    // The one that cannot be helped is met first. A worker that lives would have ended its run long ago.
    for table in ["lease", "run_outcome"] {
        let late = format!(
            "UPDATE reconcile.{table} SET deadline = now() - CASE tenant_id WHEN $1 THEN interval '2 h' ELSE interval '1 h' END"
        );
        sqlx::query(sqlx::AssertSqlSafe(late))
            .bind(&broken.id)
            .execute(&own.database)
            .await?;
    }
    taken_over(&overdue, &run_id, 1).await?;
    proxy.heal();

    let run = succeeded(&overdue, &run_id).await?;
    assert_eq!(run.takeovers, 1);
    assert_eq!(overdue.accounts().await?.len(), 40);
    Ok(())
}

/// Begins the first sync of 40 people, and stops in the middle of its read.
pub(crate) async fn stalled<'a>(tenant: &Tenant, forest: &'a Forest) -> Result<(ForestProxy<'a>, String)> {
    people(tenant, forest, 40).await?;
    let proxy = forest.proxy().await?;
    proxy.stall_after(STALLED_AT);
    tenant.put_directory(proxy.settings(Security::Plaintext)).await?;
    let run_id = reading(tenant, &proxy).await?;
    Ok((proxy, run_id))
}

#[tokio::test]
async fn a_run_cancelled_while_it_reads_changes_nothing() -> Result<()> {
    let (tenant, forest) = Forest::openldap("cancelled").await?;
    let (_proxy, run_id) = stalled(&tenant, &forest).await?;
    tenant.cancel(&run_id).await?;
    assert_eq!(tenant.ended(&run_id).await?.state(), RunState::Cancelled);
    assert!(tenant.accounts().await?.is_empty());
    Ok(())
}

#[tokio::test]
async fn a_run_whose_settings_are_deleted_while_it_reads_changes_nothing() -> Result<()> {
    let (tenant, forest) = Forest::openldap("deleted").await?;
    let (_proxy, run_id) = stalled(&tenant, &forest).await?;
    let request = DeleteSettingsRequest {
        tenant_id: tenant.id.clone(),
        ..DeleteSettingsRequest::default()
    };
    tenant.clients.sync.clone().delete_settings(request).await?;
    assert_eq!(tenant.ended(&run_id).await?.state(), RunState::Cancelled);
    assert!(tenant.accounts().await?.is_empty());
    Ok(())
}

#[tokio::test]
async fn a_run_whose_settings_change_while_it_reads_ends_with_the_new_ones() -> Result<()> {
    let (tenant, forest) = Forest::openldap("changed").await?;
    let (proxy, run_id) = stalled(&tenant, &forest).await?;
    let only_one = Directory {
        filter: "(cn=p7)".into(),
        ..proxy.settings(Security::Plaintext)
    };
    tenant.put_directory(only_one).await?;
    proxy.heal();
    let run = succeeded(&tenant, &run_id).await?;
    assert_eq!(run.counts.context("counts")?.objects, 1);
    let accounts = tenant.accounts().await?;
    assert_eq!(accounts.len(), 1, "{accounts:?}");
    assert_eq!(accounts[0].primary_address, tenant.address("p7"));
    Ok(())
}
