//! The yardstick: OpenLDAP's own client, reading what an import reads.

use std::{
    process::Stdio,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use rollcall_domain::{AddressAttributes, filter, reading::HINTS};
use rollcall_testbed::{
    openldap::OpenLdap,
    samba::{BASE, BIND_PASSWORD, BIND_USERNAME},
};
use tokio::process::Command;

/// Reads everything, in pages of a thousand as the worker does, and measures the time.
pub(crate) async fn read(openldap: &OpenLdap, objects: u32) -> Result<Duration> {
    let begun = Instant::now();
    let ended = search(openldap)?
        .stdout(Stdio::null())
        .status()
        .await
        .context("run ldapsearch")?;
    let took = begun.elapsed();
    ensure!(
        ended.success(),
        "ldapsearch, asked for {objects} objects, ended with {ended}"
    );
    Ok(took)
}

fn search(openldap: &OpenLdap) -> Result<Command> {
    let attributes = AddressAttributes::parse(&[] as &[String])?;
    let mut command = Command::new("ldapsearch");
    command
        .args(["-x", "-LLL", "-H", &openldap.ldap_url()])
        .args(["-D", BIND_USERNAME, "-w", BIND_PASSWORD])
        .args(["-b", BASE, "-E", "pr=1000/noprompt"])
        .arg(filter::compose(None, &attributes))
        .args(attributes.iter().map(ToString::to_string))
        .args(HINTS)
        .kill_on_drop(true);
    Ok(command)
}
