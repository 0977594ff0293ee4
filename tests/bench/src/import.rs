//! One round: fresh services on a fresh database, a first import, and imports that find everything as it was.

use std::{fs, time::Instant};

use anyhow::{Context, Result, ensure};
use rollcall_e2e::Tenant;
use rollcall_proto::v1::{Counts, Directory, Run, Security, ServerType};
use rollcall_testbed::{
    Bed, Kind, Service, Stack, StackOptions,
    directory::Domains,
    openldap::OpenLdap,
    samba::{BASE, BIND_PASSWORD, BIND_USERNAME},
};
use sqlx::{Connection as _, PgConnection};

use crate::{ldapsearch, samples::Samples};

/// Domain of the addresses of imported people.
pub(crate) const DOMAINS: Domains<'static> = Domains {
    main: "corp.example",
    second: "corp.test",
    alias: "corp-mail.example",
    foreign: "partner.example",
};

/// Number of addresses of each object.
pub(crate) const ADDRESSES: u64 = 3;
const UNCHANGED_IMPORTS: usize = 2;

/// Measures once: a read before each import.
pub(crate) async fn round(bed: &Bed, objects: u32, samples: &mut Samples) -> Result<()> {
    let stack = bed.stack(StackOptions::default()).await?;
    let tenant = Tenant::unknown(stack.endpoints(), "bench").await?;
    tenant
        .put_domains(&[(DOMAINS.main, ""), (DOMAINS.second, "")])
        .await?;
    tenant.put_directory(in_clear(bed.openldap()?)).await?;

    samples
        .reads
        .push(ldapsearch::read(bed.openldap()?, objects).await?);
    let begun = Instant::now();
    let run = tenant.sync().await.context("the first import")?;
    samples.first.push(begun.elapsed());
    check_first(&run, &stack, objects).await?;

    for _ in 0..UNCHANGED_IMPORTS {
        samples
            .reads
            .push(ldapsearch::read(bed.openldap()?, objects).await?);
        let begun = Instant::now();
        let run = tenant.sync().await.context("an unchanged import")?;
        samples.unchanged.push(begun.elapsed());
        check_unchanged(&run, objects)?;
    }

    samples
        .worker_kib
        .push(peak_kib(stack.service(Kind::Worker, 0)?)?);
    samples
        .reconcile_kib
        .push(peak_kib(stack.service(Kind::Reconcile, 0)?)?);
    for service in stack.services() {
        service.terminate().await?;
    }
    Ok(())
}

/// Without TLS, as `ldapsearch` reads here.
fn in_clear(openldap: &OpenLdap) -> Directory {
    let address = openldap.ldap_address();
    Directory {
        server_type: ServerType::Openldap.into(),
        hosts: vec![address.ip().to_string()],
        port: address.port().into(),
        security: Security::Plaintext.into(),
        bind_username: BIND_USERNAME.to_owned(),
        bind_password: Some(BIND_PASSWORD.to_owned()),
        search_bases: vec![BASE.to_owned()],
        ..Directory::default()
    }
}

/// Everything is there: by what the run says, and by what the database holds.
async fn check_first(run: &Run, stack: &Stack, objects: u32) -> Result<()> {
    let (objects, addresses) = (u64::from(objects), u64::from(objects) * ADDRESSES);
    let counts = run.counts.unwrap_or_default();
    let right = Counts {
        objects,
        claims: addresses,
        add: addresses,
        accounts: objects,
        accounts_created: objects,
        ..Counts::default()
    };
    ensure!(
        counts == right,
        "the first import should have counted {right:?}, and counted {counts:?}"
    );
    let mut database = PgConnection::connect(&stack.endpoints().database_url).await?;
    let held: (i64, i64) =
        sqlx::query_as("SELECT (SELECT count(*) FROM portal.account), (SELECT count(*) FROM portal.address)")
            .fetch_one(&mut database)
            .await?;
    let held = (u64::try_from(held.0)?, u64::try_from(held.1)?);
    ensure!(
        held == (objects, addresses),
        "the portal holds {held:?} accounts and addresses"
    );
    Ok(())
}

fn check_unchanged(run: &Run, objects: u32) -> Result<()> {
    let (objects, addresses) = (u64::from(objects), u64::from(objects) * ADDRESSES);
    let counts = run.counts.unwrap_or_default();
    let right = Counts {
        objects,
        claims: addresses,
        keep: addresses,
        accounts: objects,
        ..Counts::default()
    };
    ensure!(
        run.unchanged && counts == right,
        "nothing had changed, and the run came to {run:?}"
    );
    Ok(())
}

/// A service's peak resident memory so far.
fn peak_kib(service: &Service) -> Result<u64> {
    let pid = service.pid().context("the service runs")?;
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let peak = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .context("VmHWM")?;
    Ok(peak.trim().trim_end_matches("kB").trim_end().parse()?)
}
