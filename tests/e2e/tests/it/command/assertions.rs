//! The command at services whose portal must say for whom it acts.

use std::{fs, time::Duration};

use anyhow::Result;
use rollcall_testbed::LIMITED;

use super::terminal::{Answer, ended, rollcall};
use crate::assertions::{Issuer, Strict};

async fn on(strict: &Strict, args: &[&str]) -> Result<Answer> {
    let endpoints = strict.own.stack.endpoints();
    let identity = strict.own.stack.authority().identity(LIMITED);
    let mut command = rollcall(args)?;
    command
        .env("ROLLCALL_RECONCILE_URL", &endpoints.reconcile_url)
        .env(
            "ROLLCALL_CA_FILE",
            strict.own.stack.authority().certificate_file(),
        )
        .env("ROLLCALL_CLIENT_CERT_FILE", &identity.certificate)
        .env("ROLLCALL_CLIENT_KEY_FILE", &identity.key);
    ended(command).await
}

#[tokio::test]
async fn the_command_sends_the_assertion_of_a_file_and_says_how_to_give_one() -> Result<()> {
    let issuer = Issuer::new("k1", 1)?;
    let strict = Strict::start(&issuer).await?;
    let file = strict.file("assertion");
    let path = file.display().to_string();
    let add = ["domains", "add", "acme", "acme.example"];
    let asserting = [&add[..], &["--assertion-file", &path]].concat();
    let refused = async |args: &[&str], words: &[&str]| {
        let answer = on(&strict, args).await?;
        assert_eq!(answer.code, Some(1), "{answer:?}");
        for word in words {
            assert!(answer.err.contains(word), "{word}: {answer:?}");
        }
        anyhow::Ok(())
    };
    refused(
        &add,
        &[
            "ASSERTION_REQUIRED",
            "--assertion-file",
            "ROLLCALL_ASSERTION_FILE",
        ],
    )
    .await?;
    refused(&asserting, &[&path, "ROLLCALL_ASSERTION_FILE"]).await?;
    fs::write(&file, issuer.assert("other", Duration::ZERO)?)?;
    refused(&asserting, &["ASSERTION_REFUSED", "--assertion-file"]).await?;
    fs::write(&file, issuer.assert("acme", Duration::ZERO)? + "\n")?;
    let in_clear = ["--reconcile-url", "http://192.0.2.1:7103"];
    let exposed = on(&strict, &[&asserting[..], &in_clear].concat()).await?;
    assert_eq!(exposed.code, Some(2), "{exposed:?}");
    for word in ["without TLS", "ROLLCALL_RECONCILE_URL", "https:"] {
        assert!(exposed.err.contains(word), "{word}: {exposed:?}");
    }
    let done = on(&strict, &asserting).await?;
    assert_eq!(done.code, Some(0), "{done:?}");
    Ok(())
}
