//! Bad input gets a clear status, a stable code and a sentence that helps, and nothing is saved by half.

mod domains;
mod every_call;
mod fields;
mod settings;
mod strangers;

use anyhow::Result;
use rollcall_e2e::{Forest, Tenant};
use rollcall_proto::v1::Directory;

async fn registered(word: &str) -> Result<(Tenant, Directory)> {
    let (tenant, forest) = Forest::openldap(word).await?;
    Ok((tenant, forest.settings()))
}
