//! Trees without one root: several naming contexts, child domains, and bases that another server has.

use anyhow::{Context as _, Result};
use rollcall_proto::v1::{
    Directory, LeftOut, Removal, RunState, Security, TestStep, TestStepKind, TestStepState,
};
use rollcall_testbed::tree::{Tree, TreeServer};

use super::Field;

const CHILD: &str = "ldaps://emea.corp.example/DC=emea,DC=corp,DC=example";

/// Adds a person with a primary address.
fn person(tree: Tree, field: &Field, dn: &str, address: &str) -> Tree {
    let value = field.named(&format!("SMTP:{address}"));
    tree.entry(
        dn,
        &[
            ("objectClass", b"user"),
            ("entryUUID", uuid(address).as_bytes()),
            ("proxyAddresses", value.as_bytes()),
        ],
    )
}

/// An id for each address.
fn uuid(address: &str) -> String {
    let number = address
        .bytes()
        .take(6)
        .fold(0_u64, |number, byte| number << 8 | u64::from(byte));
    format!("11111111-2222-4333-8444-{number:012x}")
}

/// A forest of two trees, seen in its global catalog.
fn forest(field: &Field) -> Tree {
    let tree = Tree::new()
        .root_dse("defaultNamingContext", b"DC=corp,DC=example")
        .context("DC=corp,DC=example")
        .context("DC=brand,DC=example")
        .context("CN=Configuration,DC=corp,DC=example")
        .base("");
    let tree = person(tree, field, "CN=a,DC=corp,DC=example", "a@corp.example");
    person(tree, field, "CN=b,DC=brand,DC=example", "b@brand.example")
}

/// A tenant that reads `tree` below these bases.
async fn reading(
    word: &str,
    tree: impl FnOnce(&Field) -> Tree,
    bases: &[&str],
) -> Result<(Field, TreeServer)> {
    let mut field = Field::new(word).await?;
    let server = tree(&field).start().await?;
    field.directory = Directory {
        hosts: vec![server.address().ip().to_string()],
        port: server.address().port().into(),
        security: Security::Plaintext.into(),
        bind_username: "CN=reader".to_owned(),
        bind_password: Some("secret".to_owned()),
        search_bases: owned(bases),
        ..Directory::default()
    };
    field.save(|_| ()).await?;
    Ok((field, server))
}

fn owned(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

async fn set_bases(field: &mut Field, bases: &[&str]) -> Result<()> {
    field.directory.search_bases = owned(bases);
    field.save(|_| ()).await?;
    Ok(())
}

async fn last_step(field: &Field) -> Result<TestStep> {
    let mut steps = field.tenant.test_connection(None).await?;
    steps.pop().context("a step")
}

#[tokio::test]
async fn a_second_tree_is_told_until_a_base_covers_it() -> Result<()> {
    let (mut field, _server) = reading("two-trees", forest, &[]).await?;
    let step = last_step(&field).await?;
    assert_eq!(
        (step.kind(), step.state()),
        (TestStepKind::LeftOut, TestStepState::Warning)
    );
    assert!(step.message.contains("DC=brand,DC=example"), "{step:?}");
    let alone = field.sync().await?;
    assert_eq!(alone.lines(), ["a@corp.example ADD NEW_ACCOUNT"]);
    let brand = LeftOut {
        contexts: owned(&["DC=brand,DC=example"]),
        ..LeftOut::default()
    };
    assert_eq!(alone.run.left_out, Some(brand.clone()));
    let unchanged = field.sync().await?;
    assert!(unchanged.run.unchanged);
    assert_eq!(unchanged.run.left_out, Some(brand));

    set_bases(&mut field, &["DC=corp,DC=example", "DC=brand,DC=example"]).await?;
    let preview = field.preview().await?;
    assert_eq!(
        preview.row("b@brand.example")?.object_dn,
        "CN=b,DC=brand,DC=example"
    );
    assert_eq!(preview.run.left_out, None);
    set_bases(&mut field, &[""]).await?;
    let both = field.sync().await?;
    assert_eq!(
        both.lines(),
        ["a@corp.example KEEP", "b@brand.example ADD NEW_ACCOUNT"]
    );
    assert_eq!(both.run.left_out, None);
    Ok(())
}

/// OpenLDAP keeps a database apart from the one above it unless it is glued: a search from above meets nothing of it.
#[tokio::test]
async fn a_database_below_the_base_is_told_until_something_is_read_from_it() -> Result<()> {
    let (above, below) = ("dc=corp,dc=example", "ou=people,dc=corp,dc=example");
    let apart = |field: &Field| {
        let tree = Tree::new().context(below).context(above);
        person(tree, field, "cn=a,dc=corp,dc=example", "a@corp.example")
    };
    let (field, server) = reading("apart", apart, &[above]).await?;
    let left_out = LeftOut {
        contexts: owned(&[below]),
        ..LeftOut::default()
    };
    assert_eq!(field.preview().await?.run.left_out, Some(left_out.clone()));
    assert_eq!(field.sync().await?.run.left_out, Some(left_out));
    let step = last_step(&field).await?;
    assert_eq!(step.state(), TestStepState::Warning);
    assert!(step.message.contains(below), "{step:?}");

    let tree = apart(&field);
    server.become_tree(person(
        tree,
        &field,
        "cn=b,ou=people,dc=corp,dc=example",
        "b@corp.example",
    ));
    assert_eq!(field.sync().await?.run.left_out, None);
    assert_eq!(last_step(&field).await?.state(), TestStepState::Passed);
    Ok(())
}

/// A global catalog holds a part of each domain of the forest, and searches them as one tree.
#[tokio::test]
async fn a_child_domain_without_addresses_is_not_left_out_by_a_global_catalog() -> Result<()> {
    let child = "DC=emea,DC=corp,DC=example";
    let catalog = |field: &Field| {
        forest(field)
            .context(child)
            .context("DC=DomainDnsZones,DC=emea,DC=corp,DC=example")
            .entry(child, &[("objectClass", b"domainDNS")])
    };
    for base in ["", "DC=corp,DC=example"] {
        let (field, _server) = reading("catalog", catalog, &[base, "DC=brand,DC=example"]).await?;
        assert_eq!(field.sync().await?.run.left_out, None, "below {base:?}");
        assert_eq!(last_step(&field).await?.state(), TestStepState::Passed);
    }
    Ok(())
}

#[tokio::test]
async fn a_naming_context_of_one_nul_is_none() -> Result<()> {
    let domino = |field: &Field| {
        let tree = Tree::new().root_dse("namingContexts", b"\0").base("");
        let tree = person(tree, field, "CN=e,O=East", "e@corp.example");
        person(tree, field, "CN=w,O=West", "w@corp.example")
    };
    let (mut field, server) = reading("nul", domino, &[]).await?;
    let failed = field.tenant.failed_sync().await?;
    assert_eq!(
        failed.failure.map(|failure| failure.code).as_deref(),
        Some("NO_SEARCH_BASE")
    );
    let step = last_step(&field).await?;
    assert_eq!(
        step.failure.map(|failure| failure.code).as_deref(),
        Some("NO_SEARCH_BASE")
    );
    assert!(
        server.searched().iter().all(String::is_empty),
        "{:?}",
        server.searched()
    );

    set_bases(&mut field, &[""]).await?;
    let read = field.sync().await?;
    assert_eq!(
        read.lines(),
        ["e@corp.example ADD NEW_ACCOUNT", "w@corp.example ADD NEW_ACCOUNT"]
    );
    Ok(())
}

#[tokio::test]
async fn a_child_domain_is_told_by_the_reference_to_it_and_the_usual_three_are_not() -> Result<()> {
    let base = "DC=corp,DC=example";
    let parent = |field: &Field| {
        let tree = Tree::new()
            .root_dse("defaultNamingContext", base.as_bytes())
            .context(base)
            .reference(base, CHILD)
            .reference(base, "ldaps://corp.example/CN=Configuration,DC=corp,DC=example")
            .reference(
                base,
                "ldaps://ForestDnsZones.corp.example/DC=ForestDnsZones,DC=corp,DC=example",
            )
            .reference(
                base,
                "ldaps://DomainDnsZones.corp.example/DC=DomainDnsZones,DC=corp,DC=example",
            );
        person(tree, field, "CN=a,DC=corp,DC=example", "a@corp.example")
    };
    let (field, _server) = reading("child", parent, &[base]).await?;
    let child = LeftOut {
        references: owned(&[CHILD]),
        ..LeftOut::default()
    };
    let read = field.sync().await?;
    assert_eq!(read.run.state(), RunState::Succeeded);
    assert_eq!(read.lines(), ["a@corp.example ADD NEW_ACCOUNT"]);
    assert_eq!(read.run.counts.map(|counts| counts.references), Some(4));
    assert_eq!(read.run.left_out, Some(child));
    let step = last_step(&field).await?;
    assert!(step.message.contains(CHILD), "{step:?}");
    for usual in ["Configuration", "DnsZones"] {
        assert!(!step.message.contains(usual), "{step:?}");
    }
    Ok(())
}

#[tokio::test]
async fn a_base_that_another_server_has_fails_at_once_with_that_server() -> Result<()> {
    let base = "DC=emea,DC=corp,DC=example";
    let parent = |_: &Field| {
        Tree::new()
            .root_dse("defaultNamingContext", b"DC=corp,DC=example")
            .context("DC=corp,DC=example")
            .elsewhere(base, "ldap://emea.corp.example/DC=emea,DC=corp,DC=example")
    };
    let (field, _server) = reading("elsewhere", parent, &[base]).await?;
    let failed = field.tenant.failed_sync().await?;
    assert_eq!(failed.attempt, 1);
    let failures = [failed.failure, last_step(&field).await?.failure];
    for failure in failures {
        let failure = failure.context("a failure")?;
        assert_eq!(failure.code, "NO_SUCH_BASE");
        assert!(failure.detail.contains(base), "{failure:?}");
    }
    let run = field.tenant.failed_sync().await?.failure.context("a failure")?;
    let step = last_step(&field).await?;
    for advice in [run.advice, step.advice] {
        assert!(advice.contains("Enter emea.corp.example as the host"), "{advice}");
        assert!(advice.contains("own base is DC=corp,DC=example"), "{advice}");
    }
    Ok(())
}

#[tokio::test]
async fn a_base_in_another_notation_is_refused_with_the_dn_that_is_expected() -> Result<()> {
    let mut field = Field::new("notation").await?;
    field.directory = Directory {
        hosts: owned(&["dc1.corp.example"]),
        bind_username: "reader".to_owned(),
        bind_password: Some("secret".to_owned()),
        ..Directory::default()
    };
    let staff = "OU=Staff,DC=corp,DC=example";
    let saved = field
        .save(|settings| bases(settings, &["OU = Staff , DC = corp , DC = example"]))
        .await?;
    assert_eq!(saved.directory.context("a directory")?.search_bases, [staff]);
    for (base, expected) in [
        ("corp.example/Staff", staff),
        ("corp.example", "DC=corp,DC=example"),
        ("LDAP://OU=Staff,DC=corp,DC=example", staff),
        ("<GUID=11111111-2222-3333-4444-555555555555>", staff),
        (r#"OU="Sales, East",DC=corp,DC=example"#, "at character"),
        ("OU=Staff;DC=corp;DC=example", "at character"),
    ] {
        let refused = field.save(|settings| bases(settings, &[base])).await;
        let refused = refused.err().with_context(|| format!("{base} was accepted"))?;
        let text = format!("{refused:?}");
        assert!(
            text.contains("search_bases[0]") && text.contains(expected),
            "{base}: {text}"
        );
    }
    Ok(())
}

fn bases(settings: &mut rollcall_proto::v1::Settings, bases: &[&str]) {
    settings.directory.get_or_insert_default().search_bases = owned(bases);
}

const UNITS: &str = "dn: OU=East,DC=corp,DC=example\nobjectClass: organizationalUnit\nou: East\n\n\
                     dn: OU=West,DC=corp,DC=example\nobjectClass: organizationalUnit\nou: West\n\n\
                     dn: OU=Rest,DC=corp,DC=example\nobjectClass: organizationalUnit\nou: Rest\n\n";

fn staff(name: &str, unit: &str) -> String {
    format!(
        "dn: CN={name},OU={unit},DC=corp,DC=example\nobjectClass: inetOrgPerson\nobjectClass: mailRecipient\n\
         cn: {name}\nsn: {name}\nproxyAddresses: SMTP:{name}@corp.example\n\n"
    )
}

#[tokio::test]
async fn two_units_are_read_without_the_third_and_nobody_in_the_second_is_missing() -> Result<()> {
    let ldif = [
        UNITS.to_owned(),
        staff("ed", "East"),
        staff("wes", "West"),
        staff("rob", "Rest"),
    ];
    let (mut field, _forest) = Field::in_openldap("two-units", &ldif.concat()).await?;
    let units = ["OU=East,DC=corp,DC=example", "OU=West,DC=corp,DC=example"].map(|unit| field.named(unit));
    set_bases(&mut field, &[&units[0], &units[1]]).await?;
    let first = field.sync().await?;
    assert_eq!(
        first.lines(),
        [
            "ed@corp.example ADD NEW_ACCOUNT",
            "wes@corp.example ADD NEW_ACCOUNT"
        ]
    );
    // The question after those who are missing is asked below both bases.
    let removal = Some(Removal {
        remove_accounts: true,
        ..Removal::default()
    });
    field.save(|settings| settings.removal = removal).await?;
    let preview = field.preview().await?;
    assert_eq!(preview.lines(), ["ed@corp.example KEEP", "wes@corp.example KEEP"]);
    Ok(())
}

#[tokio::test]
async fn an_object_below_two_bases_counts_once() -> Result<()> {
    let ldif = [UNITS.to_owned(), staff("ed", "East"), staff("wes", "West")];
    let (mut field, _forest) = Field::in_openldap("nested", &ldif.concat()).await?;
    let unit = field.directory.search_bases[0].clone();
    let east = field.named("OU=East,DC=corp,DC=example");
    set_bases(&mut field, &[&unit, &east]).await?;
    let read = field.sync().await?;
    assert_eq!(
        read.lines(),
        [
            "ed@corp.example ADD NEW_ACCOUNT",
            "wes@corp.example ADD NEW_ACCOUNT"
        ]
    );
    assert_eq!(
        read.run.counts.map(|counts| (counts.objects, counts.claims)),
        Some((2, 2))
    );
    let again = field.sync().await?;
    assert_eq!(again.lines(), ["ed@corp.example KEEP", "wes@corp.example KEEP"]);
    assert!(again.run.unchanged, "{:?}", again.run);
    assert_eq!(
        again.run.counts.map(|counts| (counts.objects, counts.claims)),
        Some((2, 2))
    );
    Ok(())
}

#[tokio::test]
async fn a_base_with_a_typing_error_is_told_with_the_part_that_exists_and_the_directorys_own() -> Result<()> {
    let ldif = [UNITS.to_owned(), staff("ed", "East")];
    let (mut field, _forest) = Field::in_openldap("typing-error", &ldif.concat()).await?;
    let east = field.named("OU=East,DC=corp,DC=example");
    let wrong = field.named("OU=Wset,DC=corp,DC=example");
    set_bases(&mut field, &[&east, &wrong]).await?;
    let failed = field.tenant.failed_sync().await?;
    let failure = failed.failure.context("a failure")?;
    assert_eq!(failure.code, "NO_SUCH_BASE");
    assert!(failure.message.contains(&wrong), "{failure:?}");
    assert!(failure.advice.contains("The part that exists is"), "{failure:?}");
    assert!(
        failure
            .advice
            .contains("The directory's own base is dc=corp,dc=example."),
        "{failure:?}"
    );
    assert_eq!(field.accounts().await?, [""; 0]);
    Ok(())
}
