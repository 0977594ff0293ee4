//! Copies of objects: conflict copies, users created from another one, leftovers of a migration.

use anyhow::Result;
use rollcall_e2e::Forest;
use rollcall_proto::v1::{Removal, RunState};

use super::{Decided, Field};

const STAFF: &str = "dn: OU=Staff,DC=corp,DC=example\nobjectClass: organizationalUnit\nou: Staff\n\n";
const YVE: &str = "dn: CN=Yve Zorn,OU=Staff,DC=corp,DC=example\nobjectClass: inetOrgPerson\n\
                   objectClass: mailRecipient\ncn: Yve Zorn\nsn: Zorn\n\
                   proxyAddresses: SMTP:yve.zorn@corp.example\nproxyAddresses: smtp:yz@corp.example\n\n";
/// What a replication conflict leaves of her: the same under a name with a line feed.
const CONFLICT: &str = "dn: CN=Yve Zorn\\0ACNF:0b0b0b0b-1111-2222-3333-444444444444,OU=Staff,DC=corp,DC=example\n\
                        objectClass: inetOrgPerson\nobjectClass: mailRecipient\n\
                        cn:: WXZlIFpvcm4KQ05GOjBiMGIwYjBiLTExMTEtMjIyMi0zMzMzLTQ0NDQ0NDQ0NDQ0NA==\n\
                        sn: CNF:0b0b0b0b-1111-2222-3333-444444444444\n\
                        proxyAddresses: SMTP:yve.zorn@corp.example\nproxyAddresses: smtp:yz@corp.example\n\n";
/// The name of the copy, as a filter spells it.
const CONFLICT_NAME: &str = "Yve Zorn\\0aCNF:0b0b0b0b-1111-2222-3333-444444444444";

const HER_ACCOUNT: &str = "USER HSR yve.zorn@corp.example PRIMARY, yz@corp.example ALIAS";
const KEPT: [&str; 2] = ["yve.zorn@corp.example KEEP", "yz@corp.example KEEP"];

/// A person with these values of `proxyAddresses`.
fn person(name: &str, values: &[&str]) -> String {
    let values: Vec<_> = values
        .iter()
        .map(|value| format!("proxyAddresses: {value}"))
        .collect();
    format!(
        "dn: CN={name},OU=Staff,DC=corp,DC=example\nobjectClass: inetOrgPerson\nobjectClass: mailRecipient\n\
         cn: {name}\nsn: {name}\n{}\n\n",
        values.join("\n")
    )
}

/// A tenant whose portal has Yve's account.
async fn with_yve(word: &str) -> Result<(Field, Forest)> {
    let (field, forest) = Field::in_openldap(word, &(STAFF.to_owned() + YVE)).await?;
    assert_eq!(field.sync().await?.run.state(), RunState::Succeeded);
    Ok((field, forest))
}

/// A sync that nobody gets an account or a welcome from.
async fn sync_without_news(field: &Field) -> Result<Decided> {
    let decided = field.sync().await?;
    let counts = decided.run.counts.unwrap_or_default();
    assert_eq!(decided.run.state(), RunState::Succeeded);
    assert_eq!((counts.accounts_created, counts.welcomes), (0, 0));
    assert_eq!(field.accounts().await?, [HER_ACCOUNT]);
    Ok(decided)
}

#[tokio::test]
async fn a_conflict_copy_takes_nothing_from_the_account_that_has_its_addresses() -> Result<()> {
    let (field, forest) = with_yve("conflict-copy").await?;
    field.load(&forest, CONFLICT).await?;
    let copied = sync_without_news(&field).await?;
    assert_eq!(
        copied.lines(),
        [
            "yve.zorn@corp.example KEEP",
            "yve.zorn@corp.example SKIP CLAIMED_BY_OTHER_OBJECT",
            "yz@corp.example KEEP",
            "yz@corp.example SKIP CLAIMED_BY_OTHER_OBJECT",
        ]
    );
    let refused = copied.rows.iter().filter(|row| row.object_dn.contains("CNF:"));
    for row in refused {
        assert!(
            row.other.to_lowercase().starts_with("cn=yve zorn,ou=staff,"),
            "{row:?}"
        );
        assert!(!row.object_dn.contains('\n'), "{:?}", row.object_dn);
    }
    forest.remove(CONFLICT_NAME).await?;
    assert_eq!(sync_without_news(&field).await?.lines(), KEPT);
    Ok(())
}

#[tokio::test]
async fn of_two_copies_in_the_first_read_each_gets_an_address() -> Result<()> {
    let ldif = STAFF.to_owned() + YVE + CONFLICT;
    let (field, forest) = Field::in_openldap("copies-first", &ldif).await?;
    let first = field.sync().await?;
    assert_eq!(
        field.accounts().await?,
        [
            "USER HSR yve.zorn@corp.example PRIMARY",
            "USER HSR yz@corp.example PRIMARY"
        ]
    );
    let holder_of_alias = first
        .rows
        .iter()
        .find(|row| row.address == "yz@corp.example" && row.other.is_empty());
    let is_copy = holder_of_alias.is_some_and(|row| row.object_dn.contains("CNF:"));
    let name = if is_copy { CONFLICT_NAME } else { "Yve Zorn" };
    forest.remove(name).await?;
    let second = field.sync().await?;
    assert_eq!(
        second.lines(),
        ["yve.zorn@corp.example KEEP", "yz@corp.example UPDATE MOVED"]
    );
    assert_eq!(field.accounts().await?, [HER_ACCOUNT]);
    Ok(())
}

#[tokio::test]
async fn a_copy_with_an_address_of_its_own_in_a_foreign_domain_gets_no_account() -> Result<()> {
    let (field, forest) = with_yve("copied-user").await?;
    let copy = person("Copy", &["SMTP:copy@corp.local", "smtp:yz@corp.example"]);
    field.load(&forest, &copy).await?;
    assert_eq!(
        sync_without_news(&field).await?.lines(),
        [
            "copy@corp.local SKIP DOMAIN_NOT_REGISTERED",
            "yve.zorn@corp.example KEEP",
            "yz@corp.example KEEP",
            "yz@corp.example SKIP CLAIMED_BY_OTHER_OBJECT",
        ]
    );
    Ok(())
}

#[tokio::test]
async fn a_leftover_of_a_migration_gets_an_alias_once_its_holder_gives_it_up() -> Result<()> {
    let (field, forest) = with_yve("leftover").await?;
    field
        .load(&forest, &person("Leftover", &["smtp:yz@corp.example"]))
        .await?;
    sync_without_news(&field).await?;
    field
        .save(|settings| {
            settings.removal = Some(Removal {
                limit_accounts: Some(1),
                ..Removal::default()
            });
        })
        .await?;
    let kept = field.named("SMTP:yve.zorn@corp.example");
    forest.set_addresses("Yve Zorn", &[kept]).await?;
    let given_up = field.sync().await?;
    assert_eq!(
        given_up.lines(),
        ["yve.zorn@corp.example KEEP", "yz@corp.example UPDATE MOVED"]
    );
    assert_eq!(
        field.accounts().await?,
        [
            "USER HSR yve.zorn@corp.example PRIMARY",
            "USER HSR yz@corp.example PRIMARY"
        ]
    );
    Ok(())
}
