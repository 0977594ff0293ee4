//! Connection tests: each begins once, in its time.

use std::time::Duration;

use rollcall_chassis::clock;

use super::*;
use crate::{
    runs::connection_test::{self, BeginTest, BegunTest, StoredCredential},
    upkeep::sweeper,
};

fn test(ground: &Ground, generation: Option<i64>, seconds: i64) -> BeginTest {
    let now = clock::now();
    BeginTest {
        test_id: Uuid::now_v7(),
        expire_time: now + jiff::SignedDuration::from_secs(seconds),
        stored: generation.map(|generation| StoredCredential {
            tenant: ground.tenant.clone(),
            generation,
        }),
    }
}

#[tokio::test]
async fn a_test_begins_once_and_only_in_its_time() -> Result<()> {
    let ground = Ground::new().await?;
    let begin = async |test: &BeginTest| connection_test::begin(&ground.resources, test.clone()).await;
    let in_time = test(&ground, None, 300);
    assert_eq!(begin(&in_time).await?, BegunTest::Started(None));
    assert_eq!(begin(&in_time).await?, BegunTest::Repeated);
    sweeper::sweep(&ground.resources).await?;
    assert_eq!(
        begin(&in_time).await?,
        BegunTest::Repeated,
        "in its time it is kept"
    );
    for seconds in [-1, 7_200] {
        assert_eq!(begin(&test(&ground, None, seconds)).await?, BegunTest::Expired);
    }
    Ok(())
}

#[tokio::test]
async fn a_test_that_has_begun_is_forgotten_only_once_it_can_begin_no_more() -> Result<()> {
    let ground = Ground::new().await?;
    let soon = test(&ground, None, 1);
    connection_test::begin(&ground.resources, soon.clone()).await?;
    let left = "SELECT count(*) FROM reconcile.connection_test";
    let forgotten = async {
        while ground.count(left).await? > 0 {
            sweeper::sweep(&ground.resources).await?;
        }
        anyhow::Ok(())
    };
    tokio::time::timeout(Duration::from_secs(20), forgotten).await??;
    assert_eq!(
        connection_test::begin(&ground.resources, soon).await?,
        BegunTest::Expired
    );
    Ok(())
}

#[tokio::test]
async fn the_stored_credential_is_answered_as_long_as_it_is_the_tenants() -> Result<()> {
    let ground = Ground::new().await?.with_settings().await?;
    for (generation, is_answered) in [(6, true), (5, false)] {
        let begun = connection_test::begin(&ground.resources, test(&ground, Some(generation), 300)).await?;
        let BegunTest::Started(credential) = begun else {
            anyhow::bail!("{begun:?}");
        };
        assert_eq!(credential.is_some(), is_answered, "generation {generation}");
    }
    Ok(())
}
