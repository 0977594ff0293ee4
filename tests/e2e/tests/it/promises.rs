//! What the portal's customers are promised, sentence by sentence, each kept against a real Active Directory.

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
use rollcall_e2e::{Forest, Tenant, person};

use crate::office::{ann_and_bob, office, tables_with};

/// Syncs somebody with such a value in such an attribute; answers the tables that then hold it.
async fn tables_after_sync(word: &str, attribute: &str, value: &str) -> Result<Vec<String>> {
    let (tenant, forest) = office(word, ann_and_bob).await?;
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
    let (tenant, forest) = Forest::active_directory(word).await?;
    let second = format!("second.{}", tenant.domain);
    tenant.put_domains(&[(&tenant.domain, ""), (&second, "")]).await?;
    let duplicate = format!("ann@{second}");
    let ann = person("ann")
        .primary(&tenant.address("ann"))
        .alias(&tenant.address("office"));
    forest.add(&ann.alias(&duplicate)).await?;
    tenant.put_directory(forest.settings()).await?;
    Ok((tenant, duplicate))
}
