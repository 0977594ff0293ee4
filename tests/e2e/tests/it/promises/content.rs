//! “What does it bring across?”

use anyhow::Result;
use rollcall_e2e::{Forest, Office, group};
use rollcall_proto::v1::{Account, AddressType, Directory};

use super::{tables_after_sync, unheard_of, with_a_duplicate};
use crate::office::{account, imported, tables_with};

#[tokio::test]
async fn passwords_are_not_brought_across() -> Result<()> {
    let tables = tables_after_sync("password", "userPassword", &unheard_of()).await?;
    assert!(tables.is_empty(), "{tables:?}");
    Ok(())
}

#[tokio::test]
async fn the_last_name_is_the_domain() -> Result<()> {
    let (tenant, forest) = Office::new("lastname").people(["ann", "bob"]).saved().await?;
    forest.set("ann", "sn", &["Adler"]).await?;
    tenant.sync().await?;
    assert_eq!(account(&tenant, "ann").await?.last_name, tenant.domain);
    Ok(())
}

#[tokio::test]
async fn permissions_and_group_memberships_are_not_brought_across() -> Result<()> {
    let (tenant, forest) = Office::new("members").people(["ann", "bob"]).saved().await?;
    let name = unheard_of();
    forest.add(&group(&name)).await?;
    let ann = forest.dn("ann").await?;
    forest.set(&name, "member", &[&ann]).await?;
    tenant.sync().await?;
    assert_eq!(tables_with(&name).await?, Vec::<String>::new());

    let members = Directory {
        filter: format!("(memberOf=CN={name},{})", forest.base()),
        ..forest.settings()
    };
    tenant.put_directory(members).await?;
    let preview = tenant.preview().await?;
    assert_eq!(
        imported(&tenant, &preview).await?,
        [tenant.address("ann")],
        "the customer's server matches users to groups, and answers a filter on it"
    );
    Ok(())
}

#[tokio::test]
async fn user_aliases_come_with_their_user() -> Result<()> {
    let (tenant, _) = with_a_duplicate("useralias").await?;
    tenant.sync().await?;
    let ann = account(&tenant, "office").await?;
    assert_eq!(ann.primary_address, tenant.address("ann"));
    assert_eq!(ann.addresses[1].address_type(), AddressType::Alias);
    Ok(())
}

#[tokio::test]
async fn domain_aliases_come_if_users_are_listed_with_them() -> Result<()> {
    let (tenant, forest) = Forest::active_directory("domainalias").await?;
    let alias = format!("alias.{}", tenant.domain);
    tenant
        .put_domains(&[(&tenant.domain, ""), (&alias, &tenant.domain)])
        .await?;
    let listed = tenant.person("ann");
    forest.add(&listed.alias(&format!("ann@{alias}"))).await?;
    forest.add(&tenant.person("bob")).await?;
    tenant.put_directory(forest.settings()).await?;
    tenant.sync().await?;
    let types = |account: Account| -> Vec<_> {
        let addresses = account.addresses.into_iter();
        addresses.map(|address| address.address_type()).collect()
    };
    assert_eq!(
        types(account(&tenant, "ann").await?),
        [AddressType::Primary, AddressType::DomainAlias]
    );
    assert_eq!(types(account(&tenant, "bob").await?), [AddressType::Primary]);
    Ok(())
}
