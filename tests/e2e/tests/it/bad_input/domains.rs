//! Domains of other tenants, and malformed ones.

use anyhow::Result;
use rollcall_e2e::{Tenant, status::refused};
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
        (Code::AlreadyExists, "DOMAIN_OWNED"),
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
            assert_eq!(refusal.reason, "DOMAIN_OWNED", "round {round}: {refusal:?}");
        }
    }
    Ok(())
}
