//! The wall between tenants, tried with every statement of a store.
//!
//! Each statement about a tenant is given the arguments of the tenant acme in a transaction of another tenant. It must say
//! and do what it says and does of a tenant that does not exist: nothing. Statements that are in no list fail the test, and
//! so does a table with tenants' rows that has no wall, or no row to steal.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use anyhow::{Context as _, Result, ensure};
use futures::TryStreamExt as _;
use sqlx::{AssertSqlSafe, Connection as _, Either, PgConnection, Row as _, ValueRef as _, postgres::PgRow};

use crate::{Role, TestDatabase};

/// A row to steal in each table.
const ROWS: &str = include_str!("wall.sql");
/// The tenant whose rows they are, one that exists, and one that does not.
const OWNER: &str = "acme";
const OTHER: &str = "other";
const NOBODY: &str = "nobody";
/// A policy refused a row.
const INSUFFICIENT_PRIVILEGE: &str = "42501";

/// Tables that hold tenants' rows, partitions not among them.
const TABLES: &str = "SELECT c.oid::regclass::text
    FROM pg_catalog.pg_class c
    JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped
    WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
    ORDER BY 1";
/// Tables and partitions that hold tenants' rows and are open: to their owner, or by another policy than these two. The record
/// of acts has an owner that no service can act as, who moves and drops records of all tenants; writers have a policy of
/// their own, and nobody else reads a partition by its name.
const OPEN: &str = "SELECT c.oid::regclass::text
    FROM pg_catalog.pg_class c
    JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped
    WHERE c.relkind IN ('r', 'p')
      AND NOT (
          c.relrowsecurity
          AND c.relowner = 'rollcall_audit'::regrole
          AND ARRAY(SELECT polname::text FROM pg_catalog.pg_policy WHERE polrelid = c.oid ORDER BY 1)
              = CASE WHEN c.relispartition THEN '{}' ELSE ARRAY['of_fleet', 'of_tenant', 'of_writer'] END
      )
      AND NOT (
          c.relrowsecurity
          AND c.relforcerowsecurity
          AND ARRAY(SELECT polname::text FROM pg_catalog.pg_policy WHERE polrelid = c.oid ORDER BY 1)
              = ARRAY['of_fleet', 'of_tenant']
          AND (SELECT polroles = ARRAY[c.relowner] FROM pg_catalog.pg_policy WHERE polrelid = c.oid AND polname = 'of_tenant')
      )
    ORDER BY 1";

/// The statements of a store, by the names of their files without `.sql`.
#[derive(Debug, Clone, Copy)]
pub struct Statements<'a> {
    /// The folder of the files.
    pub folder: &'a Path,
    /// Those about a tenant, each with arguments for the tenant acme.
    pub of_tenant: &'a [(&'a str, &'a str)],
    /// Those about all tenants, which only the fleet's role runs.
    pub of_fleet: &'a [&'a str],
    /// Those about what belongs to no tenant.
    pub shared: &'a [&'a str],
}

/// What a statement said and did.
#[derive(Debug, PartialEq, Eq, Default)]
struct Outcome {
    rows: Vec<String>,
    affected: u64,
    refused: bool,
}

impl Statements<'_> {
    /// Fails if a statement gets anything of another tenant, or changes anything of it.
    pub async fn check(&self, database: &TestDatabase, role: Role) -> Result<()> {
        self.check_lists()?;
        let mut superuser = database.superuser().await?;
        sqlx::raw_sql(ROWS).execute(&mut superuser).await?;
        check_tables(&mut superuser).await?;
        let before = contents(&mut superuser).await?;
        let mut telling = 0;
        for (name, arguments) in self.of_tenant {
            let statement = fs::read_to_string(self.folder.join(format!("{name}.sql")))?;
            let mut session = PgConnection::connect(&database.url(role)?).await?;
            let mut run = async |tenant, arguments: &str, end| {
                let ran = run(&mut session, tenant, &statement, arguments, end).await;
                ran.with_context(|| format!("{name} in a transaction of {tenant}"))
            };
            let of_nobody = arguments.replace(OWNER, NOBODY);
            let expected = run(OTHER, &of_nobody, "ROLLBACK").await?;
            let stolen = run(OTHER, arguments, "COMMIT").await?;
            ensure!(
                stolen == expected,
                "{name} gets {stolen:?} of another tenant, not {expected:?}"
            );
            let unnamed = run("", arguments, "COMMIT").await?;
            ensure!(unnamed == expected, "{name} gets {unnamed:?} without a tenant");
            let own = run(OWNER, arguments, "ROLLBACK").await?;
            telling += usize::from(own != expected);
            session.close().await?;
            ensure!(
                contents(&mut superuser).await? == before,
                "{name} changed another tenant's rows"
            );
        }
        let all = self.of_tenant.len();
        ensure!(
            telling * 4 >= all * 3,
            "only {telling} of {all} statements find anything of their own"
        );
        Ok(superuser.close().await?)
    }

    /// Each file is in one list.
    fn check_lists(&self) -> Result<()> {
        let mut files = BTreeSet::new();
        collect(self.folder, self.folder, &mut files)?;
        let of_tenant = self.of_tenant.iter().map(|(name, _)| *name);
        let lists = of_tenant.chain(self.of_fleet.iter().chain(self.shared).copied());
        let mut listed = BTreeSet::new();
        for name in lists {
            ensure!(listed.insert(name.to_owned()), "{name} is listed twice");
        }
        let differ: Vec<&String> = files.symmetric_difference(&listed).collect();
        ensure!(
            differ.is_empty(),
            "about a tenant, about all, or about none? {differ:?}"
        );
        Ok(())
    }
}

/// Names of the files in a folder and those below it.
fn collect(root: &Path, folder: &Path, names: &mut BTreeSet<String>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("read {}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            collect(root, &path, names)?;
            continue;
        }
        let name = path.strip_prefix(root)?.with_extension("");
        names.insert(name.to_string_lossy().into_owned());
    }
    Ok(())
}

async fn check_tables(superuser: &mut PgConnection) -> Result<()> {
    let open: Vec<String> = sqlx::query_scalar(OPEN).fetch_all(&mut *superuser).await?;
    ensure!(open.is_empty(), "tables without a wall: {open:?}");
    let tables: Vec<String> = sqlx::query_scalar(TABLES).fetch_all(&mut *superuser).await?;
    for table in tables {
        let has_row = format!("SELECT EXISTS (SELECT FROM {table} WHERE tenant_id = '{OWNER}')");
        let has_row: bool = sqlx::query_scalar(AssertSqlSafe(has_row))
            .fetch_one(&mut *superuser)
            .await?;
        ensure!(has_row, "{table} has no row to steal");
    }
    Ok(())
}

/// A hash of each table with tenants' rows.
async fn contents(superuser: &mut PgConnection) -> Result<BTreeMap<String, Option<String>>> {
    let tables: Vec<String> = sqlx::query_scalar(TABLES).fetch_all(&mut *superuser).await?;
    let mut contents = BTreeMap::new();
    for table in tables {
        let hash = format!("SELECT md5(string_agg(t::text, ' ' ORDER BY t::text)) FROM {table} AS t");
        let hash = sqlx::query_scalar(AssertSqlSafe(hash))
            .persistent(false)
            .fetch_one(&mut *superuser)
            .await?;
        contents.insert(table, hash);
    }
    Ok(contents)
}

async fn run(
    session: &mut PgConnection,
    tenant: &str,
    statement: &str,
    arguments: &str,
    end: &str,
) -> Result<Outcome> {
    let begin = format!(
        "DEALLOCATE ALL; BEGIN; SET LOCAL rollcall.tenant_id = '{tenant}'; PREPARE tried AS {statement}"
    );
    sqlx::raw_sql(AssertSqlSafe(begin)).execute(&mut *session).await?;
    let execute = if arguments.is_empty() {
        "EXECUTE tried".to_owned()
    } else {
        format!("EXECUTE tried ({arguments})")
    };
    let outcome = match execute_tried(session, execute).await {
        Ok(outcome) => outcome,
        Err(error) if is_refusal(&error) => Outcome {
            refused: true,
            ..Outcome::default()
        },
        Err(error) => return Err(error.into()),
    };
    sqlx::raw_sql(AssertSqlSafe(end.to_owned()))
        .execute(&mut *session)
        .await?;
    Ok(outcome)
}

async fn execute_tried(session: &mut PgConnection, execute: String) -> sqlx::Result<Outcome> {
    let mut outcome = Outcome::default();
    let mut results = sqlx::raw_sql(AssertSqlSafe(execute)).fetch_many(session);
    while let Some(result) = results.try_next().await? {
        match result {
            Either::Left(done) => outcome.affected += done.rows_affected(),
            Either::Right(row) => outcome.rows.push(text(&row)?),
        }
    }
    Ok(outcome)
}

fn is_refusal(error: &sqlx::Error) -> bool {
    error
        .as_database_error()
        .is_some_and(|error| error.code().as_deref() == Some(INSUFFICIENT_PRIVILEGE))
}

/// A row as the simple protocol sends it.
fn text(row: &PgRow) -> sqlx::Result<String> {
    let mut text = Vec::new();
    for column in 0..row.len() {
        let value = row.try_get_raw(column)?;
        text.push(if value.is_null() {
            "null".to_owned()
        } else {
            value.as_str().map_err(sqlx::Error::Decode)?.to_owned()
        });
    }
    Ok(text.join("|"))
}
