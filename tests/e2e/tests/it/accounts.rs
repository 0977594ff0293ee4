//! From what the directory claims to the accounts of the portal, rule by rule.

mod changes;
mod claims;
mod manual;
mod usernames;

use anyhow::Result;
use rollcall_e2e::{Forest, Tenant};
use rollcall_proto::v1::{Account, Reason, Row, Run, Verdict};

/// A tenant with `domains` below its own, whose unit in Active Directory is empty. `=` makes an alias of its own.
async fn with_domains(word: &str, domains: &[&str]) -> Result<(Tenant, Forest)> {
    let (tenant, forest) = Forest::active_directory(word).await?;
    let named: Vec<_> = domains
        .iter()
        .map(|name| {
            let alias_of = if name.starts_with('=') {
                tenant.domain.as_str()
            } else {
                ""
            };
            (
                format!("{}.{}", name.trim_start_matches('='), tenant.domain),
                alias_of,
            )
        })
        .collect();
    let own = (tenant.domain.as_str(), "");
    let all: Vec<_> = named
        .iter()
        .map(|(name, alias_of)| (name.as_str(), *alias_of))
        .chain([own])
        .collect();
    tenant.put_domains(&all).await?;
    tenant.put_directory(forest.settings()).await?;
    Ok((tenant, forest))
}

async fn rows(tenant: &Tenant, run: &Run, address: &str) -> Result<Vec<Row>> {
    let rows = tenant.rows(&run.run_id).await?;
    Ok(rows.into_iter().filter(|row| row.address == address).collect())
}

/// What a run decided for the only claim of an address.
async fn decided(tenant: &Tenant, run: &Run, address: &str) -> Result<(Verdict, Reason)> {
    let rows = rows(tenant, run, address).await?;
    assert_eq!(rows.len(), 1, "{address}: {rows:?}");
    Ok((rows[0].verdict(), rows[0].reason()))
}

fn addresses(account: &Account) -> Vec<&str> {
    let addresses = account.addresses.iter();
    addresses.map(|address| address.address.as_str()).collect()
}
