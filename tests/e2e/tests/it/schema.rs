//! The statements fit the schema, and the schema keeps each service to what is published to it.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use rollcall_testbed::{Bed, Kind};
use sqlx::{
    AssertSqlSafe, Connection as _, PgConnection,
    postgres::{PgConnectOptions, PgDatabaseError},
};

/// Not enough rights.
pub(crate) const INSUFFICIENT_PRIVILEGE: &str = "42501";

/// The services that have a role in the database.
pub(crate) const OWNERS: [Kind; 3] = [Kind::Scheduler, Kind::Reconcile, Kind::Results];

/// A connection to the shared stack's database, as a service has one.
pub(crate) async fn connect_as(bed: &Bed, kind: Kind) -> Result<PgConnection> {
    let shared: PgConnectOptions = bed.endpoints()?.database_url.parse()?;
    let database = shared.get_database().context("a database")?;
    let url = bed.postgres()?.service_url(kind, database).context("a role")?;
    Ok(PgConnection::connect(&url).await?)
}

#[tokio::test]
async fn every_statement_in_a_file_fits_the_migrated_schema_for_the_service_that_runs_it() -> Result<()> {
    let bed = Bed::attach()?;
    let mut wrong = Vec::new();
    for kind in OWNERS {
        let mut connection = connect_as(&bed, kind).await?;
        for file in statements(kind)? {
            let statement = format!("PREPARE statement AS\n{}", fs::read_to_string(&file)?);
            match sqlx::raw_sql(AssertSqlSafe(statement))
                .execute(&mut connection)
                .await
            {
                Ok(_) => {
                    sqlx::raw_sql("DEALLOCATE statement")
                        .execute(&mut connection)
                        .await?;
                }
                Err(error) => wrong.push(format!("{}: {error}", file.display())),
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}

/// A service's `.sql` files; there are some.
fn statements(kind: Kind) -> Result<Vec<PathBuf>> {
    let services = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../services");
    let mut folders = vec![services.join(kind.name()).join("sql")];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).with_context(|| format!("read {}", folder.display()))? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "sql") {
                files.push(path);
            }
        }
    }
    anyhow::ensure!(!files.is_empty(), "{} has no statements", kind.name());
    Ok(files)
}

#[tokio::test]
async fn a_service_may_use_of_anothers_data_what_is_published_to_it_and_nothing_else() -> Result<()> {
    let bed = Bed::attach()?;
    let mut superuser = PgConnection::connect(&bed.endpoints()?.database_url).await?;
    let rights: Vec<(String, String, String)> = sqlx::query_as(include_str!("schema/foreign_rights.sql"))
        .fetch_all(&mut superuser)
        .await?;
    let expected = [
        ("rollcall_reconcile", "scheduler.reconcile_fleet"),
        ("rollcall_reconcile", "scheduler.reconcile_run_request"),
        ("rollcall_reconcile", "scheduler.reconcile_settings"),
        ("rollcall_reconcile_fleet", "scheduler.reconcile_all_run_requests"),
        ("rollcall_reconcile_fleet", "scheduler.reconcile_all_settings"),
        ("rollcall_results", "audit.record"),
        ("rollcall_results", "results.account"),
        ("rollcall_results", "results.account_address"),
        ("rollcall_results", "results.address_change"),
        ("rollcall_results", "results.audit_record"),
        ("rollcall_results", "results.domain"),
        ("rollcall_results", "results.fleet_pause"),
        ("rollcall_results", "results.period"),
        ("rollcall_results", "results.removed_address"),
        ("rollcall_results", "results.run_outcome"),
        ("rollcall_results", "results.run_request"),
        ("rollcall_results", "results.run_row"),
        ("rollcall_results", "results.schedule"),
        ("rollcall_results_fleet", "audit.record"),
        ("rollcall_results_fleet", "results.all_last_runs"),
        ("rollcall_results_fleet", "results.all_refused_credentials"),
        ("rollcall_results_fleet", "results.all_run_outcomes"),
        ("rollcall_results_fleet", "results.all_run_requests"),
        ("rollcall_results_fleet", "results.all_schedules"),
        ("rollcall_results_fleet", "results.all_waiting_events"),
        ("rollcall_results_fleet", "results.audit_record"),
        ("rollcall_results_fleet", "results.fleet_pause"),
        ("rollcall_scheduler", "reconcile.scheduler_period"),
        ("rollcall_scheduler", "reconcile.scheduler_run_state"),
        ("rollcall_scheduler", "reconcile.scheduler_tenant"),
        ("rollcall_scheduler", "reconcile.scheduler_tenant_domain"),
        ("rollcall_scheduler_fleet", "reconcile.scheduler_all_domains"),
        ("rollcall_scheduler_fleet", "reconcile.scheduler_all_heartbeats"),
        (
            "rollcall_scheduler_fleet",
            "reconcile.scheduler_all_renewed_seals",
        ),
        ("rollcall_scheduler_fleet", "reconcile.scheduler_all_run_states"),
        ("rollcall_scheduler_fleet", "reconcile.scheduler_all_tenants"),
    ]
    .map(|(role, relation)| (role.to_owned(), relation.to_owned(), "SELECT".to_owned()));
    assert_eq!(rights, expected);
    Ok(())
}

#[tokio::test]
async fn what_is_not_published_is_refused_by_the_database_itself() -> Result<()> {
    let bed = Bed::attach()?;
    let refused = [
        (Kind::Results, "SELECT FROM portal.account"),
        (Kind::Results, "SELECT FROM reconcile.run_outcome"),
        (Kind::Results, "SELECT FROM scheduler.settings"),
        (Kind::Results, "CREATE VIEW results.mine AS SELECT 1 AS one"),
        (Kind::Scheduler, "SELECT FROM portal.account"),
        (Kind::Scheduler, "SELECT FROM reconcile.tenant"),
        (Kind::Reconcile, "SELECT FROM scheduler.settings"),
        (
            Kind::Reconcile,
            "UPDATE scheduler.run_request SET cancel_requested = true",
        ),
        (Kind::Reconcile, "CREATE TABLE public.mine ()"),
    ];
    for (kind, statement) in refused {
        let mut connection = connect_as(&bed, kind).await?;
        sqlx::raw_sql("SET default_transaction_read_only = off")
            .execute(&mut connection)
            .await?;
        let answer = sqlx::raw_sql(statement).execute(&mut connection).await;
        let error = answer
            .err()
            .with_context(|| format!("{} may {statement}", kind.name()))?;
        let code = error
            .as_database_error()
            .map(|error| error.downcast_ref::<PgDatabaseError>().code());
        assert_eq!(
            code,
            Some(INSUFFICIENT_PRIVILEGE),
            "{}: {statement}: {error}",
            kind.name()
        );
    }
    Ok(())
}
