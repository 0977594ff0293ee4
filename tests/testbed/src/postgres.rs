//! A private PostgreSQL. It takes connections by TLS alone, and every URL of it has the client check its certificate.

mod layout;
mod schemas;
mod standby;

use std::fs;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use sqlx::{ConnectOptions as _, Connection as _, PgConnection};

use crate::certificates::Authority;
use crate::clock::Clock;
use crate::disk::Disk;
use crate::error::{Doing as _, Error, Result};
use crate::keeper::{Command, Keeper, Process};
use crate::place::{self, secret, write_private};
use crate::root::Root;
use crate::service::Kind;
use layout::Layout;

pub use standby::Standby;

const PORT: u16 = 5432;
const SUPERUSER: &str = "postgres";
const LIMIT: Duration = Duration::from_secs(30);
/// No connection without TLS.
const ACCESS: &str = "hostssl all all all scram-sha-256\nhostssl replication all all scram-sha-256\n";
const ROLES: &str = include_str!("../../../deploy/postgres/roles.sql");
const SCHEMAS: &str = concat!(
    include_str!("../../../deploy/postgres/schemas.sql"),
    include_str!("../../../deploy/postgres/audit.sql")
);

/// A running PostgreSQL with the services' roles.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Postgres {
    address: IpAddr,
    superuser_password: String,
    scheduler_password: String,
    reconcile_password: String,
    results_password: String,
    /// The folder of the authority that signed its certificate.
    authority: PathBuf,
    /// A small disk that it has for itself.
    disk: Option<PathBuf>,
    /// The file of its own clock.
    clock: Option<PathBuf>,
}

/// Options of PostgreSQL's start.
#[derive(Debug, Clone, Copy)]
pub struct PostgresOptions {
    /// True if commits wait for the disk, as in production. Off is faster.
    pub fsync: bool,
    /// The size of a disk that it gets for itself, in MiB. Takes root.
    pub disk_mib: Option<u32>,
    /// True if it gets a clock of its own, which can be changed.
    pub clock: bool,
}

impl Default for PostgresOptions {
    fn default() -> Self {
        Self {
            fsync: true,
            disk_mib: None,
            clock: false,
        }
    }
}

impl Postgres {
    pub(crate) async fn start(
        keeper: &Arc<Keeper>,
        address: IpAddr,
        authority: &Authority,
        options: PostgresOptions,
        root: Option<&Root>,
    ) -> Result<(Self, Process)> {
        let layout = Layout::make(keeper.folder(), "postgres", root)?;
        if let Some(mib) = options.disk_mib {
            Disk::mount(&layout.folder, mib)?;
            layout.own()?;
        }
        let clock = keeper.folder().join("postgres-clock");
        let postgres = Self {
            address,
            superuser_password: secret(),
            scheduler_password: secret(),
            reconcile_password: secret(),
            results_password: secret(),
            authority: authority.folder().to_owned(),
            disk: options.disk_mib.map(|_| layout.folder.clone()),
            clock: options.clock.then_some(clock),
        };
        postgres.initialise(keeper, &layout).await?;
        if let Some(file) = &postgres.clock {
            Clock::right(file)?;
        }
        let process = keeper.spawn(postgres.server(&layout, options.fsync)?).await?;
        postgres.until_ready(&process).await?;
        postgres.psql(keeper, "postgres", &postgres.roles()).await?;
        Ok((postgres, process))
    }

    /// Waits until PostgreSQL takes connections, at its start or after a restart.
    pub async fn until_ready(&self, process: &Process) -> Result<()> {
        let connects = || async {
            self.connect(SUPERUSER)
                .await?
                .close()
                .await
                .map_err(failed_to("close"))
        };
        process.until_ready(LIMIT, connects).await
    }

    /// Makes a database with Rollcall's schemas, still empty.
    pub(crate) async fn create_database(&self, keeper: &Arc<Keeper>, name: &str) -> Result<()> {
        let mut connection = self.connect("postgres").await?;
        let create = sqlx::AssertSqlSafe(format!("CREATE DATABASE \"{name}\""));
        sqlx::raw_sql(create)
            .execute(&mut connection)
            .await
            .map_err(failed_to("create a database"))?;
        connection
            .close()
            .await
            .map_err(failed_to("close the connection"))?;
        self.psql(keeper, name, SCHEMAS).await
    }

    /// The URL at which the superuser connects to a database.
    pub fn url(&self, database: &str) -> String {
        self.url_through(self.socket_address(), database)
    }

    /// As [`Self::url`], through something else that listens on `address`, a proxy on 127.0.0.1 for example: the
    /// certificate names that address too.
    pub fn url_through(&self, address: SocketAddr, database: &str) -> String {
        self.url_of(SUPERUSER, &self.superuser_password, address, database)
    }

    /// Its own disk, if it has one.
    pub fn disk(&self) -> Option<Disk> {
        self.disk.as_deref().map(Disk::at)
    }

    /// Its own clock, if it has one.
    pub fn clock(&self) -> Option<Clock> {
        self.clock.as_deref().map(Clock::at)
    }

    /// The URL at which a service connects to a database, with its own role. The worker has none.
    pub fn service_url(&self, kind: Kind, database: &str) -> Option<String> {
        self.service_url_through(self.socket_address(), kind, database)
    }

    /// The socket on which PostgreSQL listens.
    pub fn socket_address(&self) -> SocketAddr {
        (self.address, PORT).into()
    }

    /// As [`Self::service_url`], through something else that listens on `address`.
    pub fn service_url_through(&self, address: SocketAddr, kind: Kind, database: &str) -> Option<String> {
        let (user, password) = match kind {
            Kind::Scheduler => ("rollcall_scheduler", &self.scheduler_password),
            Kind::Reconcile => ("rollcall_reconcile", &self.reconcile_password),
            Kind::Results => ("rollcall_results", &self.results_password),
            Kind::Worker => return None,
        };
        Some(self.url_of(user, password, address, database))
    }

    fn url_of(&self, user: &str, password: &str, address: SocketAddr, database: &str) -> String {
        let ca = self.ca_file().display().to_string();
        format!("postgres://{user}:{password}@{address}/{database}?sslmode=verify-full&sslrootcert={ca}")
    }

    /// The authority that signed its certificate, a PEM file.
    pub fn ca_file(&self) -> PathBuf {
        Authority::open(&self.authority).certificate_file()
    }

    async fn connect(&self, database: &str) -> Result<PgConnection> {
        let options: sqlx::postgres::PgConnectOptions = self
            .url(database)
            .parse()
            .map_err(failed_to("understand its address"))?;
        options.connect().await.map_err(failed_to("connect"))
    }

    async fn initialise(&self, keeper: &Arc<Keeper>, layout: &Layout) -> Result<()> {
        let password = layout.folder.join("superuser-password");
        write_private(&password, self.superuser_password.as_bytes())?;
        layout.give(&password)?;
        let mut command = layout.command("postgres-initdb", "initdb")?;
        let arguments = [
            "--username",
            SUPERUSER,
            "--auth",
            "scram-sha-256",
            "--encoding",
            "UTF8",
            "--locale",
            "C.UTF-8",
        ];
        command.args.extend(arguments.map(str::to_owned));
        // The files of initdb are gone after a power failure, and so is the whole bed.
        command.args.push("--no-sync".to_owned());
        command.args.push(format!("--pwfile={}", password.display()));
        command.args.push(layout.data.display().to_string());
        keeper.run(command).await?;
        let access = layout.data.join("pg_hba.conf");
        fs::write(&access, ACCESS).doing(|| format!("write {}", access.display()))
    }

    /// Gives it a certificate for its address, and for proxies in front of it.
    fn certify(&self, layout: &Layout) -> Result<()> {
        let proxies = Ipv4Addr::LOCALHOST.into();
        let authority = Authority::open(&self.authority);
        let name = format!("postgres-{}", self.address);
        let identity = authority.sign_server(&name, &["localhost"], &[self.address, proxies])?;
        for (from, to) in [
            (&identity.certificate, layout.certificate()),
            (&identity.key, layout.key()),
        ] {
            // A copied file keeps its mode.
            fs::copy(from, &to).doing(|| format!("copy {}", from.display()))?;
            layout.give(&to)?;
        }
        Ok(())
    }

    fn server(&self, layout: &Layout, fsync: bool) -> Result<Command> {
        self.certify(layout)?;
        let mut command = layout.command("postgres", "postgres")?;
        command
            .args
            .extend(["-D".to_owned(), layout.data.display().to_string()]);
        let fsync = if fsync { "on" } else { "off" };
        for setting in [
            format!("listen_addresses={}", self.address),
            format!("port={PORT}"),
            format!("unix_socket_directories={}", layout.folder.display()),
            format!("fsync={fsync}"),
            "ssl=on".to_owned(),
            format!("ssl_cert_file={}", layout.certificate().display()),
            format!("ssl_key_file={}", layout.key().display()),
            "max_connections=400".to_owned(),
            "log_line_prefix=%m [%p] %q%u@%d ".to_owned(),
            "logging_collector=off".to_owned(),
        ] {
            command.args.extend(["-c".to_owned(), setting]);
        }
        if self.disk.is_some() {
            command
                .args
                .extend(["-c".to_owned(), "max_wal_size=64MB".to_owned()]);
        }
        if let Some(clock) = self.clock() {
            clock.wrap(&mut command)?;
        }
        Ok(command)
    }

    /// roles.sql with its variables set, not on a command line that every user can read.
    fn roles(&self) -> String {
        let set = |name: &str, password: &str| format!("\\set {name}_password '{password}'\n");
        set("scheduler", &self.scheduler_password)
            + &set("reconcile", &self.reconcile_password)
            + &set("results", &self.results_password)
            // All stacks of a bed share its roles.
            + "\\set connection_limit 300\n"
            + ROLES
    }

    async fn psql(&self, keeper: &Arc<Keeper>, database: &str, script: &str) -> Result<()> {
        let file = keeper.folder().join(format!("{}.sql", secret()));
        write_private(&file, script.as_bytes())?;
        let mut command = Command::new("psql", place::program("psql")?, keeper.folder());
        command.args = ["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1"]
            .map(str::to_owned)
            .to_vec();
        command.args.push(format!("--file={}", file.display()));
        command.env.extend([
            ("PGHOST".to_owned(), self.address.to_string()),
            ("PGPORT".to_owned(), PORT.to_string()),
            ("PGUSER".to_owned(), SUPERUSER.to_owned()),
            ("PGDATABASE".to_owned(), database.to_owned()),
            ("PGPASSWORD".to_owned(), self.superuser_password.clone()),
            ("PGSSLMODE".to_owned(), "verify-full".to_owned()),
            ("PGSSLROOTCERT".to_owned(), self.ca_file().display().to_string()),
        ]);
        keeper.run(command).await?;
        fs::remove_file(&file).doing(|| format!("remove {}", file.display()))
    }
}

fn failed_to(what: &str) -> impl Fn(sqlx::Error) -> Error {
    let what = what.to_owned();
    move |source| Error::Database {
        what: what.clone(),
        source,
    }
}
