//! Cost of a small run for PostgreSQL: the number of statements, and their plans once many tenants share the tables.

mod plans;

use anyhow::Result;
use rollcall_e2e::{Forest, Tenant, wait};
use rollcall_testbed::{Kind, StackOptions};
use sqlx::AssertSqlSafe;

use crate::own::{Own, people};
use plans::{Log, Plans};

/// The most statements of a small run that finds nothing changed, and of one that changes something.
const UNCHANGED: usize = 12;
const CHANGED: usize = 25;
/// The first run with a password also counts its bind, and notes that the directory accepted it.
const FIRST: usize = CHANGED + 5;
/// Idle loops would add statements of no run.
const NEVER: &str = "3600";

/// A stack that logs the plan of every statement. No service has connected before it is so.
async fn logging() -> Result<(Own, Log)> {
    let mut options = StackOptions {
        schedulers: 0,
        workers: 0,
        reconciles: 0,
        results: 0,
        ..StackOptions::default()
    };
    for tick in ["TICK", "PUBLISH", "SWEEP"] {
        let variable = format!("ROLLCALL_SCHEDULE__{tick}_SECONDS");
        options = options.set(Kind::Scheduler, &variable, NEVER);
    }
    for tick in ["LEASES__SWEEP", "RELAY__TICK"] {
        options = options.set(Kind::Reconcile, &format!("ROLLCALL_{tick}_SECONDS"), NEVER);
    }
    let mut own = Own::start(options).await?;
    let database = own.stack.database().to_owned();
    for setting in [
        "session_preload_libraries = 'auto_explain'",
        "auto_explain.log_min_duration = 0",
        "auto_explain.log_analyze = on",
        "auto_explain.log_nested_statements = on",
        "auto_explain.log_format = 'json'",
        // COPY has no plan, but is logged like a statement that modifies. Parameters are not logged.
        "log_statement = 'mod'",
        "log_parameter_max_length = 0",
    ] {
        let alter = format!("ALTER DATABASE \"{database}\" SET {setting}");
        sqlx::query(AssertSqlSafe(alter)).execute(&own.database).await?;
    }
    for kind in [Kind::Reconcile, Kind::Scheduler, Kind::Results, Kind::Worker] {
        own.stack.add(kind).await?;
    }
    let log = Log::open(&own.bed, &database);
    Ok((own, log))
}

/// Fills what all tenants share with the rows of many, so that a plan for one of them that reads all is a fault.
async fn fill(own: &Own) -> Result<()> {
    sqlx::raw_sql(include_str!("statements/fill.sql"))
        .execute(&own.database)
        .await?;
    Ok(())
}

/// Syncs, and answers what the database was asked between the publication of the job and the end of the run.
async fn plans_of_a_sync(own: &Own, log: &Log, tenant: &Tenant) -> Result<Plans> {
    let from = log.length()?;
    let run_id = tenant.start_sync().await?;
    let sent = || async {
        let sent: bool = sqlx::query_scalar(
            "SELECT EXISTS (SELECT FROM reconcile.run_outcome WHERE run_id = $1::uuid AND state = 'SUCCEEDED')
                AND EXISTS (SELECT FROM scheduler.run_request WHERE run_id = $1::uuid AND publish_time IS NOT NULL)
                AND NOT EXISTS (SELECT FROM reconcile.outbox WHERE tenant_id = $2)",
        )
        .bind(&run_id)
        .bind(&tenant.id)
        .fetch_one(&own.database)
        .await?;
        Ok(sent)
    };
    wait::until("the run to end and its event to be sent", sent, |sent| *sent).await?;
    log.plans_from(from)
}

fn check(what: &str, plans: &Plans, most: usize) {
    println!(
        "{what}: {} statements ({} of them COPY), {} heartbeats; {} for the call, {} for the relay",
        plans.of_run.len(),
        plans.of_run.iter().filter(|plan| plan.is_copy()).count(),
        plans.heartbeats,
        plans.of_call,
        plans.of_relay,
    );
    let faults: Vec<String> = plans.all().flat_map(plans::Plan::faults).collect();
    assert!(faults.is_empty(), "{what}: {faults:#?}");
    let statements: Vec<&str> = plans.of_run.iter().map(plans::Plan::text).collect();
    assert!(
        (1..=most).contains(&statements.len()),
        "{what}: {} statements, at most {most}: {statements:#?}",
        statements.len()
    );
}

#[tokio::test]
async fn a_small_run_takes_few_statements_and_none_that_compiles_or_reads_all_tenants() -> Result<()> {
    let (own, log) = logging().await?;
    let tenant = Tenant::registered(own.stack.endpoints(), "statements").await?;
    let forest = Forest::in_openldap(&own.bed, &tenant.id).await?;
    people(&tenant, &forest, 5).await?;
    tenant.put_directory(forest.settings()).await?;
    fill(&own).await?;

    let first = plans_of_a_sync(&own, &log, &tenant).await?;
    check("a first import", &first, FIRST);
    // Prepared statements are planned for all values from the sixth time on.
    for _ in 0..6 {
        let unchanged = plans_of_a_sync(&own, &log, &tenant).await?;
        check("an unchanged run", &unchanged, UNCHANGED);
    }
    for n in 0..6 {
        let address = tenant.address(&format!("another{n}"));
        forest.set_addresses("p1", &[format!("SMTP:{address}")]).await?;
        let changed = plans_of_a_sync(&own, &log, &tenant).await?;
        check("a run with one change", &changed, CHANGED);
    }
    forest.add(&tenant.person("new")).await?;
    let added = plans_of_a_sync(&own, &log, &tenant).await?;
    check("a run with one object more", &added, CHANGED);
    Ok(())
}
