//! The attributes that carry addresses, and the prefixes in them.

use anyhow::Result;
use rollcall_e2e::Forest;
use rollcall_proto::v1::AddressType;

use super::Field;

/// A directory of one person of OpenLDAP, with these further lines of LDIF.
fn staff(name: &str, lines: &str) -> String {
    format!(
        "dn: OU=Staff,DC=corp,DC=example\nobjectClass: organizationalUnit\nou: Staff\n\n\
         dn: CN={name},OU=Staff,DC=corp,DC=example\nobjectClass: inetOrgPerson\nobjectClass: mailRecipient\n\
         cn: {name}\nsn: {name}\n{lines}\n"
    )
}

/// One person of OpenLDAP, read by these attributes.
async fn read_by(word: &str, name: &str, lines: &str, attributes: &[&str]) -> Result<(Field, Forest)> {
    let (mut field, forest) = Field::in_openldap(word, &staff(name, lines)).await?;
    field.directory.attributes = attributes.iter().map(ToString::to_string).collect();
    field.save(|_| ()).await?;
    Ok((field, forest))
}

#[tokio::test]
async fn a_prefix_in_other_mailbox_is_taken_off() -> Result<()> {
    let ldif = "\
dn: OU=Staff,DC=corp,DC=example
objectClass: organizationalUnit
ou: Staff

dn: CN=Lea Noll,OU=Staff,DC=corp,DC=example
objectClass: user
cn: Lea Noll
proxyAddresses: SMTP:lea.noll@corp.example
otherMailbox: smtp:lea.alt@corp.example
";
    let (mut field, _forest) = Field::in_active_directory("other-mailbox", ldif).await?;
    field.directory.attributes = vec!["proxyAddresses".to_owned(), "otherMailbox".to_owned()];
    field.save(|_| ()).await?;
    field.sync().await?;
    assert_eq!(
        field.accounts().await?,
        ["USER HSR lea.noll@corp.example PRIMARY, lea.alt@corp.example ALIAS"]
    );
    Ok(())
}

#[tokio::test]
async fn the_primary_attribute_names_the_primary_address() -> Result<()> {
    let lines = "objectClass: fieldExtra\nmail: zoe@partner.example\nmailPrimaryAddress: zoe.oth@corp.example\n\
                 mailAlternativeAddress: a.oth@corp.example";
    let attributes = ["mailPrimaryAddress", "mailAlternativeAddress"];
    let (mut field, _forest) = read_by("primary-attribute", "Zoe Oth", lines, &attributes).await?;
    let without = field.preview().await?;
    let stands_in = without.row("a.oth@corp.example")?;
    assert_eq!(stands_in.address_type(), AddressType::Primary);
    assert_eq!(stands_in.directory_type(), AddressType::Alias);

    field.directory.primary_attribute = "mailprimaryaddress".to_owned();
    let saved = field.save(|_| ()).await?.directory.unwrap_or_default();
    assert_eq!(saved.primary_attribute, "mailPrimaryAddress");
    let first = field.sync().await?;
    assert_eq!(
        first.lines(),
        [
            "a.oth@corp.example ADD NEW_ACCOUNT",
            "zoe.oth@corp.example ADD NEW_ACCOUNT"
        ]
    );
    let types = |address| {
        first
            .row(address)
            .map(|row| (row.directory_type(), row.address_type()))
    };
    assert_eq!(
        types("zoe.oth@corp.example")?,
        (AddressType::Primary, AddressType::Primary)
    );
    assert_eq!(
        types("a.oth@corp.example")?,
        (AddressType::Alias, AddressType::Alias)
    );
    assert_eq!(
        field.sync().await?.lines(),
        ["a.oth@corp.example KEEP", "zoe.oth@corp.example KEEP"]
    );
    Ok(())
}

#[tokio::test]
async fn mail_stands_back_behind_smtp_in_capitals() -> Result<()> {
    let lines = "mail: old.name@corp.example\nproxyAddresses: SMTP:new.name@corp.example\n\
                 proxyAddresses: smtp:old.name@corp.example";
    let (mut field, _forest) = read_by("mail-and-smtp", "Pia Rahn", lines, &["mail"]).await?;
    field.sync().await?;
    assert_eq!(
        field.accounts().await?,
        ["USER HSR old.name@corp.example PRIMARY"]
    );

    field.directory.attributes.insert(0, "proxyAddresses".to_owned());
    field.save(|_| ()).await?;
    let renamed = field.sync().await?;
    assert_eq!(
        renamed.row("old.name@corp.example")?.reason().as_str_name(),
        "REASON_RENAMED"
    );
    assert_eq!(
        field.accounts().await?,
        ["USER HSR new.name@corp.example PRIMARY, old.name@corp.example ALIAS"]
    );
    assert_eq!(
        field.sync().await?.lines(),
        ["new.name@corp.example KEEP", "old.name@corp.example KEEP"]
    );
    Ok(())
}

#[tokio::test]
async fn a_prefix_with_a_typing_error_is_shown_as_it_stands() -> Result<()> {
    let lines = "proxyAddresses: SMTP:rex.sohn@corp.example\nproxyAddresses: stmp:rs@corp.example\n\
                 proxyAddresses: mailto:rexs@corp.example\nproxyAddresses: SMPT:sohn@corp.example\n\
                 proxyAddresses: smtp;r.sohn@corp.example";
    let (field, _forest) = read_by("typing-error", "Rex Sohn", lines, &[]).await?;
    let first = field.sync().await?;
    assert_eq!(
        first.lines(),
        [
            "SMPT:sohn@corp.example SKIP UNKNOWN_PREFIX",
            "mailto:rexs@corp.example SKIP UNKNOWN_PREFIX",
            "rex.sohn@corp.example ADD NEW_ACCOUNT",
            "smtp;r.sohn@corp.example SKIP INVALID_ADDRESS",
            "stmp:rs@corp.example SKIP UNKNOWN_PREFIX",
        ]
    );
    assert_eq!(first.run.counts.unwrap_or_default().not_email, 0);
    let explained = field.tenant.explain(&field.named("stmp:rs@corp.example")).await?;
    assert_eq!(explained.rows.len(), 1, "{explained:?}");
    Ok(())
}

#[tokio::test]
async fn of_several_mail_values_the_lowest_is_the_primary_and_stays_it() -> Result<()> {
    let lines = "mail: zed.abt@corp.example\nmail: b.first@corp.example\nmail: zed@brand.example";
    let (field, forest) = read_by("several-mails", "Zed Abt", lines, &["mail"]).await?;
    field.sync().await?;
    let expected =
        "USER HSR b.first@corp.example PRIMARY, zed.abt@corp.example ALIAS, zed@brand.example ALIAS";
    assert_eq!(field.accounts().await?, [expected]);

    let values = ["a.first@corp.example", "b.first@corp.example"].map(|value| field.named(value));
    forest
        .set("Zed Abt", "mail", &values.each_ref().map(String::as_str))
        .await?;
    let second = field.sync().await?;
    assert_eq!(
        second.row("b.first@corp.example")?.address_type(),
        AddressType::Primary
    );
    assert_eq!(
        second.row("a.first@corp.example")?.address_type(),
        AddressType::Alias
    );
    Ok(())
}

#[tokio::test]
async fn a_prefix_in_mail_is_taken_off() -> Result<()> {
    let (field, _forest) = read_by(
        "prefixed-mail",
        "Cal Dahl",
        "mail: SMTP:cal.dahl@corp.example",
        &["mail"],
    )
    .await?;
    let first = field.sync().await?;
    assert_eq!(first.lines(), ["cal.dahl@corp.example ADD NEW_ACCOUNT"]);
    assert_eq!(
        field.accounts().await?,
        ["USER HSR cal.dahl@corp.example PRIMARY"]
    );
    Ok(())
}

#[tokio::test]
async fn an_address_for_something_else_is_not_e_mail_in_any_attribute() -> Result<()> {
    let lines = "objectClass: fieldExtra\nmail: dee@corp.example\nmailAlternativeAddress: X500:/o=Corp/cn=dee\n\
                 mailAlternativeAddress: sip:dee.voice@corp.example";
    let attributes = ["mail", "mailAlternativeAddress"];
    let (field, _forest) = read_by("other-spaces", "Dee Ek", lines, &attributes).await?;
    let first = field.sync().await?;
    assert_eq!(first.lines(), ["dee@corp.example ADD NEW_ACCOUNT"]);
    assert_eq!(first.run.counts.unwrap_or_default().not_email, 2);
    Ok(())
}

#[tokio::test]
async fn what_is_no_address_in_another_attribute_is_shown_by_its_length_alone() -> Result<()> {
    let lines = "objectClass: fieldExtra\nmail: eva@corp.example\nmailAlternativeAddress: alarm code 4711";
    let attributes = ["mail", "mailAlternativeAddress"];
    let (field, _forest) = read_by("by-length", "Eva Fuhr", lines, &attributes).await?;
    let first = field.sync().await?;
    assert_eq!(
        first.lines(),
        [
            "(a value of mailAlternativeAddress, 15 octets) SKIP INVALID_ADDRESS",
            "eva@corp.example ADD NEW_ACCOUNT",
        ]
    );
    assert!(!field.tenant.csv(&first.run.run_id).await?.contains("4711"));
    Ok(())
}
