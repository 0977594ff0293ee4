//! Reads that are larger than what may be held in memory come out as any other.

use anyhow::{Context, Result};
use rollcall_e2e::{Forest, Object, Tenant, tenant::in_short};
use rollcall_proto::v1::{Run, Verdict};
use rollcall_testbed::{Kind, StackOptions};

use crate::own::Own;

const PEOPLE: u64 = 500;
const ADDRESSES_EACH: u64 = 15;

/// A person of more than a kilobyte.
fn somebody(tenant: &Tenant, n: u64) -> Object {
    let primary = tenant.person(&format!("p{n}"));
    let padding = "x".repeat(50);
    (1..ADDRESSES_EACH).fold(primary, |person, k| {
        person.alias(&tenant.address(&format!("a{k}.{padding}.{n}")))
    })
}

async fn populate(tenant: &Tenant, forest: &Forest) -> Result<()> {
    for n in 0..PEOPLE {
        forest.add(&somebody(tenant, n)).await?;
    }
    Ok(())
}

/// Syncs, sees that everybody came in, changes one of them, and syncs again. Answers the second run.
async fn first_and_changed(tenant: &Tenant, forest: &Forest) -> Result<Run> {
    let first = tenant.sync().await?;
    let counts = first.counts.context("counts")?;
    assert_eq!(counts.add, PEOPLE * ADDRESSES_EACH, "{counts:?}");
    assert_eq!(counts.accounts, PEOPLE);
    forest
        .set_addresses("p0", &[format!("SMTP:{}", tenant.address("p0"))])
        .await?;
    tenant.sync().await
}

#[tokio::test]
async fn a_read_beyond_the_memory_of_a_run_is_staged_and_comes_out_the_same() -> Result<()> {
    let small = StackOptions::default().set(Kind::Reconcile, "ROLLCALL_LIMITS__RUN_MIB", "1");
    let own = Own::start(small).await?;
    let (tenant, forest) = own.tenant("staged").await?;
    populate(&tenant, &forest).await?;
    tenant.put_directory(forest.settings()).await?;
    // The same directory, read by services that hold it in memory.
    let usual = Tenant::unknown(own.bed.endpoints()?, "unstaged").await?;
    usual.put_domains(&[(&tenant.domain, "")]).await?;
    usual.put_directory(forest.settings()).await?;

    let changed = first_and_changed(&tenant, &forest).await?;
    let first_usual = usual.sync().await?;

    let log = own.stack.service(Kind::Reconcile, 0)?.log();
    assert_eq!(
        log.matches("the read is staged").count(),
        2,
        "both reads are staged"
    );
    let staged = "SELECT count(*) FROM reconcile.staged_batch WHERE tenant_id = $1";
    assert_eq!(
        own.number(staged, &tenant).await?,
        0,
        "and nothing of them is left"
    );
    let counts = changed.counts.context("counts")?;
    assert_eq!(counts.stale, ADDRESSES_EACH - 1, "{counts:?}");
    let kept = |rows: Vec<(String, Verdict, String)>, verdict| -> Vec<String> {
        rows.into_iter()
            .filter(|row| row.1 == verdict)
            .map(|row| row.0)
            .collect()
    };
    assert_eq!(
        kept(in_short(&tenant.rows(&changed.run_id).await?), Verdict::Keep),
        kept(in_short(&usual.rows(&first_usual.run_id).await?), Verdict::Add),
    );
    Ok(())
}

#[tokio::test]
async fn a_read_beyond_the_buffer_of_a_worker_is_streamed_with_the_same_result() -> Result<()> {
    let small = StackOptions::default().set(Kind::Worker, "ROLLCALL_LIMITS__HOLD_BYTES", "2000");
    let own = Own::start(small).await?;
    let (tenant, forest) = own.tenant("streamed").await?;
    populate(&tenant, &forest).await?;
    tenant.put_directory(forest.settings()).await?;

    let changed = first_and_changed(&tenant, &forest).await?;
    let again = tenant.sync().await?;

    let counts = changed.counts.context("counts")?;
    assert_eq!(counts.stale, ADDRESSES_EACH - 1, "{counts:?}");
    let kept = PEOPLE * ADDRESSES_EACH - counts.stale;
    assert_eq!(counts.keep, kept);
    let same = again.counts.context("counts")?;
    assert_eq!(
        (same.keep, same.stale, same.add, same.update),
        (kept, counts.stale, 0, 0)
    );
    assert_eq!(tenant.accounts().await?.len() as u64, PEOPLE);
    Ok(())
}
