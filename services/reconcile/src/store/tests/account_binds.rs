//! Binds of accounts over all tenants, and credentials that were accepted.

use futures::future::try_join_all;

use super::*;
use crate::{
    account_binds::{Permit, Settled},
    runs::{
        account_binds::{self, Answer, Stored},
        binds::{self, Bind},
    },
    upkeep::retention,
};

const ACCOUNT: [u8; 16] = [7; 16];
const HERE: &str = "192.0.2.1";
const ROWS: &str = "SELECT count(*) FROM reconcile.refused_bind";

async fn permit(ground: &Ground, stored: Option<Stored>) -> Result<Answer> {
    Ok(account_binds::permit(&ground.resources, &ACCOUNT, stored).await?)
}

async fn settle(ground: &Ground, settled: Settled) -> Result<()> {
    Ok(account_binds::settle(&ground.resources, &ACCOUNT, settled, true).await?)
}

#[tokio::test]
async fn calls_at_the_same_time_get_no_more_permits_than_may_be_refused() -> Result<()> {
    let ground = Ground::new().await?;
    let answers = try_join_all((0..8).map(|_| permit(&ground, None))).await?;
    let granted = |answer: &&Answer| matches!(answer, Answer::Decided(Permit::Granted));
    assert_eq!(answers.iter().filter(granted).count(), 3);
    for _ in 0..3 {
        settle(&ground, Settled::Refused).await?;
    }
    let paused = permit(&ground, None).await?;
    assert!(matches!(paused, Answer::Decided(Permit::Paused(_))));
    Ok(())
}

#[tokio::test]
async fn an_account_of_which_nothing_is_known_or_heard_has_no_row() -> Result<()> {
    let ground = Ground::new().await?;
    permit(&ground, None).await?;
    assert_eq!(ground.count(ROWS).await?, 1);
    settle(&ground, Settled::Accepted).await?;
    assert_eq!(ground.count(ROWS).await?, 0);

    permit(&ground, None).await?;
    settle(&ground, Settled::Refused).await?;
    retention::retain(&ground.resources).await?;
    assert_eq!(ground.count(ROWS).await?, 1);
    ground
        .as_reconcile("UPDATE reconcile.refused_bind SET update_time = now() - interval '49 hours'")
        .await?;
    retention::retain(&ground.resources).await?;
    assert_eq!(ground.count(ROWS).await?, 0);
    Ok(())
}

#[tokio::test]
async fn a_stored_credential_is_proven_from_an_accepted_bind_to_a_refused_one() -> Result<()> {
    let ground = Ground::new().await?.with_settings().await?;
    let stored = |generation, address: &str| {
        let tenant = ground.tenant.clone();
        let address = address.to_owned();
        Some(Stored {
            tenant,
            generation,
            address,
        })
    };
    let note = async |bind| {
        let Resources { store, reports, .. } = &*ground.resources;
        binds::note_bind(store, reports, &ground.tenant, 6, bind).await
    };
    let is_proven = async |generation, address| {
        let answer = permit(&ground, stored(generation, address)).await?;
        settle(&ground, Settled::Unknown).await?;
        anyhow::Ok(matches!(answer, Answer::Proven))
    };
    assert!(!is_proven(6, HERE).await?, "it was never tried");
    note(Bind::Accepted).await?;
    let read = format!("UPDATE reconcile.tenant SET server_address = '{HERE}'");
    ground.as_reconcile(&read).await?;
    assert!(is_proven(6, HERE).await?);
    assert!(!is_proven(5, HERE).await?, "another credential");
    assert!(!is_proven(6, "192.0.2.2").await?, "another server");
    note(Bind::Refused).await?;
    assert!(!is_proven(6, HERE).await?);
    Ok(())
}
