//! Failures, refusals and interruptions: exit codes and advice.

use anyhow::{Context, Result, ensure};
use rollcall_e2e::Forest;
use rollcall_proto::v1::{Directory, Security};
use rollcall_testbed::Bed;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, BufReader};

use super::{
    office,
    terminal::{answer, ended, json, keys, rollcall},
};

#[tokio::test]
async fn a_run_that_failed_says_what_to_do_and_ends_with_3() -> Result<()> {
    let (tenant, forest) = office("cli-failed").saved().await?;
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
    let preview = answer(&["preview", &tenant.id, "--json"]).await?;
    assert_eq!(preview.code, Some(3), "{preview:?}");
    let run: Value = serde_json::from_str(&preview.out)?;
    assert_eq!(keys(&run["failure"]), ["advice", "code", "detail", "message"]);
    assert_eq!(run["failure"]["code"], "WRONG_CREDENTIALS");
    Ok(())
}

#[tokio::test]
async fn ctrl_c_leaves_the_run_alone_and_a_cancelled_run_ends_with_4() -> Result<()> {
    let (tenant, forest) = office("cli-cancel").saved().await?;
    let proxy = forest.proxy().await?;
    proxy.stall_after(0);
    tenant.put_directory(proxy.settings(Security::Plaintext)).await?;

    let mut following = rollcall(&["sync", &tenant.id])?.spawn()?;
    let mut said = BufReader::new(following.stderr.take().context("standard error")?).lines();
    while let Some(line) = said.next_line().await? {
        if line == "connecting to the directory" {
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
async fn each_wrong_option_has_a_line_and_a_refusal_ends_with_1() -> Result<()> {
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
    for option in ["--host number 1: ", "--filter: ", "--base number 1: "] {
        let line = format!("\n  {option}");
        assert!(refused.err.contains(&line), "{option}: {refused:?}");
    }
    assert!(refused.err.contains("(INVALID_FIELDS)"), "{refused:?}");
    Ok(())
}

#[tokio::test]
async fn a_refusal_says_what_to_do() -> Result<()> {
    let (tenant, forest) = Forest::openldap("cli-advice").await?;
    let refused = answer(&["sync", &tenant.id]).await?;
    assert_eq!(refused.code, Some(1), "{refused:?}");
    let advice = format!("rollcall settings put {} --host", tenant.id);
    assert!(
        refused.err.contains("(NO_SETTINGS)") && refused.err.contains(&advice),
        "{refused:?}"
    );
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
async fn a_tenant_that_nobody_knows_is_an_error_and_no_empty_list() -> Result<()> {
    let stranger = format!("stranger-{}", uuid::Uuid::new_v4());
    for list in [
        &["runs", &stranger][..],
        &["accounts", &stranger],
        &["accounts", &stranger, "--removed"],
        &["domains", "show", &stranger],
        &["settings", "show", &stranger],
        &["account", "show", &stranger, "ann@acme.example"],
        &["run", &stranger],
        &["rows", &stranger],
        &["csv", &stranger],
        &["approve", &stranger],
        &["explain", &stranger, "ann@acme.example"],
    ] {
        let refused = answer(list).await?;
        assert_eq!((refused.code, refused.out.as_str()), (Some(1), ""), "{refused:?}");
        assert!(
            refused.err.contains(&format!("Tenant {stranger} is unknown")),
            "{refused:?}"
        );
    }
    let (tenant, _forest) = office("cli-known").saved().await?;
    let none = answer(&["accounts", &tenant.id]).await?;
    assert_eq!(
        (none.code, none.out.as_str()),
        (Some(0), "No accounts.\n"),
        "{none:?}"
    );
    Ok(())
}

#[tokio::test]
async fn an_address_that_leads_to_another_service_is_named_with_that_service() -> Result<()> {
    let mut command = rollcall(&["runs", "acme"])?;
    let bed = Bed::attach()?;
    command.env("ROLLCALL_RESULTS_URL", &bed.endpoints()?.scheduler_url);
    let answer = ended(command).await?;
    assert_eq!(answer.code, Some(2), "{answer:?}");
    assert!(
        answer.err.contains("leads to scheduler") && answer.err.contains("--results-url"),
        "{answer:?}"
    );
    Ok(())
}

#[tokio::test]
async fn a_program_reads_errors_as_json_too() -> Result<()> {
    let (tenant, _forest) = Forest::openldap("cli-json-error").await?;
    let refused = answer(&["sync", &tenant.id, "--json"]).await?;
    let error: Value = serde_json::from_str(&refused.err)?;
    assert_eq!(
        (&error["error"]["reason"], &error["error"]["exit_code"]),
        (&"NO_SETTINGS".into(), &1.into())
    );
    let wrong = answer(&["sync", "--json"]).await?;
    let error: Value = serde_json::from_str(&wrong.err)?;
    assert_eq!((wrong.code, &error["error"]["exit_code"]), (Some(2), &2.into()));
    let usage = error["error"]["advice"].as_str().context("the usage")?;
    assert!(
        !usage.contains("-url"),
        "what the environment gives is not named: {usage}"
    );
    Ok(())
}
