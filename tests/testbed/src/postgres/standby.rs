//! A second server that has every commit before its client hears of it, and can take the first one's place.

use std::net::IpAddr;
use std::sync::Arc;

use sqlx::Connection as _;
use tokio::time::{Instant, sleep};

use super::{LIMIT, PORT, Postgres, SUPERUSER, failed_to, layout::Layout};
use crate::error::{Error, Result};
use crate::keeper::{Keeper, Process};

const PAUSE: std::time::Duration = std::time::Duration::from_millis(50);

/// A synchronous standby of a bed's PostgreSQL.
#[derive(Debug)]
pub struct Standby {
    postgres: Postgres,
    process: Process,
}

impl Standby {
    /// Copies `primary`, follows it, and has it wait for each commit from here on.
    pub(crate) async fn start(primary: &Postgres, keeper: &Arc<Keeper>, address: IpAddr) -> Result<Self> {
        let postgres = Postgres {
            address,
            disk: None,
            clock: None,
            ..primary.clone()
        };
        let layout = Layout::make(keeper.folder(), "postgres-standby", None)?;
        let mut copy = layout.command("postgres-basebackup", "pg_basebackup")?;
        copy.args = [
            "--write-recovery-conf",
            "--checkpoint=fast",
            "--no-sync",
            "--pgdata",
        ]
        .map(str::to_owned)
        .to_vec();
        copy.args.push(layout.data.display().to_string());
        copy.env.extend([
            ("PGHOST".to_owned(), primary.address.to_string()),
            ("PGPORT".to_owned(), PORT.to_string()),
            ("PGUSER".to_owned(), SUPERUSER.to_owned()),
            ("PGPASSWORD".to_owned(), primary.superuser_password.clone()),
        ]);
        keeper.run(copy).await?;
        let mut server = postgres.server(&layout, true)?;
        "postgres-standby".clone_into(&mut server.name);
        server.log.set_file_name("postgres-standby.log");
        let process = keeper.spawn(server).await?;
        postgres.until_ready(&process).await?;
        let standby = Self { postgres, process };
        primary
            .run("ALTER SYSTEM SET synchronous_standby_names = '*'")
            .await?;
        primary.run("SELECT pg_reload_conf()").await?;
        standby.until_synchronous(primary).await?;
        Ok(standby)
    }

    async fn until_synchronous(&self, primary: &Postgres) -> Result<()> {
        let end = Instant::now() + LIMIT;
        while !primary.is_waited_for().await? {
            if Instant::now() >= end {
                return Err(Error::Refused(
                    "PostgreSQL: the standby does not keep up".to_owned(),
                ));
            }
            sleep(PAUSE).await;
        }
        Ok(())
    }

    /// Makes it the primary. The one before it must be gone.
    pub async fn promote(&self) -> Result<()> {
        self.postgres.run("SELECT pg_promote()").await
    }

    /// The server.
    pub fn postgres(&self) -> &Postgres {
        &self.postgres
    }

    /// Its process.
    pub fn process(&self) -> &Process {
        &self.process
    }
}

impl Postgres {
    async fn run(&self, statement: &'static str) -> Result<()> {
        let mut connection = self.connect("postgres").await?;
        sqlx::raw_sql(statement)
            .execute(&mut connection)
            .await
            .map_err(failed_to(statement))?;
        connection
            .close()
            .await
            .map_err(failed_to("close the connection"))
    }

    /// True if commits wait for a standby.
    async fn is_waited_for(&self) -> Result<bool> {
        let mut connection = self.connect("postgres").await?;
        sqlx::query_scalar("SELECT EXISTS (SELECT FROM pg_stat_replication WHERE sync_state = 'sync')")
            .fetch_one(&mut connection)
            .await
            .map_err(failed_to("ask for its standby"))
    }
}
