//! Domains of other tenants, and malformed ones.

use anyhow::Result;
use rollcall_e2e::{Tenant, status::refused};
use rollcall_proto::v1::{GetDomainOwnerRequest, ReleaseDomainRequest};
use rollcall_testbed::Bed;
use tonic::Code;

use super::registered;

#[tokio::test]
async fn a_domain_has_one_owner_and_an_alias_of_an_alias_is_none() -> Result<()> {
    let (owner, _) = registered("owner").await?;
    let thief = Tenant::unknown(Bed::attach()?.endpoints()?, "thief").await?;
    let refusal = refused(
        thief
            .put_domains(&[(&thief.domain, ""), (&owner.domain, "")])
            .await,
    );
    assert_eq!(
        (refusal.code, refusal.reason.as_str()),
        (Code::AlreadyExists, "DOMAIN_UNAVAILABLE"),
        "{refusal:?}"
    );
    assert!(!refusal.message.contains(&owner.id), "it is not said whose");

    let (one, two) = (format!("one.{}", thief.domain), format!("two.{}", thief.domain));
    for wrong in [
        vec![("not a domain", "")],
        vec![(thief.domain.as_str(), ""), (thief.domain.as_str(), "")],
        vec![(one.as_str(), "unknown.example")],
        vec![
            (thief.domain.as_str(), ""),
            (one.as_str(), thief.domain.as_str()),
            (two.as_str(), one.as_str()),
        ],
    ] {
        let refusal = refused(thief.put_domains(&wrong).await);
        assert_eq!(refusal.code, Code::InvalidArgument, "{wrong:?}: {refusal:?}");
    }
    let refusal = refused(thief.start_sync().await);
    assert_eq!(refusal.reason, "NO_SETTINGS");
    Ok(())
}

#[tokio::test]
async fn two_tenants_who_take_each_others_domains_at_once_are_refused_and_never_block_each_other()
-> Result<()> {
    let (one, _) = registered("one").await?;
    let (two, _) = registered("two").await?;
    for round in 0..20 {
        let ones = [(two.domain.as_str(), "")];
        let twos = [(one.domain.as_str(), "")];
        let answers = tokio::join!(one.put_domains(&ones), two.put_domains(&twos));
        for refusal in [refused(answers.0), refused(answers.1)] {
            assert_eq!(refusal.reason, "DOMAIN_UNAVAILABLE", "round {round}: {refusal:?}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_domain_that_was_given_up_is_refused_like_one_that_is_owned_until_an_operator_releases_it()
-> Result<()> {
    let (owner, _) = registered("giver").await?;
    let thief = Tenant::unknown(Bed::attach()?.endpoints()?, "taker").await?;
    let wanted = [(owner.domain.as_str(), "")];
    let while_owned = refused(thief.put_domains(&wanted).await);

    let other = format!("other.{}", owner.domain);
    owner.put_domains(&[(&other, "")]).await?;
    let while_reserved = refused(thief.put_domains(&wanted).await);
    assert_eq!(while_reserved, while_owned);
    owner.put_domains(&[(&other, ""), (&owner.domain, "")]).await?;
    owner.put_domains(&[(&other, "")]).await?;

    let mut operator = owner.clients.accounts.clone();
    let request = GetDomainOwnerRequest {
        name: owner.domain.to_uppercase(),
    };
    let found = operator.get_domain_owner(request).await?.into_inner();
    assert_eq!((&found.tenant_id, &found.name), (&owner.id, &owner.domain));
    assert!(found.reserved_until.is_some());
    let request = ReleaseDomainRequest {
        name: owner.domain.clone(),
    };
    let released = operator.release_domain(request.clone()).await?.into_inner();
    assert_eq!(released.tenant_id, owner.id);
    thief.put_domains(&wanted).await?;
    let refusal = refused(operator.release_domain(request).await);
    assert_eq!(refusal.reason, "DOMAIN_NOT_RESERVED", "{refusal:?}");
    Ok(())
}
