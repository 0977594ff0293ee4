//! Syncs elsewhere have removed people who were there, for reasons that come again and again. Each of those here, against a
//! real directory: nobody is removed.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use rollcall_e2e::{
    Forest, Object, Office, Tenant, group, office::REMOVING, person, tenant::portal::manual_account,
};
use rollcall_proto::v1::{
    Directory, HeldReason, PausedReason, Run, RunState, Schedule, Security, Settings, Verdict,
};
use rollcall_testbed::{
    Bed, Kind, Proxy, StackOptions,
    openldap::{BLIND_USERNAME, LIMITED_ENTRIES, LIMITED_USERNAME},
};

use crate::{
    office::{past, scheduled_run},
    own::{Own, people},
};

/// Syncs with another directory in the settings: it fails with this code, and nothing is changed.
async fn fails(tenant: &Tenant, directory: Directory, code: &str) -> Result<Run> {
    let before = tenant.accounts().await?;
    tenant.put_removal(directory, REMOVING).await?;
    let run = tenant.failed_sync().await?;
    assert_eq!(run.failure.as_ref().context("a failure")?.code, code);
    assert_eq!(tenant.accounts().await?, before, "nothing is changed");
    Ok(run)
}

/// Syncs: the run is held for this reason, and nothing is changed.
async fn is_held(tenant: &Tenant, reason: HeldReason) -> Result<Run> {
    let before = tenant.accounts().await?;
    let run = tenant.held_sync().await?;
    assert_eq!(run.held_reason(), reason, "{run:?}");
    assert_eq!(tenant.accounts().await?, before, "nothing is changed");
    Ok(run)
}

#[tokio::test]
async fn a_directory_that_cannot_be_reached_is_no_empty_list() -> Result<()> {
    let (tenant, forest) = Office::new("unreachable").crowd(3).removing().synced().await?;
    let directory = Directory {
        port: i32::from(forest.closed_port()?),
        ..forest.settings()
    };
    fails(&tenant, directory, "CANNOT_CONNECT").await?;
    Ok(())
}

#[tokio::test]
async fn a_directory_that_is_lost_in_the_middle_disables_no_account() -> Result<()> {
    let (tenant, forest) = Office::new("middle").crowd(40).removing().synced().await?;
    let proxy = forest.proxy().await?;
    proxy.cut_after(6_000);
    fails(&tenant, proxy.settings(Security::Plaintext), "CONNECTION_LOST").await?;
    Ok(())
}

#[tokio::test]
async fn a_read_that_succeeds_with_nothing_is_held() -> Result<()> {
    let (tenant, forest) = Office::new("nothing").crowd(3).removing().synced().await?;
    forest.add_unit("empty").await?;
    let directory = Directory {
        search_bases: vec![format!("OU=empty,{}", forest.base())],
        ..forest.settings()
    };
    tenant.put_removal(directory, REMOVING).await?;
    is_held(&tenant, HeldReason::EmptyRead).await?;

    let (tenant, forest) = Office::new("blind")
        .in_openldap()
        .crowd(3)
        .removing()
        .synced()
        .await?;
    let directory = Directory {
        bind_username: BLIND_USERNAME.to_owned(),
        ..forest.settings()
    };
    tenant.put_removal(directory, REMOVING).await?;
    is_held(&tenant, HeldReason::EmptyRead).await?;
    Ok(())
}

#[tokio::test]
async fn a_filter_edited_wrongly_is_held_and_can_be_previewed_before_and_reverted_after() -> Result<()> {
    let (tenant, forest) = Office::new("edited").crowd(20).removing().synced().await?;
    let before = tenant.accounts().await?;
    let wrong = Directory {
        filter: "(cn=p1*)".to_owned(),
        ..forest.settings()
    };
    tenant.put_removal(wrong, REMOVING).await?;

    let preview = tenant.preview().await?;
    assert!(preview.would_hold, "it can be seen before: {preview:?}");
    let held = is_held(&tenant, HeldReason::RemovalLimit).await?;
    let rows = tenant.rows(&held.run_id).await?;
    let removed = rows.iter().filter(|row| row.verdict() == Verdict::Remove);
    assert_eq!(removed.count(), 9, "p0 and p2 to p9");

    let approved = tenant.approve(&held.run_id).await?;
    assert_eq!(tenant.accounts().await?.len(), 11);
    assert_eq!(tenant.removed_accounts().await?.len(), 9, "removal is soft");
    tenant.revert(&approved.run_id).await?;
    assert_eq!(tenant.accounts().await?, before, "all of it is reverted");
    Ok(())
}

#[tokio::test]
async fn a_replica_that_lacks_the_base_stands_in_for_no_server() -> Result<()> {
    let bed = Bed::attach()?;
    let (tenant, forest) = Office::new("replica").crowd(3).removing().synced().await?;
    // The main server is off; what answers in its place is another directory, without this unit.
    let off = forest.proxy().await?;
    let main = off.settings(Security::Plaintext);
    drop(off);
    let port = u16::try_from(main.port)?;
    let replica = Proxy::start_at(([127, 0, 0, 2], port).into(), bed.openldap()?.ldap_address()).await?;
    let directory = Directory {
        hosts: vec![main.hosts[0].clone(), replica.address().ip().to_string()],
        ..main
    };
    fails(&tenant, directory, "NO_SUCH_BASE").await?;
    assert!(replica.connections() > 0, "the replica was asked");
    Ok(())
}

#[tokio::test]
async fn a_query_that_answers_an_empty_set_is_held() -> Result<()> {
    let (tenant, forest) = Office::new("emptyset").crowd(3).removing().synced().await?;
    let directory = Directory {
        filter: "(cn=nobody)".to_owned(),
        ..forest.settings()
    };
    tenant.put_removal(directory.clone(), REMOVING).await?;
    is_held(&tenant, HeldReason::EmptyRead).await?;
    // Nor is any account marked as stale with Remove Accounts off.
    tenant.put_directory(directory).await?;
    is_held(&tenant, HeldReason::EmptyRead).await?;
    Ok(())
}

#[tokio::test]
async fn an_error_in_the_middle_of_paging_is_no_end_of_the_list() -> Result<()> {
    let small_pages = StackOptions::default().set(Kind::Worker, "ROLLCALL_DIRECTORY__PAGE_SIZE", "50");
    let own = Own::start(small_pages).await?;
    let count = LIMITED_ENTRIES as usize + 80;
    let (tenant, forest) = own.office("paging").crowd(count).removing().synced().await?;
    let limited = Directory {
        bind_username: LIMITED_USERNAME.to_owned(),
        ..forest.settings()
    };
    fails(&tenant, limited, "SIZE_LIMIT").await?;
    Ok(())
}

#[tokio::test]
async fn a_refused_bind_is_no_anonymous_search() -> Result<()> {
    let (tenant, forest) = Office::new("anonymous").crowd(3).removing().synced().await?;
    let directory = Directory {
        bind_password: Some("changed-since".to_owned()),
        ..forest.settings()
    };
    let run = fails(&tenant, directory, "WRONG_CREDENTIALS").await?;
    assert_eq!(run.counts.unwrap_or_default().objects, 0, "nothing was searched");
    Ok(())
}

#[tokio::test]
async fn an_error_while_the_missing_are_looked_for_is_no_proof_that_they_are_gone() -> Result<()> {
    let (tenant, forest) = Office::new("lookup").crowd(8).removing().synced().await?;
    forest.remove("p7").await?;
    let proxy = forest.proxy().await?;
    let directory = proxy.settings(Security::Plaintext);
    tenant.put_removal(directory.clone(), REMOVING).await?;
    let preview = tenant.preview().await?;
    assert_eq!(preview.counts.context("counts")?.remove, 1);
    // The last that the server says to a run is that the missing one is not there: it does not get through.
    proxy.cut_after(proxy.bytes_from_server() - 1);
    fails(&tenant, directory.clone(), "CONNECTION_LOST").await?;

    proxy.heal();
    let run = tenant.sync().await?;
    assert_eq!(run.counts.context("counts")?.remove, 1, "once it is proved");
    Ok(())
}

#[tokio::test]
async fn an_object_that_breaks_off_in_the_middle_of_its_values_loses_none() -> Result<()> {
    let (tenant, forest) = Forest::active_directory("values").await?;
    let many = (0..800).fold(person("ann").primary(&tenant.address("ann")), |ann, n| {
        ann.alias(&tenant.address(&format!("alias{n}")))
    });
    forest.add(&many).await?;
    tenant.put_removal(forest.settings(), REMOVING).await?;
    tenant.sync().await?;
    let proxy = forest.proxy().await?;
    proxy.cut_after(12_000);
    fails(&tenant, proxy.settings(Security::Plaintext), "CONNECTION_LOST").await?;
    let ann = tenant.accounts().await?.into_iter().next().context("ann")?;
    assert_eq!(ann.addresses.len(), 801);
    Ok(())
}

#[tokio::test]
async fn a_preview_writes_only_rows() -> Result<()> {
    let (tenant, forest) = Office::new("dryrun").crowd(3).removing().synced().await?;
    tenant
        .put_account(manual_account(&tenant.address("hand"), &[]))
        .await?;
    forest.remove("p2").await?;
    forest.set("p0", "userAccountControl", &["546"]).await?;
    forest.add(&person("new").primary(&tenant.address("new"))).await?;
    let past = past().await?;
    let portal = || async {
        let accounts = past.number(
            "SELECT sum(hashtextextended(a::text, 0) / 1000000)::bigint FROM portal.account a WHERE tenant_id = $1",
            &tenant,
        );
        let addresses = past.number(
            "SELECT sum(hashtextextended(a::text, 0) / 1000000)::bigint FROM portal.address a WHERE tenant_id = $1",
            &tenant,
        );
        anyhow::Ok((accounts.await?, addresses.await?, tenant.saved().await?))
    };
    let before = portal().await?;
    let preview = tenant.preview().await?;
    assert_eq!(preview.counts.context("counts")?.add, 1);
    assert_eq!(
        portal().await?,
        before,
        "accounts, addresses and settings are as they were"
    );
    Ok(())
}

#[tokio::test]
async fn a_changed_password_is_tried_only_three_times_in_all() -> Result<()> {
    let (tenant, forest) = Office::new("locked").crowd(2).removing().synced().await?;
    let proxy = forest.proxy().await?;
    let wrong = Directory {
        bind_password: Some("changed-since".to_owned()),
        ..proxy.settings(Security::Plaintext)
    };
    let hourly = |directory| Settings {
        schedule: Some(Schedule {
            every_hours: 1,
            ..Schedule::default()
        }),
        ..tenant.settings(directory)
    };
    tenant.put(hourly(wrong)).await?;
    for binds in 1..=3 {
        let run = scheduled_run(&tenant).await?;
        assert_eq!((run.state(), run.attempt), (RunState::Failed, 1));
        assert_eq!(proxy.connections(), binds, "one bind a run");
    }
    let paused = tenant.saved().await?;
    assert_eq!(paused.paused_reason(), PausedReason::CredentialsRefused);
    assert_eq!(paused.next_run_time, None);

    let right = tenant.put(hourly(proxy.settings(Security::Plaintext))).await?;
    assert_eq!(right.paused_reason(), PausedReason::Unspecified);
    assert!(right.next_run_time.is_some());
    tenant.sync().await?;
    Ok(())
}

#[tokio::test]
async fn a_page_of_many_people_takes_one_connection() -> Result<()> {
    let (tenant, forest) = Forest::openldap("onecall").await?;
    people(&tenant, &forest, 730).await?;
    let proxy = forest.proxy().await?;
    tenant
        .put_removal(proxy.settings(Security::Plaintext), REMOVING)
        .await?;
    let run = tenant.sync().await?;
    assert_eq!(run.counts.context("counts")?.objects, 730);
    assert_eq!(proxy.connections(), 1);
    forest.remove("p729").await?;
    tenant.sync().await?;
    assert_eq!(
        proxy.connections(),
        2,
        "nor does looking for the missing take one"
    );
    Ok(())
}

/// Time that a first sync of these takes.
async fn first_sync(word: &str, objects: impl Iterator<Item = Object>) -> Result<Duration> {
    let (tenant, forest) = Forest::openldap(word).await?;
    for object in objects {
        let address = tenant.address(&object.name);
        forest.add(&object.primary(&address)).await?;
    }
    tenant.put_directory(forest.settings()).await?;
    let begin = Instant::now();
    tenant.sync().await?;
    Ok(begin.elapsed())
}

#[tokio::test]
async fn thousands_of_people_are_a_matter_of_seconds() -> Result<()> {
    let people = (0..5_000).map(|n| person(&format!("p{n}")));
    let taken = first_sync("thousands", people).await?;
    // Tools that go by single people do 1.3 to 9.5 of them a second: nine minutes at best.
    assert!(taken < Duration::from_mins(1), "{taken:?}");
    Ok(())
}

#[tokio::test]
async fn four_times_the_groups_take_about_four_times_as_long_and_not_sixteen() -> Result<()> {
    let groups = |count: usize| (0..count).map(|n| group(&format!("g{n}")));
    let few = first_sync("fewgroups", groups(1_000)).await?;
    let many = first_sync("manygroups", groups(4_000)).await?;
    // Time that a run takes whatever it reads is granted to the few, and a loaded machine to the many.
    let base = few.max(Duration::from_millis(500));
    assert!(many < base * 10, "{few:?}, then {many:?}");
    Ok(())
}
