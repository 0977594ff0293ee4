//! A stack: the services as processes, with a database and a virtual host of their own on a bed's servers.

mod identities;
mod options;
mod ways;

use std::collections::BTreeMap;
use std::fs;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::certificates::Authority;
use crate::endpoints::{Door, Endpoints};
use crate::error::{Doing as _, Error, Result, tail};
use crate::keeper::{Command, Keeper, LOGS};
use crate::place;
use crate::postgres::Postgres;
use crate::proxy::Proxy;
use crate::rabbitmq::{self, OPERATOR as BROKER_OPERATOR, RabbitMq, user_of};
use crate::service::{Kind, Service, workers_port};

pub use identities::{LIMITED, OPERATOR, VIEWER};
pub use options::StackOptions;
pub use ways::Way;

/// Names to a service the folder of its armed fail points.
const FAIL_POINTS_VARIABLE: &str = "ROLLCALL_FAIL_POINTS";

/// Those of Active Directory, and those that need no root: directories of tests listen on free ones.
const PORTS: &str = "389,636,1024-65535";
/// Id of the key with which the scheduler signs jobs.
const SIGNING_KEY: &str = "s1";

/// The servers that a stack stands on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ground<'a> {
    pub keeper: &'a Arc<Keeper>,
    pub address: IpAddr,
    pub authority: &'a Authority,
    pub postgres: &'a Postgres,
    pub rabbitmq: &'a RabbitMq,
}

/// Running services. Dropped while a test fails, it shows the ends of their logs.
#[derive(Debug)]
pub struct Stack {
    keeper: Arc<Keeper>,
    address: IpAddr,
    postgres: Postgres,
    rabbitmq: RabbitMq,
    options: StackOptions,
    database: String,
    vhost: String,
    keys: PathBuf,
    authority: Authority,
    endpoints: Endpoints,
    services: BTreeMap<(Kind, usize), Service>,
    ways: BTreeMap<Way, Proxy>,
}

impl Stack {
    /// Starts the services on a database and a virtual host that this makes. All of them serve when it answers.
    pub(crate) async fn start(
        ground: Ground<'_>,
        name: &str,
        vhost: &str,
        options: StackOptions,
    ) -> Result<Self> {
        let Ground {
            keeper,
            address,
            authority,
            postgres,
            rabbitmq,
        } = ground;
        let authority = authority.delegate(&keeper.folder().join(format!("{name}-certificates")))?;
        let keys = keeper.folder().join(format!("{name}-keys"));
        let database = async {
            postgres.create_database(keeper, name).await?;
            furnish(keeper, rabbitmq, vhost).await
        };
        tokio::try_join!(database, generate_keys(keeper, &keys))?;
        sign_all(&authority, address)?;
        let broker = options.broker.unwrap_or_else(|| rabbitmq.socket_address());
        let scheme = if options.mutual_tls { "https" } else { "http" };
        let url = |kind: Kind| Ok::<_, Error>(format!("{scheme}://{address}:{}", kind.port(0)?));
        let endpoints = Endpoints {
            scheduler_url: url(Kind::Scheduler)?,
            worker_url: url(Kind::Worker)?,
            reconcile_url: url(Kind::Reconcile)?,
            workers_url: format!("{scheme}://{address}:{}", workers_port(0)?),
            results_url: url(Kind::Results)?,
            database_url: postgres.url(name),
            amqp_url: rabbitmq.url_through(broker, vhost),
            portal_amqp_url: rabbitmq.user_url_through(broker, rabbitmq::PORTAL, vhost)?,
            broker_ca_file: rabbitmq.ca_file(),
            certificates: options.mutual_tls.then(|| authority.folder().to_owned()),
        };
        let reconcile = (address, workers_port(0)?).into();
        let servers = [postgres.socket_address(), broker, reconcile];
        let ways = ways::start(options.proxied, address, servers).await?;
        let mut stack = Self {
            keeper: Arc::clone(keeper),
            address,
            postgres: postgres.clone(),
            rabbitmq: rabbitmq.clone(),
            database: name.to_owned(),
            vhost: vhost.to_owned(),
            keys,
            authority,
            endpoints,
            services: BTreeMap::new(),
            ways,
            options,
        };
        for kind in Kind::ALL {
            for _ in 0..stack.options.count(kind) {
                stack.spawn(kind).await?;
            }
        }
        for service in stack.services.values() {
            service.until_serving().await?;
        }
        Ok(stack)
    }

    /// The ways to reach the services.
    pub fn endpoints(&self) -> &Endpoints {
        &self.endpoints
    }

    /// The name of its database on the bed's PostgreSQL.
    pub fn database(&self) -> &str {
        &self.database
    }

    /// The folder of the logs of all that its bed's processes write.
    pub fn log_folder(&self) -> PathBuf {
        self.keeper.folder().join(LOGS)
    }

    /// Its virtual host on the bed's RabbitMQ.
    pub fn vhost(&self) -> &str {
        &self.vhost
    }

    /// The nth process of a service, counted from 0.
    pub fn service(&self, kind: Kind, index: usize) -> Result<&Service> {
        let none = || Error::Refused(format!("this stack has no {} {index}", kind.name()));
        self.services.get(&(kind, index)).ok_or_else(none)
    }

    /// The proxy in a way; `None` unless the stack was started with [`StackOptions::proxied`].
    pub fn way(&self, way: Way) -> Option<&Proxy> {
        self.ways.get(&way)
    }

    /// All processes.
    pub fn services(&self) -> impl Iterator<Item = &Service> {
        self.services.values()
    }

    /// Starts one more process of a service and waits until it serves.
    pub async fn add(&mut self, kind: Kind) -> Result<&Service> {
        let index = self.spawn(kind).await?;
        let service = self.service(kind, index)?;
        service.until_serving().await?;
        Ok(service)
    }

    /// Starts one more process of a service that may never serve.
    pub async fn add_unready(&mut self, kind: Kind) -> Result<&Service> {
        let index = self.spawn(kind).await?;
        self.service(kind, index)
    }

    /// Declares the exchanges and queues again, as an operator does it.
    pub async fn declare_topology(&self) -> Result<()> {
        declare_topology(&self.keeper, &self.rabbitmq, &self.vhost).await
    }

    /// Sets a variable of the processes of a kind that are added from here on.
    pub fn set(&mut self, kind: Kind, variable: &str, value: &str) {
        self.options
            .settings
            .push((Some(kind), variable.to_owned(), value.to_owned()));
    }

    /// Ends all processes. Otherwise they live as long as the bed that they were started through.
    pub async fn stop(self) -> Result<()> {
        for service in self.services.values().filter(|service| service.pid().is_some()) {
            service.kill().await?;
        }
        Ok(())
    }

    async fn spawn(&mut self, kind: Kind) -> Result<usize> {
        let index = self.services.keys().filter(|(other, _)| *other == kind).count();
        let port = kind.port(index)?;
        let name = format!("{}-{}-{index}", self.database, kind.name());
        let mut command = Command::new(&name, place::binary(&kind.binary())?, self.keeper.folder());
        command.env.extend(self.environment(kind, index)?);
        let points = self.keeper.folder().join(format!("{name}-points"));
        if self.options.fail_points {
            fs::create_dir_all(&points).doing(|| format!("make {}", points.display()))?;
            let folder = points.display().to_string();
            command.env.insert(FAIL_POINTS_VARIABLE.to_owned(), folder);
        }
        let process = self.keeper.spawn(command).await?;
        let scheme = if self.options.mutual_tls { "https" } else { "http" };
        let door = Door {
            url: format!("{scheme}://{}:{port}", self.address),
            certificates: self.endpoints.certificates.clone(),
        };
        self.services
            .insert((kind, index), Service::new(kind, process, door, points));
        Ok(index)
    }

    /// The variables with which the first process of a kind is started.
    pub fn configuration(&self, kind: Kind) -> Result<BTreeMap<String, String>> {
        self.environment(kind, 0)
    }

    /// The configuration of a service's listeners.
    fn listeners(&self, kind: Kind, index: usize) -> Result<BTreeMap<String, String>> {
        let mut listeners = vec![("SERVER", kind.port(index)?)];
        if kind == Kind::Reconcile {
            listeners.push(("WORKERS", workers_port(index)?));
        }
        let server = self.authority.identity(&kind.server_certificate_name());
        let mut variables = BTreeMap::new();
        for (section, port) in listeners {
            let mut set = |key: &str, value: String| {
                variables.insert(format!("ROLLCALL_{section}__{key}"), value);
            };
            set("LISTEN", format!("{}:{port}", self.address));
            // The tests of a stack are one caller.
            set("MAX_CALLS_PER_SECOND_PER_CALLER", "100000".to_owned());
            if self.options.mutual_tls {
                set("TLS_CERT_FILE", server.certificate.display().to_string());
                set("TLS_KEY_FILE", server.key.display().to_string());
                let ca = self.authority.certificate_file();
                set("TLS_CLIENT_CA_FILE", ca.display().to_string());
            } else {
                set("INSECURE_LOOPBACK", "true".to_owned());
            }
        }
        Ok(variables)
    }

    /// A service's whole configuration.
    fn environment(&self, kind: Kind, index: usize) -> Result<BTreeMap<String, String>> {
        let mut variables = self.listeners(kind, index)?;
        let mut set = |name: &str, value: String| drop(variables.insert(format!("ROLLCALL_{name}"), value));
        let broker = self.broker_address();
        let broker = self
            .rabbitmq
            .user_url_through(broker, user_of(kind), &self.vhost)?;
        set("AMQP__URL", broker);
        set("AMQP__CA_FILE", self.rabbitmq.ca_file().display().to_string());
        let database = self
            .way(Way::Database)
            .map_or_else(|| self.postgres.socket_address(), Proxy::address);
        if let Some(url) = self.postgres.service_url_through(database, kind, &self.database) {
            set("DATABASE__URL", url);
        }
        let identity = self.authority.identity(&kind.certificate_name());
        let show = |path: PathBuf| path.display().to_string();
        let ca = show(self.authority.certificate_file());
        for (role, identities) in identities::ROLES {
            set(&format!("ROLES__{role}"), (*identities).to_owned());
        }
        match kind {
            Kind::Scheduler => {
                set("CREDENTIALS__PUBLIC_KEY_FILE", show(self.keys.join("k1.pub")));
                set("SIGNING__KEY_FILE", show(self.signing_key()));
                set("DIRECTORY__ALLOW_PLAINTEXT", "true".to_owned());
                set("NETWORK__PORTS", PORTS.to_owned());
                // A test asks for more runs of its one tenant than a customer does.
                set("LIMITS__MANUAL_RUNS", "1000".to_owned());
                // All tests that run at the same time are one caller.
                set("TESTS__PER_CALLER", "64".to_owned());
            }
            Kind::Worker => {
                set("CREDENTIALS__KEY_FILES", show(self.keys.join("k1.key")));
                let signers = self.keys.join(format!("{SIGNING_KEY}.signing.pub"));
                set("SIGNING__PUBLIC_KEY_FILES", show(signers));
                set("DIRECTORY__ALLOW_PLAINTEXT", "true".to_owned());
                set("NETWORK__ALLOW", "127.0.0.0/8,::1/128".to_owned());
                set("NETWORK__ALLOW_ZONES", "localhost".to_owned());
                set("NETWORK__PORTS", PORTS.to_owned());
                set("RECONCILE__URL", self.reconcile_url());
                if self.options.mutual_tls {
                    set("RECONCILE__CA_FILE", ca);
                    set("RECONCILE__CERT_FILE", show(identity.certificate));
                    set("RECONCILE__KEY_FILE", show(identity.key));
                }
            }
            // All tests of a bed sign in to its directories as one user, and some with a wrong password.
            Kind::Reconcile => set("BINDS__REFUSED", "1000".to_owned()),
            Kind::Results => {}
        }
        variables.insert("RUST_BACKTRACE".to_owned(), "1".to_owned());
        for (of, variable, value) in &self.options.settings {
            if of.is_none_or(|of| of == kind) {
                variables.insert(variable.clone(), value.clone());
            }
        }
        Ok(variables)
    }

    fn broker_address(&self) -> SocketAddr {
        let past = || {
            self.options
                .broker
                .unwrap_or_else(|| self.rabbitmq.socket_address())
        };
        self.way(Way::Broker).map_or_else(past, Proxy::address)
    }

    fn reconcile_url(&self) -> String {
        let url = &self.endpoints.workers_url;
        let Some(way) = self.way(Way::Reconcile) else {
            return url.clone();
        };
        let scheme = url.split_once("://").map_or("https", |(scheme, _)| scheme);
        format!("{scheme}://{}", way.address())
    }

    /// File of the private key with which the scheduler signs jobs.
    pub fn signing_key(&self) -> PathBuf {
        self.keys.join(format!("{SIGNING_KEY}.signing.key"))
    }

    /// The services' certificates, and what can sign more.
    pub fn authority(&self) -> &Authority {
        &self.authority
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        if std::thread::panicking() {
            for service in self.services.values() {
                eprintln!(
                    "--- the end of {}'s log:\n{}",
                    service.name(),
                    tail(service.log_file())
                );
            }
        }
    }
}

/// Keys of seals and of signatures, each made by the service that has the private half.
async fn generate_keys(keeper: &Arc<Keeper>, folder: &Path) -> Result<()> {
    fs::create_dir_all(folder).doing(|| format!("make {}", folder.display()))?;
    for (kind, verb, id) in [
        (Kind::Worker, "generate-key", "k1"),
        (Kind::Scheduler, "generate-signing-key", SIGNING_KEY),
    ] {
        let mut command = Command::new(verb, place::binary(&kind.binary())?, keeper.folder());
        command.args = [verb, "--id", id, "--out-dir"].map(str::to_owned).to_vec();
        command.args.push(folder.display().to_string());
        keeper.run(command).await?;
    }
    Ok(())
}

/// Makes a virtual host with all that services expect in it.
async fn furnish(keeper: &Arc<Keeper>, rabbitmq: &RabbitMq, vhost: &str) -> Result<()> {
    if vhost != "/" {
        rabbitmq.create_vhost(vhost).await?;
    }
    declare_topology(keeper, rabbitmq, vhost).await
}

/// As an operator does it, before the services start.
async fn declare_topology(keeper: &Arc<Keeper>, rabbitmq: &RabbitMq, vhost: &str) -> Result<()> {
    let program = place::binary(&Kind::Scheduler.binary())?;
    let mut command = Command::new("declare-topology", program, keeper.folder());
    command.args = vec!["declare-topology".to_owned()];
    command.env.extend([
        (
            "ROLLCALL_AMQP__URL".to_owned(),
            rabbitmq.user_url(BROKER_OPERATOR, vhost)?,
        ),
        (
            "ROLLCALL_AMQP__CA_FILE".to_owned(),
            rabbitmq.ca_file().display().to_string(),
        ),
    ]);
    keeper.run(command).await
}

fn sign_all(authority: &Authority, address: IpAddr) -> Result<()> {
    for kind in Kind::ALL {
        let name = kind.certificate_name();
        authority.sign_server(&kind.server_certificate_name(), &[&name, "localhost"], &[address])?;
        authority.sign_client(&name, &[&name], &[&format!("spiffe://rollcall/{}", kind.name())])?;
    }
    identities::sign_clients(authority)?;
    Ok(())
}
