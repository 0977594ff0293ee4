//! PostgreSQL and RabbitMQ: killed, hung, promoted, without room.

use std::time::Duration;

use anyhow::{Context as _, Result};
use rollcall_testbed::{Part, Process, Signal, Way};
use tokio::time::{sleep, timeout};

use super::{DYING, Inflict};
use crate::plan::Strike;

impl Inflict<'_> {
    pub(super) async fn strike_server(&self, part: Part, strike: Strike) -> Result<()> {
        let _turn = self.world.server_turn.lock().await;
        let process = self.world.server(part)?;
        strike_process(process, strike).await?;
        self.until_ready(part, process).await
    }

    async fn until_ready(&self, part: Part, process: &Process) -> Result<()> {
        match part {
            Part::Postgres => self.world.bed.postgres()?.until_ready(process).await?,
            Part::RabbitMq => self.world.bed.rabbitmq()?.until_ready(process).await?,
            _ => {}
        }
        Ok(())
    }

    pub(super) async fn promote(&self, down: Duration) -> Result<()> {
        let standby = self.world.standby.as_ref().context("PostgreSQL has no standby")?;
        self.world.server(Part::Postgres)?.kill().await?;
        sleep(down).await;
        standby.promote().await?;
        let way = self
            .world
            .stack
            .way(Way::Database)
            .context("the services have no proxies")?;
        way.lead_to(&[standby.postgres().socket_address()]);
        Ok(())
    }

    /// A PostgreSQL that cannot write its log ends itself; the caller that made room starts it again.
    pub(super) async fn fill_disk(&self, lasts: Duration) -> Result<()> {
        let disk = self
            .world
            .bed
            .postgres()?
            .disk()
            .context("PostgreSQL has no disk of its own")?;
        let process = self.world.server(Part::Postgres)?;
        disk.fill()?;
        sleep(lasts).await;
        disk.free()?;
        if timeout(DYING, process.wait()).await.is_ok() {
            process.start().await?;
        }
        self.until_ready(Part::Postgres, process).await
    }
}

pub(super) async fn strike_process(process: &Process, strike: Strike) -> Result<()> {
    match strike {
        Strike::Kill(down) => {
            process.kill().await?;
            sleep(down).await;
            process.start().await?;
        }
        Strike::Stop(time) => {
            process.signal(Signal::Stop).await?;
            sleep(time).await;
            process.signal(Signal::Continue).await?;
        }
    }
    Ok(())
}
