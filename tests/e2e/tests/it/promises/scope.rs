//! “What will it import?”

use anyhow::Result;
use rollcall_e2e::{Office, person};
use rollcall_proto::v1::Directory;

use super::{tables_after_sync, unheard_of};
use crate::office::{imported, one_of_each};

#[tokio::test]
async fn without_filters_anything_in_the_unit_is_imported() -> Result<()> {
    let (tenant, _) = Office::new("anything").objects(one_of_each).synced().await?;
    let expected = ["contact", "folder", "group", "room", "shared", "user"];
    assert_eq!(
        tenant.primaries().await?,
        expected.map(|name| tenant.address(name))
    );
    Ok(())
}

#[tokio::test]
async fn what_has_no_proxy_address_is_not_imported() -> Result<()> {
    let (tenant, _) = Office::new("proxy")
        .objects(|tenant| {
            vec![
                tenant.person("ann"),
                person("bob").mail(&tenant.address("bob")),
                person("eve"),
            ]
        })
        .synced()
        .await?;
    assert_eq!(tenant.primaries().await?, [tenant.address("ann")]);
    Ok(())
}

#[tokio::test]
async fn filters_and_attributes_change_the_scope() -> Result<()> {
    let (tenant, forest) = Office::new("scope")
        .objects(|tenant| vec![tenant.person("ann"), person("bob").mail(&tenant.address("bob"))])
        .saved()
        .await?;
    let scoped = |filter: &str, attributes: &[&str]| Directory {
        filter: filter.to_owned(),
        attributes: attributes.iter().map(|&name| name.to_owned()).collect(),
        ..forest.settings()
    };
    for (filter, attributes, expected) in [
        ("(cn=a*)", &[][..], vec!["ann"]),
        ("", &["mail"][..], vec!["bob"]),
        ("", &["mail", "proxyAddresses"][..], vec!["ann", "bob"]),
    ] {
        tenant.put_directory(scoped(filter, attributes)).await?;
        let preview = tenant.preview().await?;
        let expected: Vec<_> = expected.into_iter().map(|name| tenant.address(name)).collect();
        assert_eq!(
            imported(&tenant, &preview).await?,
            expected,
            "{filter} {attributes:?}"
        );
    }
    Ok(())
}

#[tokio::test]
async fn first_and_last_names_are_not_pulled_in() -> Result<()> {
    for attribute in ["givenName", "sn"] {
        assert!(
            tables_after_sync("names", attribute, &unheard_of())
                .await?
                .is_empty(),
            "{attribute}"
        );
    }
    Ok(())
}
