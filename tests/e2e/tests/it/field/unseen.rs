//! Characters that nobody can see, in the directory, in the portal and in settings.

use anyhow::Result;
use rollcall_e2e::tenant::portal::manual_account;
use rollcall_proto::v1::RunState;
use tonic::Code;

use super::Field;

/// Three people, each with an invisible character in the local part.
const PASTED: &str = "\
dn: OU=Staff,DC=corp,DC=example
objectClass: organizationalUnit
ou: Staff

dn: CN=Ann Bell,OU=Staff,DC=corp,DC=example
objectClass: inetOrgPerson
objectClass: mailRecipient
cn: Ann Bell
sn: Bell
proxyAddresses:: U01UUDphbm7igIsuYmVsbEBjb3JwLmV4YW1wbGU=

dn: CN=Ben Cole,OU=Staff,DC=corp,DC=example
objectClass: inetOrgPerson
objectClass: mailRecipient
cn: Ben Cole
sn: Cole
proxyAddresses:: U01UUDrigaBiZW4uY29sZUBjb3JwLmV4YW1wbGU=

dn: CN=Cay Dorn,OU=Staff,DC=corp,DC=example
objectClass: inetOrgPerson
objectClass: mailRecipient
cn: Cay Dorn
sn: Dorn
proxyAddresses:: U01UUDpjYXnCrS5kb3JuQGNvcnAuZXhhbXBsZQ==
";

#[tokio::test]
async fn an_address_with_an_invisible_character_is_shown_and_becomes_no_account() -> Result<()> {
    let (field, _forest) = Field::in_openldap("zero-width", PASTED).await?;
    let first = field.sync().await?;
    assert_eq!(first.run.state(), RunState::Succeeded);
    assert_eq!(
        first.lines(),
        [
            r"\u{2060}ben.cole@corp.example SKIP INVALID_ADDRESS",
            r"ann\u{200b}.bell@corp.example SKIP INVALID_ADDRESS",
            r"cay\u{ad}.dorn@corp.example SKIP INVALID_ADDRESS",
        ]
    );
    assert!(field.accounts().await?.is_empty());
    assert!(
        field
            .tenant
            .csv(&first.run.run_id)
            .await?
            .contains(r"ann\u{200b}.bell@")
    );
    let explained = field
        .tenant
        .explain(&field.named("ann\u{200b}.bell@corp.example"))
        .await?;
    assert_eq!(explained.rows.len(), 1, "{explained:?}");
    Ok(())
}

#[tokio::test]
async fn an_address_with_an_invisible_character_cannot_be_typed_in_the_portal() -> Result<()> {
    let field = Field::new("typed").await?;
    for typed in [
        "ann\u{200b}.bell@corp.example",
        "\u{2060}ben.cole@corp.example",
        "cay\u{ad}.dorn@corp.example",
        "\u{301}@corp.example",
        "dora\u{e0041}@corp.example",
        "emil@corp.example\u{a0}",
    ] {
        let account = manual_account(&field.named(typed), &[]);
        let refused = field.tenant.put_account(account).await.unwrap_err();
        assert_eq!(refused.code(), Code::InvalidArgument, "{typed:?}");
    }
    assert!(field.accounts().await?.is_empty());
    Ok(())
}

#[tokio::test]
async fn a_direction_mark_from_a_dialog_makes_no_second_account() -> Result<()> {
    let (field, _forest) = Field::in_openldap(
        "direction",
        "\
dn: OU=Staff,DC=corp,DC=example
objectClass: organizationalUnit
ou: Staff

dn: CN=Dora Ek,OU=Staff,DC=corp,DC=example
objectClass: inetOrgPerson
objectClass: mailRecipient
cn: Dora Ek
sn: Ek
proxyAddresses:: U01UUDrigKpkb3JhLmVrQGNvcnAuZXhhbXBsZQ==

dn: CN=Dora Ek 2,OU=Staff,DC=corp,DC=example
objectClass: inetOrgPerson
objectClass: mailRecipient
cn: Dora Ek 2
sn: 2
proxyAddresses: SMTP:dora.ek@corp.example

dn: CN=Emil Fry,OU=Staff,DC=corp,DC=example
objectClass: inetOrgPerson
objectClass: mailRecipient
cn: Emil Fry
sn: Fry
proxyAddresses:: U01UUDrigI5lbWlsLmZyeUBjb3JwLmV4YW1wbGU=
",
    )
    .await?;
    let first = field.sync().await?;
    assert_eq!(
        first.lines(),
        [
            r"\u{200e}emil.fry@corp.example SKIP INVALID_ADDRESS",
            r"\u{202a}dora.ek@corp.example SKIP INVALID_ADDRESS",
            "dora.ek@corp.example ADD NEW_ACCOUNT",
        ]
    );
    assert_eq!(field.accounts().await?, ["USER HSR dora.ek@corp.example PRIMARY"]);
    assert_eq!(first.run.counts.unwrap_or_default().welcomes, 1);
    Ok(())
}

#[tokio::test]
async fn what_is_pasted_around_user_and_host_is_neither_stored_nor_sent() -> Result<()> {
    let (field, _forest) = Field::in_openldap("pasted", PASTED).await?;
    let before = field.directory.clone();
    let saved = field
        .save(|settings| {
            let directory = settings.directory.get_or_insert_default();
            directory.bind_username.push_str(" \u{a0}\u{200b}");
            directory.hosts[0].insert(0, '\u{feff}');
            directory.hosts[0].push('\u{a0}');
        })
        .await?
        .directory
        .unwrap_or_default();
    assert_eq!(saved.bind_username, before.bind_username);
    assert_eq!(saved.hosts, before.hosts);
    assert_eq!(field.sync().await?.run.state(), RunState::Succeeded);
    Ok(())
}

#[tokio::test]
async fn an_invisible_character_before_the_prefix_does_not_make_a_value_vanish() -> Result<()> {
    let (field, forest) = Field::in_openldap(
        "before-prefix",
        "\
dn: OU=Staff,DC=corp,DC=example
objectClass: organizationalUnit
ou: Staff

dn: CN=Gil Hart,OU=Staff,DC=corp,DC=example
objectClass: inetOrgPerson
objectClass: mailRecipient
cn: Gil Hart
sn: Hart
proxyAddresses: SMTP:gil.hart@corp.example
",
    )
    .await?;
    field.sync().await?;
    let spoilt = field.named("\u{200b}SMTP:gil.hart@corp.example");
    let elsewhere = "SM\u{ad}TP:gil@partner.example".to_owned();
    forest.set_addresses("Gil Hart", &[spoilt, elsewhere]).await?;
    let second = field.sync().await?;
    let row = second.row(r"\u{200b}SMTP:gil.hart@corp.example")?;
    assert_eq!(row.reason().as_str_name(), "REASON_UNKNOWN_PREFIX");
    assert_eq!(second.run.counts.unwrap_or_default().not_email, 1);
    assert_eq!(
        field.accounts().await?,
        ["USER HSR gil.hart@corp.example PRIMARY"]
    );
    let third = field.sync().await?;
    let counts = third.run.counts.unwrap_or_default();
    assert!(third.run.unchanged, "{:?}", third.run);
    assert_eq!((counts.claims, counts.not_email, counts.spoilt), (1, 1, 1));
    assert_eq!(third.run.counts, second.run.counts);
    Ok(())
}

#[tokio::test]
async fn an_invisible_character_in_a_domain_is_not_mapped_away() -> Result<()> {
    let (field, forest) = Field::in_openldap(
        "in-domain",
        "\
dn: OU=Staff,DC=corp,DC=example
objectClass: organizationalUnit
ou: Staff

dn: CN=Ida Juhl,OU=Staff,DC=corp,DC=example
objectClass: inetOrgPerson
objectClass: mailRecipient
cn: Ida Juhl
sn: Juhl
proxyAddresses: smtp:i@corp.example
",
    )
    .await?;
    let soft = field.named("ida@corp.example").replacen('.', "\u{ad}.", 1);
    forest
        .set_addresses("Ida Juhl", &[format!("SMTP:{soft}")])
        .await?;
    let first = field.sync().await?;
    let shown = soft.replace('\u{ad}', r"\u{ad}");
    assert_eq!(first.rows.len(), 1);
    assert_eq!(first.rows[0].address, shown);
    assert_eq!(first.rows[0].reason().as_str_name(), "REASON_INVALID_ADDRESS");
    assert!(field.accounts().await?.is_empty());
    Ok(())
}
