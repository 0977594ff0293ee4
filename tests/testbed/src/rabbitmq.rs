//! A private RabbitMQ node.
//!
//! Without epmd: the node's distribution listens on a fixed port of the bed's own address. And with
//! only the plugins that the broker itself needs on its code path: finding each module among all that
//! are installed is what takes most of a start (20 s against 7 s on a slow machine).
//!
//! It speaks TLS alone. Its users and their rights are those of `deploy/rabbitmq`; beside them it has the bed's own
//! user, who may do anything, for tests that look at it from outside.

mod users;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::certificates::{Authority, Identity};
use crate::error::{Doing as _, Error, Result};
use crate::keeper::{Command, Keeper, Process};
use crate::place::{self, secret, write_private};
use crate::root::{self, Root};

pub use users::{OPERATOR, PORTAL, user_of};

const PORT: u16 = 5671;
const DISTRIBUTION_PORT: u16 = 25672;
const USER: &str = "rollcall";
const LIMIT: Duration = Duration::from_mins(1);
/// Number of times that a call is made which the node turns away, and the pause between them.
const CALLS: usize = 5;
const PAUSE: Duration = Duration::from_millis(200);
const TURNED_AWAY: &str = "failed to connect to node";
const INSTALLED: &str = "/usr/lib/rabbitmq/lib";

/// A running RabbitMQ.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RabbitMq {
    address: IpAddr,
    /// All nodes of its cluster, this one among them.
    nodes: Vec<IpAddr>,
    password: String,
    /// The passwords of the users of `deploy/rabbitmq`.
    passwords: BTreeMap<String, String>,
    cookie: String,
    /// The folder of the authority that signed its certificate.
    authority: PathBuf,
}

impl RabbitMq {
    /// Starts a node on each address, which form one cluster.
    pub(crate) async fn start_cluster(
        keeper: &Arc<Keeper>,
        addresses: &[IpAddr],
        authority: &Authority,
        root: Option<&Root>,
    ) -> Result<Vec<(Self, Process)>> {
        let (password, cookie, passwords) = (secret(), secret(), users::passwords()?);
        let mut nodes = Vec::new();
        for address in addresses {
            let node = Self {
                address: *address,
                nodes: addresses.to_vec(),
                password: password.clone(),
                passwords: passwords.clone(),
                cookie: cookie.clone(),
                authority: authority.folder().to_owned(),
            };
            let process = keeper
                .spawn(node.server(keeper.folder(), nodes.len(), root)?)
                .await?;
            // One after the other: each finds those that are there.
            node.until_ready(&process).await?;
            nodes.push((node, process));
        }
        if let Some((node, _)) = nodes.first() {
            node.expect_word(&users::making(&passwords), "made").await?;
            node.permit("/").await?;
        }
        Ok(nodes)
    }

    /// Waits until the broker speaks AMQP, at its start or after a restart.
    pub async fn until_ready(&self, process: &Process) -> Result<()> {
        process.until_ready(LIMIT, || self.speaks_amqp()).await
    }

    /// The URL at which the bed's own user, who may do anything, connects to a virtual host. `/` is there from the start.
    pub fn url(&self, vhost: &str) -> String {
        self.url_through(self.socket_address(), vhost)
    }

    /// The same through something else that listens on `address`, a proxy on 127.0.0.1 for example: the certificate names
    /// that address too.
    pub fn url_through(&self, address: SocketAddr, vhost: &str) -> String {
        url_of(USER, &self.password, address, vhost)
    }

    /// The URL at which a user of `deploy/rabbitmq` connects to a virtual host of a stack: [`user_of`] a service,
    /// [`OPERATOR`] or [`PORTAL`].
    pub fn user_url(&self, user: &str, vhost: &str) -> Result<String> {
        self.user_url_through(self.socket_address(), user, vhost)
    }

    /// The same through something else that listens on `address`.
    pub fn user_url_through(&self, address: SocketAddr, user: &str, vhost: &str) -> Result<String> {
        let unknown = || Error::Refused(format!("RabbitMQ: there is no user {user}"));
        let password = self.passwords.get(user).ok_or_else(unknown)?;
        Ok(url_of(user, password, address, vhost))
    }

    /// The authority that signed its certificate, a PEM file.
    pub fn ca_file(&self) -> PathBuf {
        Authority::open(&self.authority).certificate_file()
    }

    /// The socket on which the broker listens.
    pub fn socket_address(&self) -> SocketAddr {
        (self.address, PORT).into()
    }

    /// Makes a virtual host in which the bed's user may do anything, and each other user what `deploy/rabbitmq` says.
    pub async fn create_vhost(&self, name: &str) -> Result<()> {
        if !name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
        {
            return Err(Error::Refused(format!(
                "a virtual host cannot be called {name:?} here"
            )));
        }
        let answer = self
            .evaluate(&format!(
                "rabbit_vhost:add(<<\"{name}\">>, <<\"{USER}\">>), \
                 rabbit_auth_backend_internal:set_permissions(<<\"{USER}\">>, <<\"{name}\">>, \
                 <<\".*\">>, <<\".*\">>, <<\".*\">>, <<\"{USER}\">>)."
            ))
            .await?;
        if !answer.contains("ok") {
            return Err(Error::Refused(format!("RabbitMQ: {answer}")));
        }
        self.permit(name).await
    }

    /// Gives the users of `deploy/rabbitmq` their rights in a virtual host.
    async fn permit(&self, vhost: &str) -> Result<()> {
        self.expect_word(&users::permitting(vhost)?, "permitted").await
    }

    async fn expect_word(&self, expression: &str, word: &str) -> Result<()> {
        let answer = self.evaluate(expression).await?;
        if answer.contains(word) {
            Ok(())
        } else {
            Err(Error::Refused(format!("RabbitMQ: {answer}")))
        }
    }

    /// Number of messages that wait in a queue.
    pub async fn messages(&self, vhost: &str, queue: &str) -> Result<u64> {
        let answer = self
            .evaluate(&format!(
                "{{ok, Q}} = rabbit_amqqueue:lookup(rabbit_misc:r(<<\"{vhost}\">>, queue, <<\"{queue}\">>)), \
                 [{{messages, N}}] = rabbit_amqqueue:info(Q, [messages]), N."
            ))
            .await?;
        let number = answer.trim_start_matches("{ok, ").trim_end_matches('}');
        number
            .parse()
            .map_err(|_| Error::Refused(format!("RabbitMQ: {answer}")))
    }

    /// The arguments with which a queue was declared, as the broker has them: `x-max-length=100
    /// x-overflow=drop-head`, by name.
    pub async fn queue_arguments(&self, vhost: &str, queue: &str) -> Result<String> {
        let answer = self
            .evaluate(&format!(
                "{{ok, Q}} = rabbit_amqqueue:lookup(rabbit_misc:r(<<\"{vhost}\">>, queue, <<\"{queue}\">>)), \
                 [{{arguments, A}}] = rabbit_amqqueue:info(Q, [arguments]), \
                 T = fun(V) when is_binary(V) -> V; (V) -> list_to_binary(io_lib:format(\"~p\", [V])) end, \
                 S = [<<K/binary, \"=\", (T(V))/binary>> || {{K, _, V}} <- lists:sort(A)], \
                 list_to_atom(binary_to_list(iolist_to_binary(lists:join(<<\" \">>, S))))."
            ))
            .await?;
        let text = answer.trim_start_matches("{ok, ").trim_end_matches('}');
        Ok(text.trim_matches('\'').to_owned())
    }

    /// Evaluates Erlang in the broker: in milliseconds, where `rabbitmqctl` takes seconds.
    ///
    /// Under load, or beside another call, the node now and then turns a call away before it hears what is asked.
    async fn evaluate(&self, expression: &str) -> Result<String> {
        for _ in 0..CALLS {
            match self.evaluate_once(expression).await {
                Err(Error::Refused(why)) if why.contains(TURNED_AWAY) => tokio::time::sleep(PAUSE).await,
                answer => return answer,
            }
        }
        self.evaluate_once(expression).await
    }

    async fn evaluate_once(&self, expression: &str) -> Result<String> {
        let mut call = tokio::process::Command::new(place::program("erl_call")?)
            .args(["-e", "-r", "-timeout", "30", "-c", &self.cookie])
            .args(["-address", &format!("{}:{DISTRIBUTION_PORT}", self.address)])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .doing(|| "start erl_call".to_owned())?;
        if let Some(mut input) = call.stdin.take() {
            // Only the end of a line ends the expression.
            let line = format!("{expression}\n");
            let told = input.write_all(line.as_bytes()).await;
            // A call that was turned away may have ended before it was told anything. What it printed says so.
            if !matches!(&told, Err(error) if error.kind() == ErrorKind::BrokenPipe) {
                told.doing(|| "ask RabbitMQ".to_owned())?;
            }
        }
        let output = call
            .wait_with_output()
            .await
            .doing(|| "ask RabbitMQ".to_owned())?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
        if output.status.success() {
            Ok(text(&output.stdout))
        } else {
            Err(Error::Refused(format!(
                "RabbitMQ: {}{}",
                text(&output.stdout),
                text(&output.stderr)
            )))
        }
    }

    fn server(&self, bed: &Path, number: usize, root: Option<&Root>) -> Result<Command> {
        let name = match number {
            0 => "rabbitmq".to_owned(),
            _ => format!("rabbitmq-{number}"),
        };
        let folder = bed.join(&name);
        let home = make_home(&folder, root)?;
        let identity = self.identity(&name)?;
        write_private(
            &folder.join("advanced.config"),
            self.configuration(&identity).as_bytes(),
        )?;
        write_private(&folder.join("enabled_plugins"), b"[].\n")?;
        let mut command = Command::new(&name, home.join("sbin/rabbitmq-server"), bed);
        command.directory.clone_from(&folder);
        let node = format!("rabbit@{}", self.address);
        let file = |name: &str| folder.join(name).display().to_string();
        for (key, value) in [
            ("HOME", file("")),
            ("RABBITMQ_NODENAME", node.clone()),
            ("RABBITMQ_USE_LONGNAME", "true".to_owned()),
            ("RABBITMQ_ADVANCED_CONFIG_FILE", file("advanced.config")),
            ("RABBITMQ_ENABLED_PLUGINS_FILE", file("enabled_plugins")),
            ("RABBITMQ_PLUGINS_DIR", home.join("plugins").display().to_string()),
            ("RABBITMQ_MNESIA_BASE", file("mnesia")),
            ("RABBITMQ_LOG_BASE", file("log")),
            ("RABBITMQ_LOGS", "-".to_owned()),
            ("RABBITMQ_PID_FILE", file("pid")),
            // Named, so that the machine's own files are not read.
            ("RABBITMQ_CONF_ENV_FILE", file("no-environment")),
            ("RABBITMQ_CONFIG_FILE", file("no-configuration")),
            (
                "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS",
                self.runtime_arguments(&node),
            ),
        ] {
            command.env.insert(key.to_owned(), value);
        }
        if let Some(root) = root {
            root.wrap(&mut command)?;
        }
        Ok(command)
    }

    /// In Erlang terms: the newer format is read by a library that takes seconds for it.
    fn configuration(&self, identity: &Identity) -> String {
        let cluster = if self.nodes.len() > 1 {
            let nodes: Vec<String> = self.nodes.iter().map(|node| format!("'rabbit@{node}'")).collect();
            let nodes = nodes.join(", ");
            format!("{{cluster_nodes, {{[{nodes}], disc}}}}, {{cluster_partition_handling, pause_minority}},")
        } else {
            String::new()
        };
        format!(
            "[{{rabbit, [{cluster} {{tcp_listeners, []}}, {{ssl_listeners, [{{\"{}\", {PORT}}}]}},\n  \
             {{ssl_options, [{{cacertfile, \"{}\"}}, {{certfile, \"{}\"}}, {{keyfile, \"{}\"}},\n  \
             {{verify, verify_peer}}, {{fail_if_no_peer_cert, false}}]}},\n  \
             {{default_user, <<\"{USER}\">>}}, {{default_pass, <<\"{}\">>}}, {{loopback_users, []}},\n  \
             {{log, [{{console, [{{enabled, true}}, {{level, info}}]}}, {{file, [{{file, false}}]}}]}}]}}].\n",
            self.address,
            self.ca_file().display(),
            identity.certificate.display(),
            identity.key.display(),
            self.password
        )
    }

    /// A certificate for its address, and for proxies in front of it.
    fn identity(&self, name: &str) -> Result<Identity> {
        let proxies = Ipv4Addr::LOCALHOST.into();
        Authority::open(&self.authority).sign_server(name, &["localhost"], &[self.address, proxies])
    }

    /// Sends the protocol's greeting; a broker that is up answers with `Connection.Start`.
    async fn speaks_amqp(&self) -> std::io::Result<()> {
        let client = Authority::open(&self.authority)
            .client()
            .map_err(std::io::Error::other)?;
        let socket = TcpStream::connect(self.socket_address()).await?;
        let mut stream = TlsConnector::from(client)
            .connect(self.address.into(), socket)
            .await?;
        stream.write_all(b"AMQP\x00\x00\x09\x01").await?;
        let mut frame = [0; 7];
        stream.read_exact(&mut frame).await.map(drop)
    }

    fn runtime_arguments(&self, node: &str) -> String {
        let interface = self.address.to_string().replace('.', ",");
        format!(
            "-name {node} -setcookie {} -start_epmd false -erl_epmd_port {DISTRIBUTION_PORT} \
             -kernel inet_dist_use_interface {{{interface}}} +sbwt none +sbwtdcpu none +sbwtdio none",
            self.cookie
        )
    }
}

fn url_of(user: &str, password: &str, address: SocketAddr, vhost: &str) -> String {
    let vhost = vhost.replace('/', "%2f");
    format!("amqps://{user}:{password}@{address}/{vhost}")
}

/// A home with the installed scripts and only those plugins that the broker itself needs.
fn make_home(folder: &Path, root: Option<&Root>) -> Result<PathBuf> {
    let installed = root::newest(root, INSTALLED, "rabbitmq_server-", "rabbitmq-server")?;
    let home = folder.join("home");
    for part in ["sbin", "plugins"] {
        fs::create_dir_all(home.join(part)).doing(|| "make RabbitMQ's home".to_owned())?;
    }
    for entry in entries(&installed.join("sbin"))? {
        let to = home.join("sbin").join(entry.file_name().unwrap_or_default());
        // Copied: through a link they would find the home that they are linked from.
        fs::copy(&entry, &to).doing(|| format!("copy {}", entry.display()))?;
    }
    for plugin in needed(&entries(&installed.join("plugins"))?) {
        let to = home.join("plugins").join(plugin.file_name().unwrap_or_default());
        let plugin = root.map_or_else(|| plugin.clone(), |root| root.inside(&plugin));
        symlink(&plugin, &to).doing(|| format!("link {}", plugin.display()))?;
    }
    Ok(home)
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).doing(|| format!("read {}", folder.display()))?;
    Ok(entries.flatten().map(|entry| entry.path()).collect())
}

/// The folders of `rabbit` and of all the applications that it says it needs.
fn needed(plugins: &[PathBuf]) -> Vec<PathBuf> {
    let folder_of = |application: &str| {
        plugins.iter().find(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.rsplit_once('-').is_some_and(|(name, _)| name == application)
        })
    };
    let mut found = BTreeSet::new();
    // rabbitmq_prelaunch loads cuttlefish even when there is nothing for it to read.
    let mut wanted = vec!["rabbit".to_owned(), "cuttlefish".to_owned()];
    while let Some(application) = wanted.pop() {
        if let Some(folder) = folder_of(&application)
            && found.insert(folder.clone())
        {
            let description = fs::read_to_string(folder.join("ebin").join(format!("{application}.app")));
            wanted.extend(applications(&description.unwrap_or_default()));
        }
    }
    found.into_iter().collect()
}

/// The `applications` of an Erlang application's description.
fn applications(description: &str) -> Vec<String> {
    let list = description
        .split_once("{applications,")
        .and_then(|(_, rest)| rest.split_once('['));
    let names = list
        .and_then(|(_, rest)| rest.split_once(']'))
        .map_or("", |(names, _)| names);
    names
        .split(',')
        .map(|name| name.trim().trim_matches('\'').to_owned())
        .filter(|name| !name.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::applications;

    #[test]
    fn the_applications_of_a_description_are_found() {
        let description =
            "{application, 'rabbit', [\n\t{modules, [a,b]},\n\t{applications, [kernel, 'ra',\n ranch]},\n]}.";
        assert_eq!(applications(description), ["kernel", "ra", "ranch"]);
        assert_eq!(applications("{application, x, []}."), Vec::<String>::new());
    }
}
