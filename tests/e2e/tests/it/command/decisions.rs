//! Decisions of a person: HELD runs, approvals, reverts, pauses, accounts by hand.

use anyhow::{Context, Result};
use rollcall_e2e::{Forest, Tenant};

use super::{
    RUN_KEYS, both, office,
    terminal::{answer, json, keys},
};

/// A tenant whose Bob is gone from the directory, which must be held and approved: the HELD run's id.
async fn held(word: &str) -> Result<(Tenant, Forest, String)> {
    let (tenant, forest) = office(word).synced().await?;
    forest.remove("bob").await?;
    let put = answer(&[
        "settings",
        "put",
        &tenant.id,
        "--remove-accounts",
        "--limit-accounts",
        "0",
        "--every-hours",
        "4",
    ])
    .await?;
    assert_eq!(put.code, Some(0), "{put:?}");
    let run = tenant.held_sync().await?;
    Ok((tenant, forest, run.run_id))
}

#[tokio::test]
async fn a_held_run_ends_with_6_and_shows_the_two_ways_on() -> Result<()> {
    let (tenant, _forest, _) = held("cli-held").await?;
    let id = tenant.id.as_str();
    let synced = answer(&["sync", id]).await?;
    assert_eq!(synced.code, Some(6), "{synced:?}");
    let run = json(&["run", id]).await?;
    let run_id = run["run_id"].as_str().context("an id")?;
    for line in [
        format!("\n  rollcall rows {id} {run_id} --verdict remove\n"),
        format!("\n  rollcall approve {id} {run_id}\n"),
    ] {
        assert!(synced.err.contains(&line), "{line}: {synced:?}");
    }
    assert_eq!(run["state"], "HELD");
    assert!(
        run["held_message"].as_str().is_some_and(|why| !why.is_empty()),
        "{run}"
    );

    let (rows, listed) = both(&["rows", id, "--verdict", "remove"], &["more", "rows", "run_id"]).await?;
    assert_eq!(listed["run_id"], run["run_id"], "the newest run that has rows");
    assert!(rows.out.contains("REMOVE, ABSENT"), "{rows:?}");
    let (runs, _) = both(&["runs", id, "--limit", "1"], &["more", "runs"]).await?;
    assert!(runs.out.contains("HELD"), "{runs:?}");

    let (preview, json) = both(&["preview", id], &RUN_KEYS).await?;
    assert!(preview.out.contains("would be HELD"), "{preview:?}");
    assert_eq!(json["would_hold"], true);
    Ok(())
}

#[tokio::test]
async fn a_removal_is_approved_and_reverted_and_the_schedule_resumed() -> Result<()> {
    let (tenant, _forest, held) = held("cli-approve").await?;
    let id = tenant.id.as_str();
    let unasked = answer(&["approve", id]).await?;
    assert_eq!(unasked.code, Some(2), "nobody can be asked: {unasked:?}");
    assert!(
        unasked.err.contains("REMOVE, ABSENT") && unasked.err.contains("--yes"),
        "{unasked:?}"
    );

    let approval = json(&["approve", id, "--yes"]).await?;
    assert_eq!(keys(&approval), RUN_KEYS);
    assert_eq!(
        (&approval["trigger"], &approval["acts_on_run_id"]),
        (&"APPROVAL".into(), &held.into())
    );
    let (removed, _) = both(&["accounts", id, "--removed"], &["accounts", "more"]).await?;
    assert!(removed.out.contains(&tenant.address("bob")), "{removed:?}");

    let run_id = approval["run_id"].as_str().context("an id")?;
    let reverted = answer(&["revert", id, run_id, "--yes"]).await?;
    assert_eq!(reverted.code, Some(0), "{reverted:?}");
    assert!(reverted.out.contains("reverts:"), "{reverted:?}");
    let again = answer(&["revert", id, run_id, "--yes"]).await?;
    assert_eq!(again.code, Some(1), "{again:?}");
    assert!(again.err.contains("already been reverted"), "{again:?}");

    let shown = json(&["settings", "show", id]).await?;
    assert_eq!(shown["paused_reason"], "REVERTED");
    let resumed = answer(&["resume", id]).await?;
    assert_eq!(resumed.code, Some(0), "{resumed:?}");
    assert!(resumed.out.contains("The next run is due at 2"), "{resumed:?}");
    let not_paused = answer(&["resume", id]).await?;
    assert_eq!(not_paused.code, Some(1), "{not_paused:?}");
    Ok(())
}

#[tokio::test]
async fn a_revert_lists_what_it_left_alone_and_why() -> Result<()> {
    let (tenant, forest) = office("cli-left").saved().await?;
    let id = tenant.id.as_str();
    let first = tenant.sync().await?;
    let aliases = [
        format!("SMTP:{}", tenant.address("bob")),
        format!("smtp:{}", tenant.address("robert")),
    ];
    forest.set_addresses("bob", &aliases).await?;
    tenant.sync().await?;
    let reverted = answer(&["revert", id, &first.run_id, "--yes"]).await?;
    assert_eq!(reverted.code, Some(0), "{reverted:?}");
    let left = reverted
        .out
        .split("Left alone:")
        .nth(1)
        .context("what was left alone")?;
    assert!(
        left.contains(&tenant.address("robert")) && reverted.err.contains("CHANGED_SINCE:  left alone"),
        "{reverted:?}"
    );
    Ok(())
}

#[tokio::test]
async fn a_sync_names_the_preview_that_was_looked_at() -> Result<()> {
    let (tenant, forest) = office("cli-expect").saved().await?;
    let id = tenant.id.as_str();
    let preview = tenant.preview().await?;
    forest.remove("bob").await?;
    let differs = answer(&["sync", id, "--expect", &preview.run_id]).await?;
    assert_eq!(differs.code, Some(6), "{differs:?}");
    assert!(
        differs.out.contains("CHANGED_SINCE_PREVIEW")
            && differs.err.contains(&format!("rollcall preview {id}")),
        "{differs:?}"
    );
    let (rows, _) = both(&["rows", id], &["more", "rows", "run_id"]).await?;
    assert!(rows.out.contains("was "), "{rows:?}");

    let preview = tenant.preview().await?;
    let applied = answer(&["sync", id, "--expect", &preview.run_id]).await?;
    assert_eq!(applied.code, Some(0), "{applied:?}");
    Ok(())
}

#[tokio::test]
async fn an_account_is_made_changed_protected_removed_and_restored_by_its_address() -> Result<()> {
    let (tenant, _forest) = office("cli-account").saved().await?;
    let id = tenant.id.as_str();
    let (press, media) = (tenant.address("press"), tenant.address("media"));
    let made = json(&["account", "put", id, &press, "--alias", &media, "--hsr"]).await?;
    assert_eq!(
        (&made["origin"], &made["hsr_enabled"]),
        (&"MANUAL".into(), &true.into())
    );
    let changed = json(&["account", "put", id, &media, "--drop", &media]).await?;
    assert_eq!(
        changed["account_id"], made["account_id"],
        "found by any of its addresses"
    );
    assert_eq!(changed["addresses"].as_array().map(Vec::len), Some(1));
    assert_eq!(changed["hsr_enabled"], true, "what is not given stays");

    let protected = answer(&["account", "protect", id, &press]).await?;
    assert!(protected.out.contains("protected:        yes"), "{protected:?}");
    let refused = answer(&["account", "remove", id, &press]).await?;
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(refused.err.contains("--off"), "{refused:?}");
    answer(&["account", "protect", id, &press, "--off"]).await?;
    let removed = json(&["account", "remove", id, &press]).await?;
    assert!(removed["remove_time"].is_string(), "{removed}");
    let gone = answer(&["account", "remove", id, &press]).await?;
    assert_eq!(gone.code, Some(1), "{gone:?}");
    assert!(gone.err.contains("--removed"), "{gone:?}");
    let restored = json(&["account", "restore", id, &press]).await?;
    assert_eq!(restored["account_id"], made["account_id"]);
    Ok(())
}

#[tokio::test]
async fn the_removal_of_an_account_whose_object_is_there_says_that_it_comes_back() -> Result<()> {
    let (tenant, _forest) = office("cli-comes-back").synced().await?;
    let (id, ann) = (tenant.id.as_str(), tenant.address("ann"));
    let shown = answer(&["account", "show", id, &ann]).await?;
    assert!(
        shown.out.contains("origin:") && shown.out.contains(&ann),
        "{shown:?}"
    );
    let removed = answer(&["account", "remove", id, &ann]).await?;
    assert_eq!(removed.code, Some(0), "{removed:?}");
    assert!(
        removed.err.contains("the next sync makes the account live again"),
        "{removed:?}"
    );
    let gone = answer(&["account", "show", id, &ann]).await?;
    assert_eq!(gone.code, Some(1), "{gone:?}");
    let shown = answer(&["account", "show", id, &ann, "--removed"]).await?;
    assert!(shown.out.contains("removed:"), "{shown:?}");
    tenant.sync().await?;
    let back = answer(&["account", "show", id, &ann]).await?;
    assert_eq!(back.code, Some(0), "{back:?}");
    Ok(())
}
