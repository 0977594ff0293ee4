//! Accounts of people who are no longer in the directory, rule by rule.

mod absence;
mod approval;
mod first;
mod limit;
mod manual;

use anyhow::{Context, Result};
use rollcall_e2e::{Forest, Tenant};
use rollcall_proto::v1::{Reason, Row, Run, Verdict};

pub(crate) async fn leave(forest: &Forest, people: impl IntoIterator<Item = usize>) -> Result<()> {
    for n in people {
        forest.remove(&format!("p{n}")).await?;
    }
    Ok(())
}

pub(crate) async fn row(tenant: &Tenant, run: &Run, local: &str) -> Result<Row> {
    let rows = tenant.rows(&run.run_id).await?;
    let address = tenant.address(local);
    let found = rows.into_iter().find(|row| row.address == address);
    found.with_context(|| format!("{address} has no row"))
}

pub(crate) fn decided(row: &Row) -> (Verdict, Reason) {
    (row.verdict(), row.reason())
}
