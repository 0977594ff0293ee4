//! Plans of statements, with the rows that they looked at.

use anyhow::{Context as _, Result};
use serde_json::Value;
use sqlx::{AssertSqlSafe, PgConnection, types::Json};

/// How a statement is planned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Planned {
    /// Once, for any arguments: as under a tenant's lock.
    ForAny,
    /// For the arguments at hand.
    ForThese,
}

impl Planned {
    fn setting(self) -> &'static str {
        match self {
            Self::ForAny => "force_generic_plan",
            Self::ForThese => "force_custom_plan",
        }
    }
}

/// A statement as PostgreSQL ran it.
#[derive(Debug)]
pub struct Plan(Value);

impl Plan {
    /// Prepares and runs a statement in a transaction that is rolled back.
    pub(crate) async fn of(
        connection: &mut PgConnection,
        planned: Planned,
        statement: &str,
        arguments: &str,
    ) -> Result<Self> {
        let setting = planned.setting();
        let prepare =
            format!("BEGIN; SET LOCAL plan_cache_mode = {setting}; PREPARE explained AS {statement}");
        sqlx::raw_sql(AssertSqlSafe(prepare))
            .execute(&mut *connection)
            .await?;
        let arguments = if arguments.is_empty() {
            String::new()
        } else {
            format!("({arguments})")
        };
        let explain = format!("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE explained {arguments}");
        let Json(plan): Json<Value> = sqlx::query_scalar(AssertSqlSafe(explain))
            .persistent(false)
            .fetch_one(&mut *connection)
            .await?;
        sqlx::raw_sql("ROLLBACK; DEALLOCATE explained")
            .execute(connection)
            .await?;
        let plan = plan.pointer("/0/Plan").context("a plan without nodes")?;
        Ok(Self(plan.clone()))
    }

    /// Number of rows that were read from tables and indexes, those that a filter left out among them.
    #[must_use]
    pub fn rows_read(&self) -> f64 {
        let mut rows = 0.0;
        each(&self.0, &mut |node| {
            if node.get("Relation Name").is_some() && node["Node Type"] != "ModifyTable" {
                rows += rows_of(node);
            }
        });
        rows
    }

    /// Number of blocks of tables and indexes that were read.
    #[must_use]
    pub fn blocks_read(&self) -> u64 {
        ["Shared Hit Blocks", "Shared Read Blocks"]
            .iter()
            .filter_map(|key| self.0[*key].as_u64())
            .sum()
    }

    /// Conditions that were checked row by row, since neither an index nor a join looked for them.
    #[must_use]
    pub fn filters(&self) -> Vec<&str> {
        let mut filters = Vec::new();
        each(&self.0, &mut |node| {
            for key in ["Filter", "Join Filter"] {
                filters.extend(node[key].as_str());
            }
        });
        filters
    }
}

fn rows_of(node: &Value) -> f64 {
    let number = |key: &str| node[key].as_f64().unwrap_or_default();
    let once =
        number("Actual Rows") + number("Rows Removed by Filter") + number("Rows Removed by Index Recheck");
    once * number("Actual Loops")
}

fn each<'a>(node: &'a Value, visit: &mut impl FnMut(&'a Value)) {
    visit(node);
    for child in node["Plans"].as_array().into_iter().flatten() {
        each(child, visit);
    }
}
