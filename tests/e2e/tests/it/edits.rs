//! Edits of accounts in the portal: a refused edit is refused by name, and nothing of it is saved.

use anyhow::Result;
use rollcall_e2e::{
    Office, Tenant,
    status::{Refusal, refused},
    tenant::portal::manual_account,
};
use rollcall_proto::v1::{Account, AccountAddress, ObjectType};
use tonic::Code;

use crate::office::account;

/// A tenant with an account of the directory, `ann` with the alias `annie`, and one made by hand, `press`.
async fn both(word: &str) -> Result<(Tenant, Account, Account)> {
    let (tenant, _) = Office::new(word)
        .objects(|tenant| {
            let ann = tenant.person("ann");
            vec![ann.alias(&tenant.address("annie"))]
        })
        .saved()
        .await?;
    tenant.sync().await?;
    let press = tenant
        .put_account(manual_account(&tenant.address("press"), &[]))
        .await?;
    let ann = account(&tenant, "ann").await?;
    Ok((tenant, ann, press))
}

fn reason<T: std::fmt::Debug>(answer: Result<T, tonic::Status>) -> (Code, String) {
    let Refusal { code, reason, .. } = refused(answer);
    (code, reason)
}

fn failed(reason: &str) -> (Code, String) {
    (Code::FailedPrecondition, reason.to_owned())
}

#[tokio::test]
async fn every_wrong_field_of_an_account_is_named_and_hsr_is_for_users() -> Result<()> {
    let (tenant, _, press) = both("fields").await?;
    let given = |address: &str| AccountAddress {
        address: address.to_owned(),
        ..AccountAddress::default()
    };
    let alias = tenant.address("twice");
    let wrong = Account {
        account_id: "no uuid".to_owned(),
        addresses: vec![given(&alias), given("no address"), given(&alias.to_uppercase())],
        r#type: 99,
        ..manual_account("", &[])
    };
    let refusal = refused(tenant.put_account(wrong).await);
    assert_eq!(refusal.code, Code::InvalidArgument);
    assert_eq!(
        refusal.fields,
        [
            "account.account_id",
            "account.primary_address",
            "account.addresses[1].address",
            "account.addresses[2].address",
            "account.type"
        ]
    );
    let group = Account {
        r#type: ObjectType::Group.into(),
        hsr_enabled: true,
        ..press
    };
    assert_eq!(
        refused(tenant.put_account(group).await).fields,
        ["account.hsr_enabled"]
    );
    Ok(())
}

#[tokio::test]
async fn an_account_that_cannot_be_is_refused_and_nothing_of_it_is_saved() -> Result<()> {
    let (tenant, ann, press) = both("cannot-be").await?;
    let before = tenant.accounts().await?;
    let put = async |account: Account| reason(tenant.put_account(account).await);
    let taken = (Code::AlreadyExists, "ADDRESS_TAKEN".to_owned());
    assert_eq!(put(manual_account(&tenant.address("annie"), &[])).await, taken);
    assert_eq!(
        put(manual_account(
            &tenant.address("free"),
            &[&tenant.address("press")]
        ))
        .await,
        taken
    );
    assert_eq!(
        put(manual_account("somebody@elsewhere.example", &[])).await,
        failed("DOMAIN_NOT_REGISTERED")
    );
    let nobody = Account {
        account_id: uuid::Uuid::now_v7().to_string(),
        ..press.clone()
    };
    assert_eq!(put(nobody).await, (Code::NotFound, "NO_ACCOUNT".to_owned()));

    // Addresses in the directory stay: all of them, which of them is the primary, and the type.
    let bare = Account {
        addresses: Vec::new(),
        ..ann.clone()
    };
    let renamed = Account {
        primary_address: tenant.address("annie"),
        ..ann.clone()
    };
    let another_kind = Account {
        r#type: ObjectType::Contact.into(),
        hsr_enabled: false,
        ..ann.clone()
    };
    for held in [bare, renamed, another_kind] {
        assert_eq!(put(held).await, failed("HELD_BY_DIRECTORY"));
    }
    assert_eq!(tenant.accounts().await?, before);

    tenant.remove_account(&press.account_id).await?;
    assert_eq!(put(press).await, failed("ALREADY_REMOVED"));
    Ok(())
}

#[tokio::test]
async fn removing_restoring_and_protecting_are_refused_where_they_make_no_sense() -> Result<()> {
    let (tenant, ann, press) = both("no-sense").await?;
    let (ann, press) = (ann.account_id.as_str(), press.account_id.as_str());
    let unknown = uuid::Uuid::now_v7().to_string();
    let (rival, _) = Office::new("rival").saved().await?;
    let no_account = (Code::NotFound, "NO_ACCOUNT".to_owned());
    for (tenant, id) in [(&tenant, unknown.as_str()), (&rival, ann)] {
        assert_eq!(reason(tenant.remove_account(id).await), no_account);
        assert_eq!(reason(tenant.restore_account(id).await), no_account);
        assert_eq!(reason(tenant.protect(id, true).await), no_account);
    }
    let malformed = refused(tenant.remove_account("no uuid").await);
    assert_eq!(
        (malformed.code, malformed.fields),
        (Code::InvalidArgument, vec!["account_id".to_owned()])
    );

    tenant.protect(press, true).await?;
    assert_eq!(reason(tenant.remove_account(press).await), failed("PROTECTED"));
    tenant.protect(press, false).await?;
    assert_eq!(reason(tenant.restore_account(press).await), failed("NOT_REMOVED"));
    tenant.remove_account(press).await?;
    assert_eq!(
        reason(tenant.remove_account(press).await),
        failed("ALREADY_REMOVED")
    );
    assert_eq!(
        reason(tenant.protect(press, true).await),
        failed("ALREADY_REMOVED")
    );
    let other = format!("other.{}", tenant.domain);
    tenant.put_domains(&[(&other, "")]).await?;
    assert_eq!(
        reason(tenant.restore_account(press).await),
        failed("DOMAIN_NOT_REGISTERED")
    );
    tenant.put_domains(&[(&other, ""), (&tenant.domain, "")]).await?;
    tenant.restore_account(press).await?;
    Ok(())
}
