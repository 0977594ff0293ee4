//! PostgreSQL's log, read for the plans that auto_explain writes.

use std::{fs, path::PathBuf};

use anyhow::{Context, Result};
use rollcall_testbed::Bed;
use serde_json::Value;

/// Tables of one row, or that only grow with versions of the services.
const SMALL: [&str; 3] = ["fleet", "_sqlx_migrations", "applied_view"];
/// The outbox is empty as soon as its events were sent: the planner may read it whole.
const EMPTY: &str = "outbox";

/// The check for the database comes all the time, and for no run.
const PROBE: &str = "SELECT 1";
/// The end of the names of an index that holds only what waits to be published, one for each month.
const WAITING: &str = "_lane_create_time_idx";

/// The log of the bed's PostgreSQL, as far as it is about one database.
pub(super) struct Log {
    file: PathBuf,
    /// A mark of lines about a service's session in the database.
    mark: String,
}

/// A statement as it was planned.
#[derive(Debug)]
pub(super) enum Plan {
    Explained { text: String, plan: Value },
    Copy(String),
}

/// The statements of a stretch of the log.
#[derive(Debug, Default)]
pub(super) struct Plans {
    /// Those of a run, from the publication of its job to its end.
    pub(super) of_run: Vec<Plan>,
    /// A run has one a second while it lasts.
    pub(super) heartbeats: usize,
    /// Number of statements of the call that requested the run.
    pub(super) of_call: usize,
    /// Number of statements of the relay for its end.
    pub(super) of_relay: usize,
    others: Vec<Plan>,
}

impl Log {
    pub(super) fn open(bed: &Bed, database: &str) -> Self {
        Self {
            file: bed.folder().join("logs").join("postgres.log"),
            mark: format!("@{database} LOG:  "),
        }
    }

    pub(super) fn length(&self) -> Result<usize> {
        Ok(usize::try_from(fs::metadata(&self.file)?.len())?)
    }

    /// The statements of services from here on. The test's own sessions are those of the superuser.
    pub(super) fn plans_from(&self, offset: usize) -> Result<Plans> {
        let log = fs::read(&self.file)?;
        let log = String::from_utf8_lossy(log.get(offset..).context("the log grew shorter")?);
        let mut plans = Plans::default();
        let mut published = false;
        for plan in self.parse(&log)? {
            let text = plan.text();
            // The publisher takes the request in hand: from here on it is the run's.
            published |= text.contains("SET claim_expire_time = now()");
            if text == PROBE {
                continue;
            }
            if text.contains("UPDATE reconcile.heartbeat") {
                plans.heartbeats += 1;
                plans.others.push(plan);
            } else if is_relay(text) {
                plans.of_relay += 1;
                plans.others.push(plan);
            } else if published {
                plans.of_run.push(plan);
            } else {
                plans.of_call += 1;
                plans.others.push(plan);
            }
        }
        Ok(plans)
    }

    fn parse(&self, log: &str) -> Result<Vec<Plan>> {
        let mut plans = Vec::new();
        let mut lines = log.lines().peekable();
        while let Some(line) = lines.next() {
            let Some((head, text)) = line.split_once(&self.mark) else {
                continue;
            };
            if !head.contains("rollcall_") || head.contains("rollcall_results") {
                continue;
            }
            let mut body = String::new();
            while let Some(more) = lines.next_if(|line| line.starts_with('\t')) {
                body.push_str(more);
                body.push('\n');
            }
            if text.ends_with("plan:") {
                let plan: Value = serde_json::from_str(&body).with_context(|| format!("a plan: {body}"))?;
                let text = plan["Query Text"].as_str().unwrap_or_default().to_owned();
                plans.push(Plan::Explained { text, plan });
            } else if text.contains(": COPY ") {
                plans.push(Plan::Copy(text.to_owned()));
            }
        }
        Ok(plans)
    }
}

impl Plans {
    pub(super) fn all(&self) -> impl Iterator<Item = &Plan> {
        self.of_run.iter().chain(&self.others)
    }
}

impl Plan {
    pub(super) fn text(&self) -> &str {
        match self {
            Self::Explained { text, .. } | Self::Copy(text) => text,
        }
    }

    pub(super) fn is_copy(&self) -> bool {
        matches!(self, Self::Copy(_))
    }

    /// Faults of a statement for one tenant: being compiled, or reading a table of all tenants from one end to the other.
    pub(super) fn faults(&self) -> Vec<String> {
        let Self::Explained { text, plan } = self else {
            return Vec::new();
        };
        let mut faults = Vec::new();
        if plan.get("JIT").is_some() {
            faults.push(format!("compiled: {text}"));
        }
        reads(&plan["Plan"], &mut |table, node| {
            faults.push(format!("{node} of {table}: {text}"));
        });
        faults
    }
}

/// Reports every node that reads a shared table whole.
fn reads(node: &Value, report: &mut impl FnMut(&str, &str)) {
    let kind = node["Node Type"].as_str().unwrap_or_default();
    let table = node["Relation Name"].as_str().unwrap_or_default();
    let whole = match kind {
        "Seq Scan" => true,
        "Index Scan" | "Index Only Scan" => {
            node.get("Index Cond").is_none()
                && !node["Index Name"]
                    .as_str()
                    .is_some_and(|index| index.ends_with(WAITING))
        }
        _ => false,
    };
    if whole && !SMALL.contains(&table) && table != EMPTY && !reads_nothing(node) {
        report(table, kind);
    }
    for child in node["Plans"].as_array().into_iter().flatten() {
        reads(child, report);
    }
}

/// True if there was nothing to read, as in the partition of a month to come.
fn reads_nothing(node: &Value) -> bool {
    let rows = [
        "Actual Rows",
        "Rows Removed by Filter",
        "Rows Removed by Index Recheck",
    ];
    rows.iter()
        .all(|rows| node[*rows].as_f64().unwrap_or_default() == 0.0)
}

/// True for the relay's statements, which come after the run's end, and for its look at the backlog of all tenants, which
/// comes every few seconds.
fn is_relay(text: &str) -> bool {
    [
        "rollcall.outbox:",
        "FROM reconcile.outbox",
        "FROM results.waiting_events",
    ]
    .iter()
    .any(|part| text.contains(part))
}
