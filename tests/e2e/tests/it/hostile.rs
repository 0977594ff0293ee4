//! Directories that do their worst: the run FAILED and says which bound was crossed and by what, the worker lives on within
//! its memory, and no other tenant waits.

use anyhow::{Context, Result, ensure};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use rollcall_e2e::Tenant;
use rollcall_proto::v1::{Directory, Run, RunState, Security, TestStepKind, TestStepState};
use rollcall_testbed::{
    Kind, StackOptions,
    hostile::{BASE, Behaviour, Hostile, Script},
};

use crate::own::Own;

/// The memory that a worker is given.
const MEMORY_KIB: u64 = 512 * 1024;
/// So many hostile tenants sync at once: of four slots for those who wait, one is left.
const AT_ONCE: usize = 3;

/// Effect of a hostile directory on a run: its failure's code, and a part of the failure's detail.
const FAILURES: [(Behaviour, &str, &str); 23] = [
    (
        Behaviour::EndlessRanges,
        "LIMIT_EXCEEDED",
        "CN=odd,DC=hostile,DC=example has more than 20000 values of proxyAddresses",
    ),
    (
        Behaviour::StuckRanges,
        "INCOMPLETE_READ",
        "does not continue the values of proxyAddresses",
    ),
    (
        Behaviour::RangePerAttribute,
        "LIMIT_EXCEEDED",
        "the values of CN=odd,DC=hostile,DC=example come in more than 1000 ranges",
    ),
    (
        Behaviour::HugeValue,
        "LIMIT_EXCEEDED",
        "CN=odd,DC=hostile,DC=example has a value of proxyAddresses with 1048576 bytes",
    ),
    (
        Behaviour::ManyValues,
        "LIMIT_EXCEEDED",
        "CN=odd,DC=hostile,DC=example: a message of",
    ),
    (
        Behaviour::ManyClaims,
        "TOO_MANY_ADDRESSES",
        "CN=odd,DC=hostile,DC=example claims 10001 addresses, and an object may claim 10000",
    ),
    (
        Behaviour::LongNames,
        "LIMIT_EXCEEDED",
        "has a distinguished name of",
    ),
    (Behaviour::LargeEntries, "LIMIT_EXCEEDED", "more than 40 entries"),
    (Behaviour::EndlessPage, "LIMIT_EXCEEDED", "more than 40 entries"),
    (
        Behaviour::EndlessPartials,
        "LIMIT_EXCEEDED",
        "names of entries whose values come in ranges",
    ),
    (
        Behaviour::References,
        "LIMIT_EXCEEDED",
        "more than 100000 references",
    ),
    (
        Behaviour::Intermediates,
        "LIMIT_EXCEEDED",
        "more than 100000 references and intermediate responses",
    ),
    (Behaviour::Referrals, "LIMIT_EXCEEDED", "a message of"),
    (Behaviour::GrowingCookies, "LIMIT_EXCEEDED", "a page cookie of"),
    (
        Behaviour::RepeatedPages,
        "INCOMPLETE_READ",
        "repeated a page that it had already sent",
    ),
    (
        Behaviour::EmptyPages,
        "LIMIT_EXCEEDED",
        "pages in a row without an entry",
    ),
    (Behaviour::HugeDiagnostics, "", "word word"),
    (
        Behaviour::HugeRootDse,
        "LIMIT_EXCEEDED",
        "the root DSE: a message of",
    ),
    (Behaviour::HugeBind, "LIMIT_EXCEEDED", "a message of"),
    (
        Behaviour::HugeMessage,
        "LIMIT_EXCEEDED",
        "CN=flood,DC=hostile,DC=example: a message of 42949",
    ),
    (Behaviour::Nested, "LIMIT_EXCEEDED", "nested deeper than"),
    (Behaviour::HugeStartTls, "LIMIT_EXCEEDED", "a message of"),
    (
        Behaviour::HugeCertificates,
        "TLS_FAILED",
        "TLS cannot be negotiated",
    ),
];

/// A stack with one worker, which accepts few entries, so that what has no end is over soon.
async fn one_worker() -> Result<Own> {
    let options = StackOptions::default().set(Kind::Worker, "ROLLCALL_LIMITS__ENTRIES", "40");
    Own::start(options).await
}

/// A hostile directory, a tenant that reads it, and its settings.
struct Case {
    tenant: Tenant,
    settings: Directory,
    _directory: Hostile,
}

impl Case {
    async fn new(own: &Own, behaviour: Behaviour) -> Result<Self> {
        let tenant = Tenant::registered(own.stack.endpoints(), "hostile").await?;
        let script = Script::new(behaviour).domain(&tenant.domain);
        let (directory, security) = match behaviour {
            Behaviour::HugeCertificates => {
                let authority = own.bed.authority();
                (Hostile::start_ldaps(script, &authority).await?, Security::Ldaps)
            }
            Behaviour::HugeStartTls => (Hostile::start(script).await?, Security::Starttls),
            _ => (Hostile::start(script).await?, Security::Plaintext),
        };
        let settings = Directory {
            hosts: vec![directory.address().ip().to_string()],
            port: directory.address().port().into(),
            security: security.into(),
            ca_certificates_pem: if security == Security::Plaintext {
                String::new()
            } else {
                own.bed.authority().certificate_pem()?
            },
            bind_username: "cn=reader".to_owned(),
            bind_password: Some("secret".to_owned()),
            // Of most, the base is asked for; of one, the root DSE decides.
            search_bases: if behaviour == Behaviour::HugeRootDse {
                Vec::new()
            } else {
                vec![BASE.to_owned()]
            },
            ..Directory::default()
        };
        Ok(Self {
            tenant,
            settings,
            _directory: directory,
        })
    }

    /// Syncs to the end.
    async fn sync(&self) -> Result<Run> {
        self.tenant.put_directory(self.settings.clone()).await?;
        self.tenant.ended(&self.tenant.start_sync().await?).await
    }
}

/// The worker's process, and the most memory that it ever had.
struct Worker {
    pid: u32,
}

impl Worker {
    fn find(own: &Own) -> Result<Self> {
        let pid = own
            .stack
            .service(Kind::Worker, 0)?
            .pid()
            .context("the worker runs")?;
        Ok(Self { pid })
    }

    /// It is the same process as before, and has stayed within its memory.
    fn is_well(&self, own: &Own) -> Result<()> {
        let now = own.stack.service(Kind::Worker, 0)?.pid();
        ensure!(
            now == Some(self.pid),
            "the worker was {} and is {now:?}",
            self.pid
        );
        let peak = self.peak_kib()?;
        ensure!(peak < MEMORY_KIB, "the worker's memory reached {peak} KiB");
        Ok(())
    }

    fn peak_kib(&self) -> Result<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid))?;
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        Ok(peak.context("VmHWM")?.trim().trim_end_matches(" kB").parse()?)
    }
}

#[tokio::test]
async fn a_hostile_directory_fails_its_own_run_and_ends_no_worker() -> Result<()> {
    let own = one_worker().await?;
    let worker = Worker::find(&own)?;
    let (good, _) = own.office("good").people(["ann"]).saved().await?;
    let fail = |(behaviour, code, said): (Behaviour, &'static str, &'static str)| {
        let (own, good) = (&own, &good);
        async move {
            let case = Case::new(own, behaviour).await?;
            let (run, other) = tokio::join!(case.sync(), good.sync());
            other.with_context(|| format!("somebody else's sync beside {behaviour:?}"))?;
            let run = run.with_context(|| format!("{behaviour:?}"))?;
            let failure = run.failure.clone().unwrap_or_default();
            let expected = run.state() == RunState::Failed
                && (code.is_empty() || failure.code == code)
                && failure.detail.contains(said)
                && !failure.message.is_empty();
            ensure!(expected, "{behaviour:?} ended as {:?}: {failure:?}", run.state());
            ensure!(
                case.tenant.accounts().await?.is_empty(),
                "{behaviour:?} changed accounts"
            );
            Ok::<_, anyhow::Error>(())
        }
    };
    // The sync of one tenant is one at a time, and each hostile one has it beside itself.
    stream::iter(FAILURES)
        .map(fail)
        .buffer_unordered(1)
        .try_collect::<Vec<_>>()
        .await?;
    worker.is_well(&own)?;
    eprintln!("the worker's memory reached {} KiB", worker.peak_kib()?);
    own.stack.stop().await?;
    Ok(())
}

#[tokio::test]
async fn attributes_that_were_not_asked_for_are_dropped_and_the_rest_of_the_entry_is_read() -> Result<()> {
    let own = one_worker().await?;
    let worker = Worker::find(&own)?;
    for behaviour in Behaviour::BEARABLE {
        let case = Case::new(&own, behaviour).await?;
        let run = case.sync().await?;
        ensure!(
            run.state() == RunState::Succeeded,
            "{behaviour:?} ended as {run:?}"
        );
        let people = if behaviour == Behaviour::Good { 3 } else { 4 };
        let counts = run.counts.context("counts")?;
        ensure!(
            (counts.objects, counts.claims) == (people, people),
            "{behaviour:?}: {counts:?}"
        );
    }
    worker.is_well(&own)?;
    own.stack.stop().await?;
    Ok(())
}

#[tokio::test]
async fn many_directories_that_send_large_entries_at_once_stay_within_the_workers_memory() -> Result<()> {
    let own = one_worker().await?;
    let worker = Worker::find(&own)?;
    let (good, _) = own.office("good").people(["ann"]).saved().await?;
    let hostile = stream::iter(0..3 * AT_ONCE).map(|_| async {
        let case = Case::new(&own, Behaviour::LargeEntries).await?;
        let run = case.sync().await?;
        let failure = run.failure.clone().unwrap_or_default();
        ensure!(
            failure.detail.contains("more than 40 entries"),
            "it ended as {run:?}"
        );
        Ok(())
    });
    let (others, synced) = tokio::join!(
        hostile.buffer_unordered(AT_ONCE).try_collect::<Vec<_>>(),
        good.sync()
    );
    others?;
    synced?;
    worker.is_well(&own)?;
    eprintln!("the worker's memory reached {} KiB", worker.peak_kib()?);
    own.stack.stop().await?;
    Ok(())
}

#[tokio::test]
async fn a_connection_test_of_a_hostile_directory_has_the_bounds_of_a_read() -> Result<()> {
    let own = one_worker().await?;
    let worker = Worker::find(&own)?;
    let cases = [
        (Behaviour::UnrequestedRanges, TestStepKind::LeftOut, ""),
        (
            Behaviour::EndlessRanges,
            TestStepKind::Examples,
            "CN=odd,DC=hostile,DC=example has more than 20000 values",
        ),
        (
            Behaviour::ManyClaims,
            TestStepKind::Examples,
            "CN=odd,DC=hostile,DC=example claims 10001 addresses",
        ),
        (
            Behaviour::LongNames,
            TestStepKind::Count,
            "has a distinguished name of",
        ),
        (
            Behaviour::EndlessPage,
            TestStepKind::Count,
            "entries of a small search",
        ),
        (
            Behaviour::References,
            TestStepKind::Count,
            "more than 100000 references",
        ),
        (
            Behaviour::HugeRootDse,
            TestStepKind::Server,
            "the root DSE: a message of",
        ),
        (Behaviour::HugeBind, TestStepKind::Bind, "a message of"),
        (
            Behaviour::HugeCertificates,
            TestStepKind::Tls,
            "TLS cannot be negotiated",
        ),
    ];
    for (behaviour, kind, said) in cases {
        let case = Case::new(&own, behaviour).await?;
        let settings = case.tenant.settings(case.settings.clone());
        let steps = case.tenant.test_connection(Some(settings)).await?;
        let last = steps.last().context("a step")?;
        let detail = last.failure.clone().unwrap_or_default().detail;
        let expected = if said.is_empty() {
            TestStepState::Passed
        } else {
            TestStepState::Failed
        };
        ensure!(
            last.kind() == kind && last.state() == expected && detail.contains(said),
            "{behaviour:?} ended with {last:?}"
        );
    }
    worker.is_well(&own)?;
    own.stack.stop().await?;
    Ok(())
}
