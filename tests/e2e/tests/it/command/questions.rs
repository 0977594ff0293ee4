//! Questions of a person: a connection, a filter, an address, the fleet.

use anyhow::{Context, Result};
use rollcall_e2e::Forest;
use serde_json::Value;

use super::{
    both, office,
    terminal::{answer, answer_to, ended, keys, rollcall},
};

const STEP_KEYS: [&str; 15] = [
    "advice", "base", "connect", "count", "duration", "examples", "failure", "identity", "kind", "left_out",
    "message", "resolve", "server", "state", "tls",
];

#[tokio::test]
async fn a_connection_is_tested_step_by_step_from_saved_settings() -> Result<()> {
    let (tenant, _forest) = office("cli-test").saved().await?;
    let tested = answer(&["test", &tenant.id]).await?;
    assert_eq!(tested.code, Some(0), "{tested:?}");
    assert!(
        tested.out.contains("✓ connect") && tested.out.contains("✓ bind") && tested.out.contains("ann@"),
        "{tested:?}"
    );

    let output = answer(&["test", &tenant.id, "--json"]).await?;
    let steps: Vec<Value> = output
        .out
        .lines()
        .map(serde_json::from_str)
        .collect::<Result<_, _>>()?;
    assert!(steps.iter().all(|step| keys(step) == STEP_KEYS), "{output:?}");
    let last = steps.last().context("a step")?;
    assert_eq!(
        (&last["kind"], &last["state"]),
        (&"LEFT_OUT".into(), &"PASSED".into())
    );
    Ok(())
}

#[tokio::test]
async fn the_record_of_acts_reads_as_sentences_and_as_json() -> Result<()> {
    let (tenant, _forest) = office("cli-audit").synced().await?;
    let (text, list) = both(&["audit", &tenant.id], &["more", "records"]).await?;
    for said in [
        "Requested sync ",
        "Saved the settings: ",
        "Replaced the domains: added ",
    ] {
        assert!(text.out.contains(said), "{said}: {text:?}");
    }
    let sync = &list["records"][0];
    assert_eq!(
        (&sync["method"], &sync["outcome"]),
        (&"SyncNow".into(), &"OK".into())
    );
    let run = sync["run_id"].as_str().context("a run")?;
    let shown = answer(&["run", &tenant.id, run]).await?;
    assert!(shown.out.contains("requested by:"), "{shown:?}");
    let none = answer(&["audit", &tenant.id, "--until", "2020-01-01"]).await?;
    assert_eq!(none.out.trim(), "No records.");
    Ok(())
}

#[tokio::test]
async fn settings_are_tested_before_they_are_saved_and_a_step_that_fails_ends_with_3() -> Result<()> {
    let (tenant, forest) = Forest::openldap("cli-unsaved").await?;
    let directory = forest.settings();
    let files = tempfile::tempdir()?;
    let ca = files.path().join("ca.pem").display().to_string();
    std::fs::write(&ca, &directory.ca_certificates_pem)?;
    let port = directory.port.to_string();
    let line = [
        "test",
        &tenant.id,
        "--host",
        &directory.hosts[0],
        "--port",
        &port,
        "--ca-file",
        &ca,
        "--bind-username",
        &directory.bind_username,
        "--base",
        &directory.search_bases[0],
        "--password-stdin",
    ];
    let password = directory.bind_password.context("a password")?;
    let tested = answer_to(&password, &line).await?;
    assert_eq!(tested.code, Some(0), "{tested:?}");
    let wrong = format!("wrong-{}", uuid::Uuid::new_v4());
    let refused = answer_to(&wrong, &line).await?;
    assert_eq!(refused.code, Some(3), "{refused:?}");
    assert!(
        refused.out.contains("✗ bind") && refused.out.contains("advice:"),
        "{refused:?}"
    );
    for secret in [&wrong, &password] {
        assert!(!refused.out.contains(secret) && !tested.out.contains(secret));
    }
    let settings = answer(&["settings", "show", &tenant.id]).await?;
    assert_eq!(settings.code, Some(1), "nothing was saved: {settings:?}");
    Ok(())
}

#[tokio::test]
async fn a_filter_is_made_and_checked() -> Result<()> {
    let words = [
        "filter",
        "build",
        "--object-type",
        "user",
        "--domain",
        "corp.example",
    ];
    let (text, built) = both(&words, &["composed", "filter"]).await?;
    let filter = built["filter"].as_str().context("a filter")?;
    assert!(text.out.contains(filter), "unbroken, to be copied: {text:?}");

    let check = ["filter", "check", filter];
    let (_, checked) = both(&check, &["canonical", "composed", "error", "valid"]).await?;
    assert_eq!(
        (&checked["valid"], &checked["canonical"]),
        (&true.into(), &filter.into())
    );

    let wrong = answer(&["filter", "check", "(mail="]).await?;
    assert_eq!(wrong.code, Some(1), "{wrong:?}");
    assert!(
        wrong.out.contains("\n  (mail=\n") && wrong.out.contains('^'),
        "{wrong:?}"
    );
    Ok(())
}

#[tokio::test]
async fn an_address_is_explained_to_people_and_to_programs() -> Result<()> {
    let (tenant, _forest) = office("cli-explain").synced().await?;
    let address = tenant.address("ann");
    let (text, output) = both(
        &["explain", &tenant.id, &address],
        &[
            "account",
            "address",
            "domain_standing",
            "explanation",
            "last_change",
            "last_change_row",
            "read",
            "removed_accounts",
            "rows",
        ],
    )
    .await?;
    assert_eq!(
        output["rows"].as_array().map(Vec::len),
        Some(2),
        "Ann's and Bob's claims"
    );
    let explanation = output["explanation"].as_str().context("sentences")?;
    let begins: String = explanation.chars().take(20).collect();
    assert!(text.out.starts_with(&begins), "{text:?}");

    let nobody = answer(&["explain", &tenant.id, "nobody@elsewhere.example"]).await?;
    assert_eq!(nobody.code, Some(0), "any address has an answer: {nobody:?}");
    Ok(())
}

#[tokio::test]
async fn the_fleet_is_shown_on_one_screen() -> Result<()> {
    office("cli-fleet").synced().await?;
    let (text, fleet) = both(
        &["fleet"],
        &[
            "backlog",
            "events",
            "failing",
            "failing_tenants",
            "held_tenants",
            "keys",
            "pause",
            "paused",
            "read_modes",
            "runs",
            "scheduled_tenants",
            "tenants",
            "time",
        ],
    )
    .await?;
    assert!(text.out.lines().count() <= 40, "{text:?}");
    assert!(fleet["tenants"].as_u64() > Some(0), "{fleet}");
    Ok(())
}

#[tokio::test]
async fn what_is_asked_fits_the_width_there_is() -> Result<()> {
    let (tenant, _forest) = office("cli-wide").synced().await?;
    let (id, address) = (tenant.id.as_str(), tenant.address("ann"));
    let commands: [&[&str]; 3] = [&["explain", id, &address], &["test", id], &["fleet"]];
    for args in commands {
        for columns in ["80", "60"] {
            let mut command = rollcall(args)?;
            command.env("COLUMNS", columns);
            let answer = ended(command).await?;
            let widest = answer.out.lines().map(|line| line.chars().count()).max();
            assert!(
                widest <= columns.parse().ok(),
                "{args:?} at {columns}:\n{}",
                answer.out
            );
        }
    }
    Ok(())
}

#[tokio::test]
async fn shells_complete_the_command_and_each_command_has_a_man_page() -> Result<()> {
    let script = answer(&["completion", "bash"]).await?;
    assert_eq!(script.code, Some(0), "{script:?}");
    assert!(script.out.contains("--object-type") && script.out.contains("rollcall"));
    let folder = tempfile::tempdir()?;
    let man1 = folder.path().join("man1");
    let written = answer(&["man", &man1.display().to_string()]).await?;
    assert_eq!(written.code, Some(0), "{written:?}");
    let page = std::fs::read_to_string(man1.join("rollcall-settings-put.1"))?;
    assert!(page.contains("every") && page.contains("hours"), "{page}");
    let pages = std::fs::read_dir(&man1)?.count();
    assert!(written.out.contains(&format!("{pages} man pages")), "{written:?}");
    Ok(())
}
