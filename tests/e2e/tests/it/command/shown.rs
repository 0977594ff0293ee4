//! Answers to people and to programs.

use anyhow::{Context, Result};

use super::{
    RUN_KEYS, SETTINGS_KEYS, both, office,
    terminal::{answer, ended, json, keys, rollcall},
};

#[tokio::test]
async fn domains_and_settings_are_shown_to_people_and_to_programs() -> Result<()> {
    let (tenant, forest) = office("cli-show").saved().await?;
    let id = tenant.id.as_str();
    let alias = format!("mail.{0}={0}", tenant.domain);
    let (text, value) = both(
        &["domains", "put", id, &tenant.domain, &alias],
        &["domains", "tenant_id"],
    )
    .await?;
    assert!(text.out.contains(&tenant.domain), "{text:?}");
    assert_eq!(keys(&value["domains"][0]), ["alias_of", "name"]);
    let (shown, _) = both(&["domains", "show", id], &["domains", "tenant_id"]).await?;
    assert_eq!(shown.out, text.out);

    let (text, value) = both(&["settings", "show", id], &SETTINGS_KEYS).await?;
    assert!(
        text.out.contains("filter as sent:") && text.out.contains("(proxyAddresses=*)"),
        "{text:?}"
    );
    assert_eq!(value["credential_set"], true);
    both(&["settings", "list", "--limit", "1"], &["more", "settings"]).await?;
    both(&["settings", "put", id, "--every-hours", "4"], &SETTINGS_KEYS).await?;

    let unasked = answer(&["settings", "delete", id]).await?;
    assert_eq!(unasked.code, Some(2), "nobody can be asked: {unasked:?}");
    let deleted = json(&["settings", "delete", id, "--yes"]).await?;
    assert_eq!(keys(&deleted), ["deleted", "tenant_id"]);
    tenant.put_directory(forest.settings()).await?;
    let deleted = answer(&["settings", "delete", id, "--yes"]).await?;
    assert_eq!(deleted.code, Some(0), "{deleted:?}");
    assert!(
        deleted.out.contains("The password is gone") && deleted.out.contains("Its accounts stay."),
        "{deleted:?}"
    );
    Ok(())
}

#[tokio::test]
async fn runs_rows_and_accounts_are_shown_to_people_and_to_programs() -> Result<()> {
    let (tenant, _forest) = office("cli-runs").saved().await?;
    let id = tenant.id.as_str();
    let (preview, _) = both(&["preview", id], &RUN_KEYS).await?;
    assert!(preview.out.contains("SUCCEEDED"), "{preview:?}");
    let (_, synced) = both(&["sync", id], &RUN_KEYS).await?;
    assert_eq!(
        (&synced["state"], &synced["unchanged"]),
        (&"SUCCEEDED".into(), &true.into())
    );
    both(&["sync", id, "--no-wait"], &["already_queued", "run_id"]).await?;
    let (_, newest) = both(&["run", id, "--wait"], &RUN_KEYS).await?;
    both(
        &["run", id, newest["run_id"].as_str().context("an id")?],
        &RUN_KEYS,
    )
    .await?;
    let (_, runs) = both(&["runs", id, "--limit", "2"], &["more", "runs"]).await?;
    assert_eq!(
        (runs["runs"].as_array().map(Vec::len), &runs["more"]),
        (Some(2), &true.into())
    );

    let (skipped, rows) = both(&["rows", id, "--verdict", "skip"], &["more", "rows", "run_id"]).await?;
    assert!(skipped.out.contains("SKIP, DOMAIN_NOT_REGISTERED"), "{skipped:?}");
    assert_eq!(rows["rows"].as_array().map(Vec::len), Some(2));
    assert_eq!(
        keys(&rows["rows"][0]),
        [
            "address",
            "address_type",
            "directory_primary",
            "directory_type",
            "object_dn",
            "object_id",
            "object_type",
            "other",
            "previous_verdict",
            "primary_address",
            "reason",
            "verdict",
        ]
    );
    let (_, accounts) = both(&["accounts", id], &["accounts", "more"]).await?;
    assert_eq!(accounts["accounts"].as_array().map(Vec::len), Some(2));
    Ok(())
}

#[tokio::test]
async fn csv_goes_to_standard_output_or_whole_into_a_file() -> Result<()> {
    let (tenant, _forest) = office("cli-csv").saved().await?;
    tenant.preview().await?;
    let printed = answer(&["csv", &tenant.id]).await?;
    assert_eq!(printed.code, Some(0), "{printed:?}");
    assert!(
        printed.out.starts_with("\u{feff}address,") && printed.out.contains("ann@"),
        "{printed:?}"
    );

    let folder = tempfile::tempdir()?;
    let path = folder.path().join("preview.csv");
    let file = path.display().to_string();
    let written = json(&["csv", &tenant.id, "--output", &file]).await?;
    assert_eq!(keys(&written), ["bytes", "file", "run_id"]);
    assert_eq!(std::fs::read_to_string(&path)?, printed.out);

    let refused = answer(&[
        "csv",
        &tenant.id,
        "00000000-0000-7000-8000-000000000000",
        "--output",
        &file,
    ])
    .await?;
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert_eq!(
        std::fs::read_to_string(&path)?,
        printed.out,
        "what was there stays"
    );
    assert_eq!(
        std::fs::read_dir(folder.path())?.count(),
        1,
        "nothing half is left"
    );
    Ok(())
}

#[tokio::test]
async fn what_a_person_reads_fits_the_width_there_is() -> Result<()> {
    let (tenant, _forest) = office("cli-width").synced().await?;
    let id = tenant.id.as_str();
    let commands: [&[&str]; 6] = [
        &["domains", "show", id],
        &["settings", "show", id],
        &["run", id],
        &["runs", id],
        &["rows", id],
        &["accounts", id],
    ];
    for args in commands {
        for width in [100, 80, 60] {
            let mut command = rollcall(args)?;
            command.env("COLUMNS", width.to_string());
            let answer = ended(command).await?;
            assert_eq!(answer.code, Some(0), "{answer:?}");
            let widest = answer.out.lines().map(|line| line.chars().count()).max();
            assert!(widest <= Some(width), "{args:?} at {width}:\n{}", answer.out);
        }
    }
    Ok(())
}

#[tokio::test]
async fn each_row_is_one_whole_line_for_a_program_and_the_legend_is_not_among_them() -> Result<()> {
    let (tenant, _forest) = office("cli-piped").synced().await?;
    let long = tenant.address("ann.with-a-rather-long-name");
    let rows = answer(&["rows", &tenant.id, "--limit", "3"]).await?;
    assert_eq!(rows.code, Some(0), "{rows:?}");
    assert_eq!(
        rows.out.lines().count(),
        4,
        "a header and a line for each row: {rows:?}"
    );
    let found: Vec<_> = rows.out.lines().filter(|line| line.contains(&long)).collect();
    assert!(
        matches!(found.as_slice(), [line] if line.contains("ADD, ") && line.ends_with("ALIAS of USER")),
        "{rows:?}"
    );
    assert!(
        rows.err.contains("NEW_ACCOUNT:") && rows.err.contains("There are more"),
        "{rows:?}"
    );

    let accounts = answer(&["accounts", &tenant.id]).await?;
    let ann = accounts.out.lines().find(|line| line.starts_with("ann@"));
    assert!(ann.is_some_and(|line| line.contains(&long)), "{accounts:?}");
    Ok(())
}

#[tokio::test]
async fn domains_are_added_and_removed_one_by_one() -> Result<()> {
    let (tenant, _forest) = office("cli-domains").synced().await?;
    let (id, alias) = (tenant.id.as_str(), format!("mail.{}", tenant.domain));
    let added = json(&["domains", "add", id, &format!("{alias}={}", tenant.domain)]).await?;
    assert_eq!(added["domains"].as_array().map(Vec::len), Some(2), "{added}");
    let removed = json(&["domains", "remove", id, &alias.to_uppercase()]).await?;
    assert_eq!(removed["domains"].as_array().map(Vec::len), Some(1), "{removed}");
    let unknown = answer(&["domains", "remove", id, &alias]).await?;
    assert_eq!(unknown.code, Some(1), "{unknown:?}");
    assert!(
        unknown.err.contains(&format!("has no domain {alias}")),
        "{unknown:?}"
    );
    Ok(())
}

#[tokio::test]
async fn domains_that_two_people_add_at_once_are_all_there() -> Result<()> {
    let (tenant, _forest) = office("cli-together").saved().await?;
    let names: Vec<_> = (0..4)
        .map(|number| format!("d{number}.{}", tenant.domain))
        .collect();
    let added = names.iter().map(|name| async {
        let args = ["domains", "add", tenant.id.as_str(), name.as_str()];
        answer(&args).await
    });
    for added in futures::future::join_all(added).await {
        let added = added?;
        assert_eq!(added.code, Some(0), "{added:?}");
    }
    let shown = answer(&["domains", "show", &tenant.id]).await?;
    assert!(names.iter().all(|name| shown.out.contains(name)), "{shown:?}");
    Ok(())
}

#[tokio::test]
async fn a_dash_is_standard_output_for_a_csv_file() -> Result<()> {
    let (tenant, _forest) = office("cli-dash").synced().await?;
    let csv = ["csv", tenant.id.as_str(), "--output", "-"];
    let dashed = answer(&csv).await?;
    let plain = answer(&csv[..2]).await?;
    assert_eq!((dashed.code, &dashed.out), (Some(0), &plain.out), "{dashed:?}");
    assert!(!std::path::Path::new("-").exists(), "no file of that name");
    let both = answer(&[&csv[..], &["--json"]].concat()).await?;
    assert_eq!(both.code, Some(2), "{both:?}");
    Ok(())
}

#[tokio::test]
async fn what_is_wrong_with_an_account_is_said_once_and_about_the_right_address() -> Result<()> {
    let (tenant, _forest) = office("cli-account").synced().await?;
    let (id, ann, press) = (tenant.id.as_str(), tenant.address("ann"), tenant.address("press"));
    let put = async |more: &[&str]| answer(&[&["account", "put", id, &press], more].concat()).await;
    let wrong = answer(&["account", "put", id, "no@address@"]).await?;
    assert_eq!(wrong.err.matches("\n  ").count(), 1, "{wrong:?}");
    assert!(wrong.err.contains("\n  ACCOUNT: "), "{wrong:?}");
    let taken = put(&["--alias", &ann]).await?;
    assert!(
        taken.err.contains(&format!("rollcall explain {id} {ann}")),
        "{taken:?}"
    );
    let made = put(&[]).await?;
    assert_eq!(made.code, Some(0), "{made:?}");
    let twice = put(&["--alias", &press]).await?;
    let line = format!("\n  --alias {press}: {press} is already in the list");
    assert!(twice.err.contains(&line), "{twice:?}");
    let missing = put(&["--drop", &ann]).await?;
    assert_eq!(missing.code, Some(1), "{missing:?}");
    assert!(
        missing.err.contains(&format!("has no address {ann}")),
        "{missing:?}"
    );
    Ok(())
}

#[tokio::test]
async fn a_domain_with_live_addresses_is_dropped_only_by_those_who_say_so() -> Result<()> {
    let (tenant, _forest) = office("cli-drop").synced().await?;
    let (id, other) = (tenant.id.as_str(), format!("other.{}", tenant.domain));
    for args in [
        &["domains", "put", id, &other][..],
        &["domains", "put", id, "--none"],
        &["domains", "remove", id, &tenant.domain],
    ] {
        let refused = answer(args).await?;
        assert_eq!((refused.code, refused.out.as_str()), (Some(2), ""), "{refused:?}");
        let named = format!("{} (3 live addresses)", tenant.domain);
        assert!(
            refused.err.contains(&named) && refused.err.contains("--yes"),
            "{refused:?}"
        );
    }
    let kept = json(&["domains", "show", id]).await?;
    assert_eq!(kept["domains"][0]["name"], tenant.domain.as_str());
    let put = json(&["domains", "put", id, &other, "--yes"]).await?;
    assert_eq!(put["domains"][0]["name"], other.as_str());
    Ok(())
}
