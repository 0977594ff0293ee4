//! The `rollcall` command against the real services: what it prints, and how it ends.

mod decisions;
mod operators;
mod questions;
mod terminal;

use anyhow::{Context, Result, ensure};
use rollcall_e2e::{Forest, Tenant, person};
use rollcall_proto::v1::{Directory, Security};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, BufReader};

use terminal::{Answer, answer, answer_to, ended, json, keys, put_settings, rollcall};

const RUN_KEYS: [&str; 23] = [
    "acts_on_run_id",
    "attempt",
    "counts",
    "create_time",
    "end_time",
    "expect_preview_run_id",
    "failure",
    "held_message",
    "held_reason",
    "kind",
    "next_attempt_time",
    "read_mode",
    "read_mode_reason",
    "rows_expire_time",
    "rows_of_run_id",
    "run_id",
    "start_time",
    "state",
    "takeovers",
    "tenant_id",
    "trigger",
    "unchanged",
    "would_hold",
];
const SETTINGS_KEYS: [&str; 12] = [
    "composed_filter",
    "credential_set",
    "directory",
    "etag",
    "import",
    "new_users",
    "next_run_time",
    "paused_reason",
    "removal",
    "schedule",
    "tenant_id",
    "update_time",
];

/// A tenant with settings, two people and somebody outside in its directory.
async fn tenant_with_people(word: &str) -> Result<(Tenant, Forest)> {
    let (tenant, forest) = Forest::openldap(word).await?;
    let long = tenant.address("ann.with-a-rather-long-name");
    forest
        .add(&person("ann").primary(&tenant.address("ann")).alias(&long))
        .await?;
    forest
        .add(
            &person("bob")
                .primary(&tenant.address("bob"))
                .alias(&tenant.address("ann")),
        )
        .await?;
    forest
        .add(&person("eve").primary("eve@nobody-owns-this.example"))
        .await?;
    tenant.put_directory(forest.settings()).await?;
    Ok((tenant, forest))
}

/// The command succeeds for a person and for a program, whose answer has these keys.
async fn both(args: &[&str], expected: &[&str]) -> Result<(Answer, Value)> {
    let text = answer(args).await?;
    ensure!(
        text.code == Some(0) && !text.out.trim().is_empty(),
        "{args:?}: {text:?}"
    );
    ensure!(
        serde_json::from_str::<Value>(&text.out).is_err(),
        "a person does not read JSON: {text:?}"
    );
    let value = json(args).await?;
    assert_eq!(keys(&value), expected, "{args:?}");
    Ok((text, value))
}

#[tokio::test]
async fn domains_and_settings_are_shown_to_people_and_to_programs() -> Result<()> {
    let (tenant, forest) = tenant_with_people("cli-show").await?;
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

    let deleted = json(&["settings", "delete", id]).await?;
    assert_eq!(keys(&deleted), ["deleted", "tenant_id"]);
    tenant.put_directory(forest.settings()).await?;
    let deleted = answer(&["settings", "delete", id]).await?;
    assert_eq!(deleted.code, Some(0), "{deleted:?}");
    assert!(deleted.out.contains("Its accounts stay."), "{deleted:?}");
    Ok(())
}

#[tokio::test]
async fn runs_rows_and_accounts_are_shown_to_people_and_to_programs() -> Result<()> {
    let (tenant, _forest) = tenant_with_people("cli-runs").await?;
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
async fn a_run_that_failed_says_what_to_do_and_ends_with_3() -> Result<()> {
    let (tenant, forest) = tenant_with_people("cli-failed").await?;
    let directory = Directory {
        bind_password: Some("wrong".into()),
        ..forest.settings()
    };
    tenant.put_directory(directory).await?;
    let failed = answer(&["sync", &tenant.id]).await?;
    assert_eq!(failed.code, Some(3), "{failed:?}");
    assert!(
        failed.out.contains("WRONG_CREDENTIALS") && failed.out.contains("advice:"),
        "{failed:?}"
    );
    let told = answer(&["preview", &tenant.id, "--json"]).await?;
    assert_eq!(told.code, Some(3), "{told:?}");
    let run: Value = serde_json::from_str(&told.out)?;
    assert_eq!(keys(&run["failure"]), ["advice", "code", "detail", "message"]);
    assert_eq!(run["failure"]["code"], "WRONG_CREDENTIALS");
    Ok(())
}

#[tokio::test]
async fn ctrl_c_leaves_the_run_alone_and_a_cancelled_run_ends_with_4() -> Result<()> {
    let (tenant, forest) = tenant_with_people("cli-cancel").await?;
    let proxy = forest.proxy().await?;
    proxy.stall_after(0);
    tenant.put_directory(proxy.settings(Security::Plaintext)).await?;

    let mut following = rollcall(&["sync", &tenant.id])?.spawn()?;
    let mut said = BufReader::new(following.stderr.take().context("standard error")?).lines();
    while let Some(line) = said.next_line().await? {
        if line == "reading the directory" {
            break;
        }
    }
    let process = following.id().context("a process")?.to_string();
    let interrupted = tokio::process::Command::new("kill")
        .args(["-INT", &process])
        .status()
        .await?;
    ensure!(interrupted.success(), "the command is still there");
    assert_eq!(following.wait().await?.code(), Some(130));
    let mut rest = String::new();
    while let Some(line) = said.next_line().await? {
        rest = rest + &line + "\n";
    }
    assert!(rest.starts_with("Detached: the run continues."), "{rest}");

    let run = json(&["run", &tenant.id]).await?;
    assert_eq!(run["state"], "RUNNING");
    let id = run["run_id"].as_str().context("an id")?;
    assert_eq!(
        keys(&json(&["cancel", &tenant.id, id]).await?),
        ["cancelled", "run_id"]
    );
    let cancelled = answer(&["run", &tenant.id, id, "--wait"]).await?;
    assert_eq!(cancelled.code, Some(4), "{cancelled:?}");
    Ok(())
}

#[tokio::test]
async fn a_service_that_is_not_there_is_named_and_ends_with_5() -> Result<()> {
    for args in [
        ["domains", "show", "acme"],
        ["settings", "show", "acme"],
        ["runs", "acme", "--json"],
    ] {
        let mut command = rollcall(&args)?;
        for service in ["SCHEDULER", "RECONCILE", "RESULTS"] {
            command.env(format!("ROLLCALL_{service}_URL"), "https://127.0.0.1:1");
        }
        let answer = ended(command).await?;
        assert_eq!((answer.code, answer.out.as_str()), (Some(5), ""), "{answer:?}");
        assert!(
            answer.err.contains("cannot be reached at https://127.0.0.1:1."),
            "{answer:?}"
        );
        assert!(
            answer.err.contains("_URL"),
            "it says where to set the address: {answer:?}"
        );
    }
    Ok(())
}

#[tokio::test]
async fn each_wrong_field_has_a_line_and_a_refusal_ends_with_1() -> Result<()> {
    let (tenant, _forest) = Forest::openldap("cli-fields").await?;
    let args = [
        "settings",
        "put",
        &tenant.id,
        "--host",
        "no host",
        "--bind-username",
        "reader",
        "--filter",
        "(mail=",
    ];
    let refused = answer(&[&args[..], &["--base", "nonsense"]].concat()).await?;
    assert_eq!((refused.code, refused.out.as_str()), (Some(1), ""), "{refused:?}");
    for field in [
        "settings.directory.hosts",
        "settings.directory.filter",
        "settings.directory.search_base",
    ] {
        let line = format!("\n  {field}");
        assert!(refused.err.contains(&line), "{field}: {refused:?}");
    }
    Ok(())
}

#[tokio::test]
async fn a_refusal_says_what_to_do() -> Result<()> {
    let (tenant, forest) = Forest::openldap("cli-advice").await?;
    let refused = answer(&["sync", &tenant.id]).await?;
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(refused.err.contains("rollcall settings put"), "{refused:?}");
    let refused = answer(&["rows", &tenant.id]).await?;
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(
        refused.err.contains(&format!("rollcall preview {}", tenant.id)),
        "{refused:?}"
    );

    let host = forest.settings().hosts.remove(0);
    let put = [
        "settings",
        "put",
        &tenant.id,
        "--host",
        &host,
        "--bind-username",
        "x",
    ];
    let missing = answer(&put).await?;
    assert_eq!(missing.code, Some(1), "{missing:?}");
    assert!(missing.err.contains("--password-file"), "{missing:?}");

    let wrong = answer(&["rows", &tenant.id, "--verdict", "maybe"]).await?;
    assert_eq!(wrong.code, Some(2), "{wrong:?}");
    Ok(())
}

#[tokio::test]
async fn a_password_is_read_from_a_file_or_standard_input_and_never_printed() -> Result<()> {
    let (tenant, forest) = Forest::openldap("cli-password").await?;
    forest.add(&person("ann").primary(&tenant.address("ann"))).await?;
    let wrong = format!("wrong-{}", uuid::Uuid::new_v4());
    let right = forest.settings().bind_password.context("a password")?;
    let id = tenant.id.as_str();
    let answers = [
        (0, put_settings(&tenant, &forest, &wrong, &[]).await?),
        (3, answer(&["sync", id]).await?),
        (
            0,
            answer_to(&right, &["settings", "put", id, "--password-stdin"]).await?,
        ),
        (0, answer(&["sync", id]).await?),
        (
            0,
            answer_to(&wrong, &["settings", "put", id, "--password-stdin", "--json"]).await?,
        ),
        (3, answer(&["preview", id, "--json"]).await?),
        (0, put_settings(&tenant, &forest, &right, &["--json"]).await?),
        (0, answer(&["sync", id]).await?),
        (0, answer(&["settings", "show", id]).await?),
        (0, answer(&["settings", "show", id, "--json"]).await?),
    ];
    for (code, answer) in answers {
        assert_eq!(answer.code, Some(code), "{answer:?}");
        for secret in [&wrong, &right] {
            assert!(
                !answer.out.contains(secret) && !answer.err.contains(secret),
                "{answer:?}"
            );
        }
    }
    Ok(())
}

#[tokio::test]
async fn settings_put_changes_only_what_is_given() -> Result<()> {
    let (tenant, forest) = Forest::openldap("cli-put").await?;
    let password = forest.settings().bind_password.context("a password")?;
    let more = [
        "--filter",
        "(mail=*)",
        "--attribute",
        "mail,proxyAddresses",
        "--exclude-disabled",
        "--send-hsr",
    ];
    let put = put_settings(&tenant, &forest, &password, &more).await?;
    assert_eq!(put.code, Some(0), "{put:?}");
    let before = json(&["settings", "show", &tenant.id]).await?;

    let mut after = json(&[
        "settings",
        "put",
        &tenant.id,
        "--every-hours",
        "24",
        "--time-zone",
        "Europe/Berlin",
    ])
    .await?;
    assert_eq!(after["schedule"]["every_hours"], 24);
    assert_ne!(after["etag"], before["etag"]);
    for moved in ["schedule", "etag", "update_time", "next_run_time"] {
        after[moved] = before[moved].clone();
    }
    assert_eq!(after, before);

    let cleared = json(&["settings", "put", &tenant.id, "--clear", "filter"]).await?;
    assert_eq!(cleared["directory"]["filter"], Value::Null);
    assert_eq!(
        cleared["directory"]["attributes"],
        before["directory"]["attributes"]
    );
    assert_eq!(cleared["schedule"]["every_hours"], 24);
    Ok(())
}

#[tokio::test]
async fn csv_goes_to_standard_output_or_whole_into_a_file() -> Result<()> {
    let (tenant, _forest) = tenant_with_people("cli-csv").await?;
    tenant.preview().await?;
    let printed = answer(&["csv", &tenant.id]).await?;
    assert_eq!(printed.code, Some(0), "{printed:?}");
    assert!(
        printed.out.starts_with("address,") && printed.out.contains("ann@"),
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
    let (tenant, _forest) = tenant_with_people("cli-width").await?;
    tenant.sync().await?;
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
        for (columns, width) in [(None, 80), (Some("100"), 100), (Some("60"), 60)] {
            let mut command = rollcall(args)?;
            command.envs(columns.map(|columns| ("COLUMNS", columns)));
            let answer = ended(command).await?;
            assert_eq!(answer.code, Some(0), "{answer:?}");
            // A run's id is copied from here: it is broken on no screen.
            let width = if args[0] == "runs" { width.max(72) } else { width };
            let widest = answer.out.lines().map(|line| line.chars().count()).max();
            assert!(widest <= Some(width), "{args:?} at {width}:\n{}", answer.out);
        }
    }
    Ok(())
}
