//! “Can I specify what I want to import?”

use anyhow::Result;
use rollcall_e2e::{Forest, Office, person};
use rollcall_proto::v1::{BuildFilterRequest, Directory, ObjectType, Selection, Settings};

use crate::office::{imported, one_of_each};

#[tokio::test]
async fn one_domain_several_or_all_can_be_imported() -> Result<()> {
    let (tenant, forest) = Forest::active_directory("domains").await?;
    let domains = ["a", "b", "c"].map(|name| format!("{name}.{}", tenant.domain));
    let named: Vec<_> = domains.iter().map(|domain| (domain.as_str(), "")).collect();
    tenant.put_domains(&named).await?;
    for domain in &domains {
        forest
            .add(&person(&domain[..1]).primary(&format!("somebody@{domain}")))
            .await?;
    }
    for chosen in [&domains[..1], &domains[..2], &domains[..]] {
        let filter = BuildFilterRequest {
            domains: chosen.to_vec(),
            ..BuildFilterRequest::default()
        };
        let filter = tenant.build_filter(filter).await?.filter;
        let by_filter = Settings {
            directory: Some(Directory {
                filter,
                ..forest.settings()
            }),
            ..tenant.settings(forest.settings())
        };
        let by_choice = Settings {
            selection: Some(Selection {
                domains: chosen.to_vec(),
                ..Selection::default()
            }),
            ..tenant.settings(forest.settings())
        };
        let expected: Vec<_> = chosen.iter().map(|domain| format!("somebody@{domain}")).collect();
        for settings in [by_filter, by_choice] {
            tenant.put(settings).await?;
            assert_eq!(imported(&tenant, &tenant.preview().await?).await?, expected);
        }
    }
    Ok(())
}

#[tokio::test]
async fn one_type_of_object_or_several_can_be_imported() -> Result<()> {
    let (tenant, forest) = Office::new("types").objects(one_of_each).saved().await?;
    for (types, expected) in [
        (vec![ObjectType::User], vec!["user"]),
        (vec![ObjectType::Group], vec!["group"]),
        (vec![ObjectType::User, ObjectType::Group], vec!["group", "user"]),
    ] {
        let types: Vec<i32> = types.into_iter().map(Into::into).collect();
        let request = BuildFilterRequest {
            object_types: types.clone(),
            recipient_types: true,
            ..BuildFilterRequest::default()
        };
        let filtered = Directory {
            filter: tenant.build_filter(request).await?.filter,
            ..forest.settings()
        };
        let chosen = Settings {
            selection: Some(Selection {
                object_types: types,
                ..Selection::default()
            }),
            ..tenant.settings(forest.settings())
        };
        let expected: Vec<_> = expected.into_iter().map(|name| tenant.address(name)).collect();
        for settings in [tenant.settings(filtered), chosen] {
            tenant.put(settings).await?;
            assert_eq!(imported(&tenant, &tenant.preview().await?).await?, expected);
        }
    }
    Ok(())
}

#[tokio::test]
async fn preview_and_export_show_the_results_of_the_filter_string() -> Result<()> {
    let (tenant, forest) = Office::new("shown").people(["ann", "bob"]).saved().await?;
    let directory = Directory {
        filter: "(cn=bob)".to_owned(),
        ..forest.settings()
    };
    tenant.put_directory(directory).await?;
    let preview = tenant.preview().await?;
    assert_eq!(imported(&tenant, &preview).await?, [tenant.address("bob")]);
    let csv = tenant.csv(&preview.run_id).await?;
    assert!(
        csv.contains(&tenant.address("bob")) && !csv.contains(&tenant.address("ann")),
        "{csv}"
    );
    Ok(())
}
