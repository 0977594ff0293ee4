//! Sentences that say what to change: TLS, filters, host names, bounds, and reads that find nothing.

use anyhow::{Context as _, Result};
use rollcall_proto::v1::{Directory, HeldReason, RunState, Security, TestStepKind, TestStepState};
use rollcall_testbed::{
    Bed,
    tree::{Tree, version},
};
use tokio::{io::AsyncReadExt as _, net::TcpListener};

use super::{BASE, Field, served_by, tree};

#[tokio::test]
async fn a_server_that_demands_a_client_certificate_is_named_so_in_each_version_of_tls() -> Result<()> {
    let authority = Bed::attach()?.authority();
    for version in [&version::TLS12, &version::TLS13] {
        let mut field = Field::new("clientcert").await?;
        let server = Tree::new()
            .context(BASE)
            .start_for_clients_of(&authority, version)
            .await?;
        field.directory = served_by(&server);
        field.directory.set_security(Security::Ldaps);
        field.directory.ca_certificates_pem = authority.certificate_pem()?;
        field.save(|_| ()).await?;
        let failed = field.sync().await?;
        let failure = failed.run.failure.as_ref().context("a failure")?;
        assert_eq!(
            (failure.code.as_str(), failed.run.attempt),
            ("TLS_CLIENT_CERTIFICATE", 1),
            "{version:?}: {failure:?}"
        );
        assert!(failure.advice.contains("client certificates"), "{failure:?}");
        let steps = field.tenant.test_connection(None).await?;
        let last = steps.last().context("a step")?;
        assert_eq!(last.state(), TestStepState::Failed);
        assert!(
            last.message.contains("client certificate"),
            "{version:?}: {last:?}"
        );
    }
    Ok(())
}

#[tokio::test]
async fn a_server_that_hangs_up_before_it_answers_is_told_with_its_port_and_security() -> Result<()> {
    // So does Active Directory on the port of LDAPS with all that is not TLS.
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let address = listener.local_addr()?;
    let server = tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            // What comes first is read, so that the end is not always a reset, which says the same.
            stream.read_u8().await.ok();
        }
    });
    for security in [Security::Plaintext, Security::Starttls] {
        let mut field = Field::new("hangup").await?;
        field.directory = Directory {
            hosts: vec![address.ip().to_string()],
            port: address.port().into(),
            security: security.into(),
            bind_username: "CN=reader".to_owned(),
            bind_password: Some("secret".to_owned()),
            ..Directory::default()
        };
        field.save(|_| ()).await?;
        let failed = field.preview().await?;
        let failure = failed.run.failure.context("a failure")?;
        assert_eq!(failure.code, "CONNECTION_LOST", "{failure:?}");
        let steps = field.tenant.test_connection(None).await?;
        let last = steps.last().context("a step")?;
        for (message, advice) in [(&failure.message, &failure.advice), (&last.message, &last.advice)] {
            assert!(message.contains("before it answered"), "{security:?}: {message}");
            assert!(advice.contains("636 for LDAPS"), "{security:?}: {advice}");
        }
    }
    server.abort();
    Ok(())
}

#[tokio::test]
async fn a_groups_name_with_a_comma_is_taken_as_the_directory_shows_it() -> Result<()> {
    let ldif = "dn: OU=Staff,DC=corp,DC=example\nobjectClass: organizationalUnit\nou: Staff\n";
    let (field, _forest) = Field::in_active_directory("comma", ldif).await?;
    let saved = field
        .save(|settings| {
            if let Some(directory) = &mut settings.directory {
                directory.filter = r"(memberOf=CN=Staff\, all,OU=Groups,DC=corp,DC=example)".to_owned();
            }
        })
        .await?;
    let filter = saved.directory.context("a directory")?.filter;
    assert_eq!(
        filter,
        r"(memberOf=CN=Staff\5c, all,OU=Groups,DC=corp,DC=example)"
    );
    assert_eq!(
        field.sync().await?.run.state(),
        RunState::Succeeded,
        "the server takes it"
    );
    Ok(())
}

#[tokio::test]
async fn parentheses_in_a_groups_name_are_refused_where_they_stand_with_how_to_write_them() -> Result<()> {
    let mut field = Field::new("parentheses").await?;
    field.directory = served_by(&Tree::new().start().await?);
    let refusal = field
        .save(|settings| {
            if let Some(directory) = &mut settings.directory {
                directory.filter = "(memberOf=CN=Staff (all),OU=Groups,DC=corp,DC=example)".to_owned();
            }
        })
        .await
        .err()
        .context("a refusal")?;
    let said = format!("{refusal:?}");
    assert!(
        said.contains("at character 19") && said.contains(r"\\28"),
        "{said}"
    );
    Ok(())
}

#[tokio::test]
async fn an_underscore_in_a_hosts_name_is_accepted() -> Result<()> {
    let mut field = Field::new("underscore").await?;
    field.directory = served_by(&Tree::new().start().await?);
    field.directory.hosts = vec!["DC_01.corp.example".to_owned()];
    let saved = field.save(|_| ()).await?;
    assert_eq!(
        saved.directory.context("a directory")?.hosts,
        ["dc_01.corp.example"]
    );
    Ok(())
}

#[tokio::test]
async fn an_entry_that_is_too_large_is_named() -> Result<()> {
    let many: Vec<_> = (0..20_001).map(|n| format!("smtp:m{n}@corp.example")).collect();
    let many: Vec<_> = many.iter().map(String::as_str).collect();
    let long = format!("smtp:{}@corp.example", "l".repeat(17 * 1024));
    for values in [many.as_slice(), &[long.as_str()]] {
        let mut field = Field::new("monster").await?;
        let people: [(&str, &[&str]); 3] = [
            ("ann", &["SMTP:ann@corp.example"]),
            ("Monster List", values),
            ("bob", &["SMTP:bob@corp.example"]),
        ];
        let server = tree(&field, &people).start().await?;
        field.directory = served_by(&server);
        field.save(|_| ()).await?;
        let failed = field.sync().await?;
        let failure = failed.run.failure.as_ref().context("a failure")?;
        assert_eq!(failure.code, "LIMIT_EXCEEDED", "{failure:?}");
        assert!(
            failure.detail.contains("CN=Monster List,DC=corp,DC=example"),
            "{failure:?}"
        );
        assert_eq!(field.accounts().await?, [""; 0]);
    }
    Ok(())
}

#[tokio::test]
async fn a_filter_that_matches_nothing_is_held_before_it_removes_anybody() -> Result<()> {
    let mut field = Field::new("nothing").await?;
    let server = tree(&field, &[("sam", &["SMTP:sam.toll@corp.example"])])
        .start()
        .await?;
    field.directory = served_by(&server);
    field.save(|_| ()).await?;
    field.sync().await?;
    // A server that does not know an attribute answers success, with nothing.
    server.become_tree(tree(&field, &[]));
    for filter in [
        "(!(msExchHideFromAddressLists=TRUE))",
        "(memberOf:1.2.840.113556.1.4.1941:=CN=Domain Users,CN=Users,DC=corp,DC=example)",
    ] {
        filter.clone_into(&mut field.directory.filter);
        field.save(|_| ()).await?;
        let held = field.sync().await?.run;
        assert_eq!(held.held_reason(), HeldReason::EmptyRead, "{held:?}");
        let steps = field.tenant.test_connection(None).await?;
        let count = steps
            .iter()
            .find(|step| step.kind() == TestStepKind::Count)
            .context("a count")?;
        assert_eq!(count.state(), TestStepState::Warning);
        assert!(count.message.contains("No object"), "{count:?}");
        assert_eq!(
            count.advice.contains("primaryGroupID=513"),
            filter.contains("memberOf"),
            "{count:?}"
        );
    }
    Ok(())
}
