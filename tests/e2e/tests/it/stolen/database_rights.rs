//! What each service's role of the database may do with each table and view: as SECURITY.md says, and no more.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use rollcall_testbed::{Bed, Kind};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, postgres::PgDatabaseError};

use crate::schema::{INSUFFICIENT_PRIVILEGE, OWNERS, connect_as};

/// Select, insert, update, delete and truncate: what an owner may.
const ALL: &str = "SIUDT";
const SELECT: &str = "S";
/// Insert, in some columns.
const INSERT_SOME: &str = "i";
const SELECT_AND_INSERT_SOME: &str = "Si";
const NONE: &str = "";
/// A view that no statement can write through, whoever tries.
const NOT_WRITABLE: [&str; 2] = ["55000", "0A000"];

/// What the scheduler, reconcile and results may do.
type Rights<T> = [T; 3];

const OF_SCHEDULER: Rights<&str> = [ALL, NONE, NONE];
const OF_SCHEDULER_FOR_RECONCILE: Rights<&str> = [ALL, SELECT, NONE];
const OF_SCHEDULER_FOR_RESULTS: Rights<&str> = [ALL, NONE, SELECT];
const OF_RECONCILE: Rights<&str> = [NONE, ALL, NONE];
const OF_RECONCILE_FOR_SCHEDULER: Rights<&str> = [SELECT, ALL, NONE];
const OF_RECONCILE_FOR_RESULTS: Rights<&str> = [NONE, ALL, SELECT];
const OF_NOBODY_FOR_RESULTS: Rights<&str> = [NONE, NONE, SELECT];
/// A view over all tenants: only roles for such work read it, which the services take for a transaction.
const OF_FLEET: Rights<&str> = [NONE; 3];

/// Every table and view. A new one is named here, and here alone.
const RIGHTS: &[(&str, Rights<&str>)] = &[
    ("audit.record", [INSERT_SOME, INSERT_SOME, SELECT_AND_INSERT_SOME]),
    ("audit.record (partition)", [NONE; 3]),
    ("portal.account", OF_RECONCILE),
    ("portal.address", OF_RECONCILE),
    ("portal.domain", OF_RECONCILE),
    ("portal.removed_address", OF_RECONCILE),
    ("portal.reserved_domain", OF_RECONCILE),
    ("reconcile._sqlx_migrations", OF_RECONCILE),
    ("reconcile.account_before", OF_RECONCILE),
    ("reconcile.address_before", OF_RECONCILE),
    ("reconcile.applied_view", OF_RECONCILE),
    ("reconcile.claim_history", OF_RECONCILE),
    ("reconcile.connection_test", OF_RECONCILE),
    ("reconcile.heartbeat", OF_RECONCILE),
    ("reconcile.last_run", OF_RECONCILE),
    ("reconcile.lease", OF_RECONCILE),
    ("reconcile.outbox", OF_RECONCILE),
    ("reconcile.period", OF_RECONCILE),
    ("reconcile.preview_hidden", OF_RECONCILE),
    ("reconcile.refused_bind", OF_RECONCILE),
    ("reconcile.renewed_seal", OF_RECONCILE),
    ("reconcile.run_outcome", OF_RECONCILE),
    ("reconcile.run_outcome (partition)", OF_RECONCILE),
    ("reconcile.scheduler_all_domains", OF_FLEET),
    ("reconcile.scheduler_all_heartbeats", OF_FLEET),
    ("reconcile.scheduler_all_renewed_seals", OF_FLEET),
    ("reconcile.scheduler_all_run_states", OF_FLEET),
    ("reconcile.scheduler_all_tenants", OF_FLEET),
    ("reconcile.scheduler_period", OF_RECONCILE_FOR_SCHEDULER),
    ("reconcile.scheduler_run_state", OF_RECONCILE_FOR_SCHEDULER),
    ("reconcile.scheduler_tenant", OF_RECONCILE_FOR_SCHEDULER),
    ("reconcile.scheduler_tenant_domain", OF_RECONCILE_FOR_SCHEDULER),
    ("reconcile.sighting", OF_RECONCILE),
    ("reconcile.staged_batch", OF_RECONCILE),
    ("reconcile.tenant", OF_RECONCILE),
    ("results.account", OF_RECONCILE_FOR_RESULTS),
    ("results.account_address", OF_RECONCILE_FOR_RESULTS),
    ("results.address_change", OF_RECONCILE_FOR_RESULTS),
    ("results.all_last_runs", OF_FLEET),
    ("results.all_refused_credentials", OF_FLEET),
    ("results.all_run_outcomes", OF_FLEET),
    ("results.all_run_requests", OF_FLEET),
    ("results.all_schedules", OF_FLEET),
    ("results.all_waiting_events", OF_FLEET),
    ("results.audit_record", OF_NOBODY_FOR_RESULTS),
    ("results.domain", OF_RECONCILE_FOR_RESULTS),
    ("results.fleet_pause", OF_SCHEDULER_FOR_RESULTS),
    ("results.period", OF_RECONCILE_FOR_RESULTS),
    ("results.removed_address", OF_RECONCILE_FOR_RESULTS),
    ("results.run_outcome", OF_RECONCILE_FOR_RESULTS),
    ("results.run_request", OF_SCHEDULER_FOR_RESULTS),
    ("results.run_row", OF_RECONCILE_FOR_RESULTS),
    ("results.schedule", OF_SCHEDULER_FOR_RESULTS),
    ("scheduler._sqlx_migrations", OF_SCHEDULER),
    ("scheduler.applied_view", OF_SCHEDULER),
    ("scheduler.fleet", OF_SCHEDULER),
    ("scheduler.reconcile_all_run_requests", OF_FLEET),
    ("scheduler.reconcile_all_settings", OF_FLEET),
    ("scheduler.reconcile_fleet", OF_SCHEDULER_FOR_RECONCILE),
    ("scheduler.reconcile_run_request", OF_SCHEDULER_FOR_RECONCILE),
    ("scheduler.reconcile_settings", OF_SCHEDULER_FOR_RECONCILE),
    ("scheduler.run_request", OF_SCHEDULER),
    ("scheduler.run_request (partition)", OF_SCHEDULER),
    ("scheduler.settings", OF_SCHEDULER),
];

/// The rights as the database has them.
async fn rights(connection: &mut PgConnection) -> Result<BTreeMap<String, Rights<String>>> {
    let rows: Vec<(String, String, String, String)> = sqlx::query_as(include_str!("rights.sql"))
        .fetch_all(connection)
        .await?;
    Ok(rows
        .into_iter()
        .map(|(relation, scheduler, reconcile, results)| (relation, [scheduler, reconcile, results]))
        .collect())
}

/// A relation as the catalog has it: the name that it has here, the one for statements, and that of a column.
type Relation = (String, String, String);

/// The code of an error; `None`: there was none. A row that a policy refuses is refused for its content, by a role that
/// has the right.
async fn code(connection: &mut PgConnection, statement: String) -> Result<Option<String>> {
    let mut transaction = connection.begin().await?;
    let answer = sqlx::raw_sql(AssertSqlSafe(statement.clone()))
        .execute(&mut *transaction)
        .await;
    transaction.rollback().await?;
    let Err(error) = answer else {
        return Ok(None);
    };
    let error = error.as_database_error().with_context(|| statement.clone())?;
    let is_of_rows = error.message().contains("row-level security");
    let code = error.downcast_ref::<PgDatabaseError>().code();
    Ok(Some(code.to_owned()).filter(|_| !is_of_rows))
}

/// A connection that writes if its role may.
async fn writing(bed: &Bed, kind: Kind) -> Result<PgConnection> {
    let mut connection = connect_as(bed, kind).await?;
    sqlx::raw_sql("SET default_transaction_read_only = off")
        .execute(&mut connection)
        .await?;
    Ok(connection)
}

#[tokio::test]
async fn every_role_has_the_rights_that_are_listed_here_in_every_table_and_view() -> Result<()> {
    let bed = Bed::attach()?;
    let mut superuser = PgConnection::connect(&bed.endpoints()?.database_url).await?;
    let found = rights(&mut superuser).await?;
    let expected: BTreeMap<_, _> = RIGHTS
        .iter()
        .map(|(relation, rights)| ((*relation).to_owned(), rights.map(str::to_owned)))
        .collect();
    let wrong: Vec<_> = found
        .iter()
        .filter(|(relation, rights)| expected.get(*relation) != Some(*rights))
        .collect();
    ensure!(wrong.is_empty(), "not as listed: {wrong:#?}");
    let gone: Vec<_> = expected
        .keys()
        .filter(|name| !found.contains_key(*name))
        .collect();
    ensure!(gone.is_empty(), "listed, and not there: {gone:?}");
    Ok(())
}

#[tokio::test]
async fn what_a_role_has_no_right_to_is_refused_when_it_is_tried() -> Result<()> {
    let bed = Bed::attach()?;
    let mut superuser = PgConnection::connect(&bed.endpoints()?.database_url).await?;
    let relations: Vec<Relation> = sqlx::query_as(include_str!("relations.sql"))
        .fetch_all(&mut superuser)
        .await?;
    let all = rights(&mut superuser).await?;
    for (place, kind) in OWNERS.into_iter().enumerate() {
        let mut connection = writing(&bed, kind).await?;
        for (name, relation, column) in &relations {
            let rights = &all.get(name).with_context(|| name.clone())?[place];
            for (letter, statement) in [
                ('S', format!("SELECT {column} FROM {relation} LIMIT 0")),
                ('I', format!("INSERT INTO {relation} DEFAULT VALUES")),
                (
                    'U',
                    format!("UPDATE {relation} SET {column} = DEFAULT WHERE false"),
                ),
                ('D', format!("DELETE FROM {relation} WHERE false")),
            ] {
                let code = code(&mut connection, statement.clone()).await?;
                let code = code.as_deref();
                let is_refused = code == Some(INSUFFICIENT_PRIVILEGE)
                    || code.is_some_and(|code| NOT_WRITABLE.contains(&code));
                let may = rights.contains(letter);
                // With a right in some columns it depends on the column.
                let depends = rights.contains(letter.to_ascii_lowercase());
                let is_right = depends || is_refused || may;
                ensure!(is_right, "{kind:?} may {statement}: {code:?}");
                let is_denied = code == Some(INSUFFICIENT_PRIVILEGE);
                ensure!(!(may && is_denied), "{kind:?} may not {statement}");
            }
        }
    }
    Ok(())
}

/// A view runs with the rights of who reads it, and so do the functions in it. A service reads views of another: with a
/// function in one of them, the other would act as the service.
#[tokio::test]
async fn no_role_makes_code_that_another_would_run() -> Result<()> {
    let bed = Bed::attach()?;
    for kind in OWNERS {
        let mut connection = writing(&bed, kind).await?;
        let schema = match kind {
            Kind::Scheduler => "scheduler",
            _ => "reconcile",
        };
        for statement in [
            format!("CREATE FUNCTION {schema}.stolen() RETURNS int LANGUAGE sql AS 'SELECT 1'"),
            format!(
                "CREATE FUNCTION {schema}.stolen() RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN 1; END'"
            ),
            format!("CREATE PROCEDURE {schema}.stolen() LANGUAGE sql AS ''"),
            "DO 'BEGIN END'".to_owned(),
        ] {
            let code = code(&mut connection, statement.clone()).await?;
            assert_eq!(
                code.as_deref(),
                Some(INSUFFICIENT_PRIVILEGE),
                "{kind:?}: {statement}"
            );
        }
    }
    Ok(())
}

/// Large objects belong to no schema.
#[tokio::test]
async fn no_role_makes_a_large_object_or_reads_another_or_has_a_file() -> Result<()> {
    let bed = Bed::attach()?;
    for kind in OWNERS {
        let mut connection = writing(&bed, kind).await?;
        for statement in [
            "SELECT lo_create(0)",
            "SELECT lo_creat(-1)",
            "SELECT lo_from_bytea(0, 'stolen')",
            "SELECT lo_import('/etc/hostname')",
            "SELECT pg_read_file('/etc/hostname')",
            "SELECT pg_ls_dir('.')",
            "COPY (SELECT 1) TO '/tmp/stolen'",
            "SELECT FROM pg_authid",
        ] {
            let code = code(&mut connection, statement.to_owned()).await?;
            assert_eq!(
                code.as_deref(),
                Some(INSUFFICIENT_PRIVILEGE),
                "{kind:?}: {statement}"
            );
        }
    }
    Ok(())
}
