//! A bed: the servers, and the stack on them that its users share.

use std::collections::HashMap;
use std::fs;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use serde::{Deserialize, Serialize};
use tokio::sync::OnceCell;

use crate::certificates::Authority;
use crate::directory::{Directory, Domains, invented};
use crate::endpoints::Endpoints;
use crate::error::{Doing as _, Error, Result};
use crate::keeper::{Keeper, Process};
use crate::openldap::OpenLdap;
use crate::place;
use crate::postgres::{Postgres, PostgresOptions, Standby};
use crate::rabbitmq::RabbitMq;
use crate::root::Root;
use crate::samba::Samba;
use crate::stack::{Ground, Stack, StackOptions};

/// Variable that names to a test the description of the bed around it.
pub(crate) const BED_VARIABLE: &str = "ROLLCALL_TESTBED";
/// The name of the shared stack's database.
const SHARED: &str = "rollcall";

/// Domains in which the people of a bed's own directory have addresses.
pub const DEMO_DOMAINS: Domains<'static> = Domains {
    main: "corp.example",
    second: "corp.test",
    alias: "corp-mail.example",
    foreign: "partner.example",
};
const DEMO_PEOPLE: usize = 300;

/// The directory with which a bed starts by default.
pub fn demo_directory() -> Directory {
    invented(DEMO_PEOPLE, DEMO_DOMAINS)
}

/// A part of which a bed can be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, clap::ValueEnum)]
pub enum Part {
    /// PostgreSQL.
    Postgres,
    /// A database of PostgreSQL that has the services' schemas and no row.
    Schemas,
    /// RabbitMQ.
    #[value(name = "rabbitmq")]
    RabbitMq,
    /// Active Directory.
    Samba,
    /// OpenLDAP.
    #[value(name = "openldap")]
    OpenLdap,
    /// One of each of the product's services.
    Services,
}

impl Part {
    /// Everything.
    pub const ALL: [Self; 6] = [
        Self::Postgres,
        Self::Schemas,
        Self::RabbitMq,
        Self::Samba,
        Self::OpenLdap,
        Self::Services,
    ];
}

/// Options of a bed.
#[derive(Debug, Clone)]
pub struct BedOptions {
    /// Parts of the bed.
    pub parts: Vec<Part>,
    /// First content of both directories.
    pub directory: Option<Directory>,
    /// Options of PostgreSQL's start.
    pub postgres: PostgresOptions,
    /// Another system, whose PostgreSQL and RabbitMQ are started.
    pub root: Option<Root>,
    /// Number of RabbitMQ's nodes.
    pub broker_nodes: usize,
    /// True if the parts that are ready are reported on standard error.
    pub progress: bool,
}

impl Default for BedOptions {
    fn default() -> Self {
        Self {
            parts: Part::ALL.to_vec(),
            directory: Some(demo_directory()),
            postgres: PostgresOptions::default(),
            root: None,
            broker_nodes: 1,
            progress: false,
        }
    }
}

/// Servers to test against: started by [`Bed::start`], or found around this process by [`Bed::attach`].
#[derive(Debug)]
pub struct Bed {
    description: Description,
    /// One's own processes: the servers of a started bed, the stacks of both kinds.
    keeper: OnceCell<Arc<Keeper>>,
    servers: HashMap<Part, Process>,
    /// RabbitMQ's nodes but the first.
    further_nodes: Vec<(RabbitMq, Process)>,
    shared: Option<Stack>,
}

/// Places of all parts, for processes that attach.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Description {
    folder: PathBuf,
    address: IpAddr,
    postgres: Option<Postgres>,
    has_schemas: bool,
    rabbitmq: Option<RabbitMq>,
    samba: Option<Samba>,
    openldap: Option<OpenLdap>,
    endpoints: Option<Endpoints>,
}

/// A server that was asked for, and its process.
type Started<T> = Option<(T, Process)>;

impl Bed {
    /// Starts a private bed, its servers in parallel. It is given back when this is dropped, or this process ends.
    pub async fn start(options: BedOptions) -> Result<Self> {
        let keeper = Keeper::start().await?;
        let address = place::loopback_address()?;
        let authority = Authority::create(&keeper.folder().join("certificates"))?;
        let (keeper_, authority_) = (&keeper, &authority);
        let (directory, root) = (options.directory.as_ref(), options.root.as_ref());
        let progress = options.progress;
        let (postgres, rabbitmq, samba, openldap) = tokio::try_join!(
            timed(progress, "PostgreSQL", options.has(Part::Postgres), || {
                Postgres::start(keeper_, address, authority_, options.postgres, root)
            }),
            timed(progress, "RabbitMQ", options.has(Part::RabbitMq), || {
                start_nodes(keeper_, address, options.broker_nodes, authority_, root)
            }),
            timed(progress, "Active Directory", options.has(Part::Samba), || {
                Samba::start(keeper_, address, authority_, directory)
            }),
            timed(progress, "OpenLDAP", options.has(Part::OpenLdap), || {
                OpenLdap::start(keeper_, address, authority_, directory)
            }),
        )?;
        let (rabbitmq, further_nodes) =
            rabbitmq.map_or((None, Vec::new()), |(first, others)| (Some(first), others));
        let mut servers = HashMap::new();
        let mut bed = Self {
            description: Description {
                folder: keeper.folder().to_owned(),
                address,
                postgres: kept(&mut servers, Part::Postgres, postgres),
                has_schemas: false,
                rabbitmq: kept(&mut servers, Part::RabbitMq, rabbitmq),
                samba: kept(&mut servers, Part::Samba, samba),
                openldap: kept(&mut servers, Part::OpenLdap, openldap),
                endpoints: None,
            },
            keeper: OnceCell::new_with(Some(keeper)),
            servers,
            further_nodes,
            shared: None,
        };
        if options.has(Part::Schemas) {
            bed.create_schemas().await?;
        }
        if options.has(Part::Services) {
            bed.start_shared(options.progress).await?;
        }
        bed.describe()?;
        Ok(bed)
    }

    /// The bed around this process, which `rollcall-testbed run` made.
    pub fn attach() -> Result<Self> {
        let file = std::env::var_os(BED_VARIABLE)
            .map(PathBuf::from)
            .ok_or(Error::NotAttached)?;
        let text = fs::read(&file).doing(|| format!("read {}", file.display()))?;
        let description = serde_json::from_slice(&text).map_err(|error| {
            Error::Refused(format!("{} does not describe a bed: {error}", file.display()))
        })?;
        Ok(Self {
            description,
            keeper: OnceCell::new(),
            servers: HashMap::new(),
            further_nodes: Vec::new(),
            shared: None,
        })
    }

    async fn create_schemas(&mut self) -> Result<()> {
        let keeper = self.keeper.get_or_try_init(Keeper::start).await?;
        self.postgres()?.create_schemas(keeper).await?;
        self.description.has_schemas = true;
        Ok(())
    }

    async fn start_shared(&mut self, progress: bool) -> Result<()> {
        let options = StackOptions::default();
        let stack = timed(progress, "The services", true, || {
            self.stack_named(SHARED, "/", options, self.description.address)
        });
        let stack = stack.await?;
        self.description.endpoints = stack.as_ref().map(|stack| stack.endpoints().clone());
        self.shared = stack;
        Ok(())
    }

    /// Starts services of one's own, with an empty database and an empty virtual host.
    pub async fn stack(&self, options: StackOptions) -> Result<Stack> {
        let name = format!("stack_{}", &place::secret()[..12]);
        self.stack_named(&name, &name, options, place::loopback_address()?)
            .await
    }

    async fn stack_named(
        &self,
        name: &str,
        vhost: &str,
        options: StackOptions,
        address: IpAddr,
    ) -> Result<Stack> {
        let ground = Ground {
            keeper: self.keeper.get_or_try_init(Keeper::start).await?,
            address,
            authority: &self.authority(),
            postgres: self.postgres()?,
            rabbitmq: self.rabbitmq()?,
        };
        Stack::start(ground, name, vhost, options).await
    }

    /// PostgreSQL.
    pub fn postgres(&self) -> Result<&Postgres> {
        self.description
            .postgres
            .as_ref()
            .ok_or(Error::Without("PostgreSQL"))
    }

    /// The PostgreSQL that has a database with the services' schemas and no row.
    pub(crate) fn schemas(&self) -> Option<&Postgres> {
        let postgres = self.description.postgres.as_ref();
        postgres.filter(|_| self.description.has_schemas)
    }

    /// RabbitMQ.
    pub fn rabbitmq(&self) -> Result<&RabbitMq> {
        self.description
            .rabbitmq
            .as_ref()
            .ok_or(Error::Without("RabbitMQ"))
    }

    /// The Active Directory.
    pub fn samba(&self) -> Result<&Samba> {
        self.description
            .samba
            .as_ref()
            .ok_or(Error::Without("Active Directory"))
    }

    /// OpenLDAP.
    pub fn openldap(&self) -> Result<&OpenLdap> {
        self.description
            .openldap
            .as_ref()
            .ok_or(Error::Without("OpenLDAP"))
    }

    /// The services that all tests on this bed share.
    pub fn endpoints(&self) -> Result<&Endpoints> {
        self.description
            .endpoints
            .as_ref()
            .ok_or(Error::Without("services"))
    }

    /// The processes of the shared services; only where the bed was started, not where it was attached to.
    pub fn shared_stack(&self) -> Option<&Stack> {
        self.shared.as_ref()
    }

    /// A server's process, to end and start it; only where the bed was started, not where it was attached to.
    pub fn server(&self, part: Part) -> Option<&Process> {
        self.servers.get(&part)
    }

    /// RabbitMQ's nodes and their processes; only where the bed was started, not where it was attached to.
    pub fn broker_nodes(&self) -> Vec<(&RabbitMq, &Process)> {
        let first = self
            .description
            .rabbitmq
            .as_ref()
            .zip(self.server(Part::RabbitMq));
        let others = self.further_nodes.iter().map(|(node, process)| (node, process));
        first.into_iter().chain(others).collect()
    }

    /// Starts a standby of the bed's PostgreSQL. Commits wait for it from here on.
    pub async fn standby(&self) -> Result<Standby> {
        let keeper = self.keeper.get_or_try_init(Keeper::start).await?;
        Standby::start(self.postgres()?, keeper, place::loopback_address()?).await
    }

    /// The CA that signed the certificates of all servers and services.
    pub fn authority(&self) -> Authority {
        Authority::open(&self.description.folder.join("certificates"))
    }

    /// Gives a started bed back and waits until nothing of it is left.
    pub async fn stop(self) -> Result<()> {
        match self.keeper.get() {
            Some(keeper) => keeper.close().await,
            None => Ok(()),
        }
    }

    pub(crate) async fn detach(&self) -> Result<()> {
        match self.keeper.get() {
            Some(keeper) => keeper.detach().await,
            None => Ok(()),
        }
    }

    /// The bed's folder.
    pub fn folder(&self) -> &Path {
        &self.description.folder
    }

    /// The file that describes the bed to those who attach.
    pub(crate) fn description_file(&self) -> PathBuf {
        self.description.folder.join("bed.json")
    }

    fn describe(&self) -> Result<()> {
        let text = serde_json::to_vec_pretty(&self.description)
            .map_err(|error| Error::Refused(error.to_string()))?;
        place::write_private(&self.description_file(), &text)
    }
}

impl BedOptions {
    fn has(&self, part: Part) -> bool {
        self.parts.contains(&part)
    }
}

/// A cluster, its first node on the bed's own address.
async fn start_nodes(
    keeper: &Arc<Keeper>,
    first: IpAddr,
    count: usize,
    authority: &Authority,
    root: Option<&Root>,
) -> Result<((RabbitMq, Process), Vec<(RabbitMq, Process)>)> {
    let mut addresses = vec![first];
    while addresses.len() < count {
        addresses.push(place::loopback_address()?);
    }
    let mut nodes = RabbitMq::start_cluster(keeper, &addresses, authority, root).await?;
    let first = nodes.remove(0);
    Ok((first, nodes))
}

fn kept<T>(servers: &mut HashMap<Part, Process>, part: Part, started: Started<T>) -> Option<T> {
    let (server, process) = started?;
    servers.insert(part, process);
    Some(server)
}

/// Starts a part that is wanted and reports the time that it took.
async fn timed<T, F>(progress: bool, name: &str, wanted: bool, start: impl FnOnce() -> F) -> Result<Option<T>>
where
    F: Future<Output = Result<T>>,
{
    if !wanted {
        return Ok(None);
    }
    let begun = Instant::now();
    // Boxed: a dozen states of a server's start would all lie in the bed's own future.
    let started = Box::pin(start()).await?;
    if progress {
        eprintln!("{name} ready in {:.1} s", begun.elapsed().as_secs_f64());
    }
    Ok(Some(started))
}
