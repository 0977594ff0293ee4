//! Accounts made by hand, with Remove Accounts on.

use anyhow::Result;
use rollcall_e2e::{Office, office::REMOVING, tenant::portal::manual_account};
use rollcall_proto::v1::{Origin, Reason, Removal, Verdict};

use super::{decided, leave, row};
use crate::office::account;

const KEEPING_MANUAL: Removal = Removal {
    keep_manual: true,
    ..REMOVING
};

#[tokio::test]
async fn with_remove_accounts_manual_accounts_go_too_unless_they_are_kept() -> Result<()> {
    for (removal, stays) in [(REMOVING, false), (KEEPING_MANUAL, true)] {
        let (tenant, _) = Office::new("handmade").crowd(8).removal(removal).synced().await?;
        tenant
            .put_account(manual_account(&tenant.address("hand"), &[]))
            .await?;
        tenant.sync().await?;
        let hand = tenant.account_of(&tenant.address("hand")).await?;
        assert_eq!(hand.is_some(), stays, "{removal:?}");
        assert_eq!(tenant.accounts().await?.len(), 8 + usize::from(stays));
    }
    Ok(())
}

#[tokio::test]
async fn keeping_manual_makes_an_adopted_account_manual_again() -> Result<()> {
    let (tenant, forest) = Office::new("givenback").crowd(8).furnished().await?;
    let hand = tenant
        .put_account(manual_account(&tenant.address("p0"), &[]))
        .await?;
    tenant.put_removal(forest.settings(), KEEPING_MANUAL).await?;
    tenant.sync().await?;
    assert_eq!(
        account(&tenant, "p0").await?.addresses[0].origin(),
        Origin::Synced,
        "adopted"
    );
    leave(&forest, [0]).await?;
    let run = tenant.sync().await?;
    assert_eq!(
        decided(&row(&tenant, &run, "p0").await?),
        (Verdict::Update, Reason::GivenBack)
    );
    let back = account(&tenant, "p0").await?;
    assert_eq!(
        (&back.account_id, back.addresses[0].origin()),
        (&hand.account_id, Origin::Manual)
    );
    Ok(())
}
