//! Services of a test's own, to be killed, starved and looked into, with a database and a broker's virtual host
//! that no other test writes to.

use anyhow::{Result, ensure};
use rollcall_e2e::{Forest, Office, Tenant, forest::ForestProxy, wait};
use rollcall_proto::v1::{Run, RunState};
use rollcall_testbed::{Bed, Proxy, Stack, StackOptions};
use sqlx::{PgPool, postgres::PgPoolOptions};

/// A stack on the bed around this test, and its database.
pub(crate) struct Own {
    pub(crate) bed: Bed,
    pub(crate) stack: Stack,
    pub(crate) database: PgPool,
}

impl Own {
    pub(crate) async fn start(options: StackOptions) -> Result<Self> {
        let bed = Bed::attach()?;
        let stack = bed.stack(options).await?;
        let database = PgPoolOptions::new()
            .max_connections(2)
            .connect(&stack.endpoints().database_url)
            .await?;
        Ok(Self { bed, stack, database })
    }

    /// The same, with a proxy between the services and their broker.
    pub(crate) async fn behind_a_proxied_broker() -> Result<(Self, Proxy)> {
        let broker = Proxy::start(Bed::attach()?.rabbitmq()?.socket_address()).await?;
        let own = Self::start(StackOptions {
            broker: Some(broker.address()),
            ..StackOptions::default()
        })
        .await?;
        Ok((own, broker))
    }

    /// An office on this stack, in OpenLDAP.
    pub(crate) fn office(&self, word: impl Into<String>) -> Office<'_> {
        self.office_in_active_directory(word).in_openldap()
    }

    /// An office on this stack, in Active Directory.
    pub(crate) fn office_in_active_directory(&self, word: impl Into<String>) -> Office<'_> {
        Office::new(word).on(&self.bed, self.stack.endpoints())
    }

    /// A tenant of this stack whose directory is empty.
    pub(crate) async fn tenant(&self, word: &str) -> Result<(Tenant, Forest)> {
        self.office(word).furnished().await
    }

    /// The one number that a query about a tenant answers.
    pub(crate) async fn number(&self, query: &'static str, tenant: &Tenant) -> Result<i64> {
        Ok(sqlx::query_scalar(query)
            .bind(&tenant.id)
            .fetch_one(&self.database)
            .await?)
    }

    /// Times that a lease of the tenant was taken.
    pub(crate) async fn fence(&self, tenant: &Tenant) -> Result<i64> {
        self.number("SELECT fence FROM reconcile.lease WHERE tenant_id = $1", tenant)
            .await
    }

    /// Number of runs of the tenant that were applied.
    pub(crate) async fn applied(&self, tenant: &Tenant) -> Result<i64> {
        self.number(
            "SELECT applied FROM reconcile.tenant WHERE tenant_id = $1",
            tenant,
        )
        .await
    }
}

/// Adds so many people with a primary address each.
pub(crate) async fn people(tenant: &Tenant, forest: &Forest, count: usize) -> Result<()> {
    for n in 0..count {
        forest.add(&tenant.person(&format!("p{n}"))).await?;
    }
    Ok(())
}

/// Bytes of the server's that a stalled proxy lets pass: more than a bind's answer, less than any page.
pub(crate) const STALLED_AT: u64 = 600;

/// Starts a sync and waits until it is in the middle of its read, through a proxy that stalls.
pub(crate) async fn reading(tenant: &Tenant, proxy: &ForestProxy<'_>) -> Result<String> {
    let run_id = tenant.start_sync().await?;
    wait::until(
        "the run to be in the middle of its read",
        || async { Ok((tenant.run(&run_id).await?.state(), proxy.bytes_from_server())) },
        |(state, bytes)| *state == RunState::Running && *bytes >= STALLED_AT,
    )
    .await?;
    Ok(run_id)
}

/// Follows a run that is to succeed to its end.
pub(crate) async fn succeeded(tenant: &Tenant, run_id: &str) -> Result<Run> {
    let run = tenant.ended(run_id).await?;
    ensure!(run.state() == RunState::Succeeded, "the run ended as {run:?}");
    Ok(run)
}
