//! The promises to the portal's customers, sentence by sentence, each kept against a real Active Directory.

mod checks;
mod choice;
mod content;
mod expectations;
mod frequency;
mod interference;
mod login;
mod new_users;
mod preview;
mod removal;
mod scope;
mod search_base;
mod turning_off;
mod turning_on;

use anyhow::Result;
use rollcall_e2e::{Office, Tenant};

use crate::office::tables_with;

/// Syncs somebody with such a value in such an attribute; answers the tables that then hold it.
async fn tables_after_sync(word: &str, attribute: &str, value: &str) -> Result<Vec<String>> {
    let (tenant, forest) = Office::new(word).people(["ann", "bob"]).saved().await?;
    forest.set("ann", attribute, &[value]).await?;
    tenant.sync().await?;
    assert_eq!(tenant.accounts().await?.len(), 2);
    tables_with(value).await
}

fn unheard_of() -> String {
    format!("unheard{}", uuid::Uuid::new_v4().simple())
}

/// Somebody with an alias of another username, and one of the same username in another domain.
async fn with_a_duplicate(word: &str) -> Result<(Tenant, String)> {
    let duplicate = |tenant: &Tenant| format!("ann@{}", tenant.subdomain("second"));
    let ann = |tenant: &Tenant| {
        let ann = tenant.person("ann").alias(&tenant.address("office"));
        vec![ann.alias(&duplicate(tenant))]
    };
    let (tenant, _) = Office::new(word)
        .subdomains(["second"])
        .objects(ann)
        .saved()
        .await?;
    let duplicate = duplicate(&tenant);
    Ok((tenant, duplicate))
}
