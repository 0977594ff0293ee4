//! Reads of Active Directory and of OpenLDAP alike.

use anyhow::{Context, Result};
use rollcall_e2e::{Forest, Object, Tenant, group, person, tenant::in_short};
use rollcall_proto::v1::{Directory, ObjectType, ReadMode, Security, Selection, Settings, Verdict};

/// The kinds of directory that every test of this file reads.
async fn active_directory(word: &str) -> Result<(Tenant, Forest)> {
    Forest::active_directory(word).await
}

async fn openldap(word: &str) -> Result<(Tenant, Forest)> {
    Forest::openldap(word).await
}

/// Declares a test for each kind of directory.
macro_rules! in_each_directory {
    ($($name:ident => $scenario:ident;)*) => {
        mod in_active_directory {
            $(#[tokio::test] async fn $name() -> anyhow::Result<()> {
                let (tenant, forest) = super::active_directory("reading").await?;
                super::$scenario(tenant, forest).await
            })*
        }
        mod in_openldap {
            $(#[tokio::test] async fn $name() -> anyhow::Result<()> {
                let (tenant, forest) = super::openldap("reading").await?;
                super::$scenario(tenant, forest).await
            })*
        }
    };
}

in_each_directory! {
    ldaps_starttls_and_plaintext_read_the_same => each_security;
    objects_without_an_address_attribute_are_not_read => no_attribute;
    the_tenants_filter_narrows_what_is_read => filter_narrows;
    types_come_from_the_mail_server_first_and_from_the_class_else => types;
    disabled_users_are_left_out_only_if_asked => disabled;
    other_attributes_carry_addresses_if_the_settings_name_them => other_attributes;
    an_object_with_two_thousand_addresses_is_read_whole => many_values;
    values_that_are_no_email_are_counted_and_broken_ones_are_shown => not_email;
    letters_beyond_ascii_survive => beyond_ascii;
    a_second_read_is_unchanged => second_read;
    hosts_are_tried_in_turn => hosts_in_turn;
}

async fn each_security(tenant: Tenant, forest: Forest) -> Result<()> {
    forest.add(&tenant.person("ann")).await?;
    for security in [Security::Ldaps, Security::Starttls, Security::Plaintext] {
        tenant.put_directory(forest.settings_over(security)).await?;
        let run = tenant.preview().await?;
        let counts = run.counts.context("counts")?;
        assert_eq!(
            (counts.objects, counts.claims, run.read_mode),
            (1, 1, ReadMode::Full.into()),
            "{security:?}"
        );
    }
    Ok(())
}

async fn no_attribute(tenant: Tenant, forest: Forest) -> Result<()> {
    forest.add(&tenant.person("ann")).await?;
    forest
        .add(&person("nobody").mail(&tenant.address("nobody")))
        .await?;
    tenant.put_directory(forest.settings()).await?;
    let rows = tenant.rows(&tenant.preview().await?.run_id).await?;
    assert_eq!(
        in_short(&rows),
        [(tenant.address("ann"), Verdict::Add, "NEW_ACCOUNT".to_owned())]
    );
    Ok(())
}

async fn filter_narrows(tenant: Tenant, forest: Forest) -> Result<()> {
    forest.add(&tenant.person("ann")).await?;
    forest.add(&tenant.person("bob")).await?;
    let saved = tenant
        .put_directory(Directory {
            filter: " cn=bo* ".into(),
            ..forest.settings()
        })
        .await?;
    assert_eq!(
        saved.directory.context("directory")?.filter,
        "(cn=bo*)",
        "stored in canonical form"
    );
    let rows = tenant.rows(&tenant.preview().await?.run_id).await?;
    assert_eq!(
        in_short(&rows),
        [(tenant.address("bob"), Verdict::Add, "NEW_ACCOUNT".to_owned())]
    );
    Ok(())
}

async fn types(tenant: Tenant, forest: Forest) -> Result<()> {
    let named = |entry: fn(&str) -> Object, name: &str| entry(name).primary(&tenant.address(name));
    forest.add(&named(person, "user")).await?;
    forest.add(&named(group, "list")).await?;
    forest.add(&named(person, "shared").recipient_type(4)).await?;
    forest.add(&named(person, "room").recipient_type(16)).await?;
    forest
        .add(&named(person, "discovery").recipient_type(536_870_912))
        .await?;
    forest.add(&named(person, "unknown").recipient_type(3)).await?;
    tenant.put_directory(forest.settings()).await?;
    let rows = tenant.rows(&tenant.preview().await?.run_id).await?;
    let mut types: Vec<_> = rows
        .iter()
        .map(|row| (row.address.as_str(), row.object_type()))
        .collect();
    types.sort_by_key(|(address, _)| address.to_owned());
    let wanted = [
        (tenant.address("discovery"), ObjectType::Other),
        (tenant.address("list"), ObjectType::Group),
        (tenant.address("room"), ObjectType::Resource),
        (tenant.address("shared"), ObjectType::SharedMailbox),
        (tenant.address("unknown"), ObjectType::User),
        (tenant.address("user"), ObjectType::User),
    ];
    assert_eq!(
        types,
        wanted
            .iter()
            .map(|(address, kind)| (address.as_str(), *kind))
            .collect::<Vec<_>>()
    );
    Ok(())
}

async fn disabled(tenant: Tenant, forest: Forest) -> Result<()> {
    forest.add(&tenant.person("ann")).await?;
    forest.add(&tenant.person("gone").disabled()).await?;
    forest
        .add(&tenant.person("box").disabled().recipient_type(4))
        .await?;
    let selection = Selection {
        exclude_disabled: true,
        ..Selection::default()
    };
    tenant
        .put(Settings {
            selection: Some(selection),
            ..tenant.settings(forest.settings())
        })
        .await?;
    let rows = tenant.rows(&tenant.preview().await?.run_id).await?;
    assert_eq!(
        in_short(&rows),
        [
            (tenant.address("ann"), Verdict::Add, "NEW_ACCOUNT".to_owned()),
            (tenant.address("box"), Verdict::Add, "NEW_ACCOUNT".to_owned()),
            (
                tenant.address("gone"),
                Verdict::Skip,
                "DISABLED_EXCLUDED".to_owned()
            ),
        ]
    );
    Ok(())
}

async fn other_attributes(tenant: Tenant, forest: Forest) -> Result<()> {
    forest.add(&person("ann").mail(&tenant.address("ann"))).await?;
    let attributes = vec!["mail".to_owned(), "proxyAddresses".to_owned()];
    tenant
        .put_directory(Directory {
            attributes,
            ..forest.settings()
        })
        .await?;
    let rows = tenant.rows(&tenant.preview().await?.run_id).await?;
    assert_eq!(
        in_short(&rows),
        [(tenant.address("ann"), Verdict::Add, "NEW_ACCOUNT".to_owned())]
    );
    Ok(())
}

async fn many_values(tenant: Tenant, forest: Forest) -> Result<()> {
    let mut entry = tenant.person("many");
    for n in 0..2_000 {
        entry = entry.alias(&tenant.address(&format!("alias{n}")));
    }
    forest.add(&entry).await?;
    tenant.put_directory(forest.settings()).await?;
    let run = tenant.preview().await?;
    let counts = run.counts.context("counts")?;
    assert_eq!((counts.objects, counts.claims, counts.add), (1, 2_001, 2_001));
    Ok(())
}

async fn not_email(tenant: Tenant, forest: Forest) -> Result<()> {
    let odd = tenant
        .person("ann")
        .value("X500:/o=Example/cn=ann")
        .value(&format!("SIP:{}", tenant.address("ann")))
        .value("smtp:no-domain");
    forest.add(&odd).await?;
    tenant.put_directory(forest.settings()).await?;
    let run = tenant.preview().await?;
    let counts = run.counts.context("counts")?;
    assert_eq!(
        (counts.claims, counts.not_email, counts.add, counts.skip),
        (2, 2, 1, 1)
    );
    let rows = tenant.rows(&run.run_id).await?;
    let broken = rows
        .iter()
        .find(|row| row.verdict() == Verdict::Skip)
        .context("the broken one")?;
    assert_eq!(broken.address, "no-domain");
    Ok(())
}

async fn beyond_ascii(tenant: Tenant, forest: Forest) -> Result<()> {
    forest
        .add(&person("jürgen").primary(&tenant.address("Jürgen")))
        .await?;
    tenant.put_directory(forest.settings()).await?;
    tenant.sync().await?;
    let primaries: Vec<_> = tenant
        .accounts()
        .await?
        .into_iter()
        .map(|a| a.primary_address)
        .collect();
    assert_eq!(primaries, [tenant.address("jürgen")]);
    Ok(())
}

async fn second_read(tenant: Tenant, forest: Forest) -> Result<()> {
    for n in 0..30 {
        forest.add(&tenant.person(&format!("p{n}"))).await?;
    }
    tenant.put_directory(forest.settings()).await?;
    assert!(!tenant.sync().await?.unchanged);
    assert!(tenant.sync().await?.unchanged);
    Ok(())
}

async fn hosts_in_turn(tenant: Tenant, forest: Forest) -> Result<()> {
    forest.add(&tenant.person("ann")).await?;
    let mut directory = forest.settings();
    directory.hosts.insert(0, "no-such-host.invalid".to_owned());
    tenant.put_directory(directory).await?;
    assert_eq!(tenant.preview().await?.counts.context("counts")?.objects, 1);
    Ok(())
}
