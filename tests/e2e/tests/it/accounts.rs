//! From what the directory claims to the accounts of the portal, rule by rule.

mod changes;
mod claims;
mod manual;
mod usernames;

use anyhow::Result;
use rollcall_e2e::Tenant;
use rollcall_proto::v1::{Account, Reason, Row, Run, Verdict};

async fn rows(tenant: &Tenant, run: &Run, address: &str) -> Result<Vec<Row>> {
    let rows = tenant.rows(&run.run_id).await?;
    Ok(rows.into_iter().filter(|row| row.address == address).collect())
}

/// The decision of a run on the only claim of an address.
async fn decided(tenant: &Tenant, run: &Run, address: &str) -> Result<(Verdict, Reason)> {
    let rows = rows(tenant, run, address).await?;
    assert_eq!(rows.len(), 1, "{address}: {rows:?}");
    Ok((rows[0].verdict(), rows[0].reason()))
}

fn addresses(account: &Account) -> Vec<&str> {
    let addresses = account.addresses.iter();
    addresses.map(|address| address.address.as_str()).collect()
}
