//! Servers that follow a script, byte by byte, for tests.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use rollcall_domain::{PermittedAttributes, Ports};
use rollcall_proto::v1::Directory;
use tokio::{
    io::AsyncWriteExt as _,
    net::{TcpListener, TcpStream},
};

use super::{
    Reader,
    ber::{bound, done, entry},
    frame::FrameReader,
    limits::FrameLimits,
    limits::Limits,
    tls::SystemRoots,
};
use crate::{
    memory::Memory,
    network::{Network, NetworkPolicy, TenantlessNetworks},
};

/// Answers of a server to the requests of one connection, in turn.
pub(crate) type Script = Vec<Vec<u8>>;

/// A server that follows scripts.
pub(crate) struct Server {
    /// Its port on 127.0.0.1.
    pub(crate) port: u16,
    /// Ends with the number of connections once all scripts are followed.
    pub(crate) task: tokio::task::JoinHandle<usize>,
    requests: Requests,
}

type Requests = Arc<Mutex<Vec<Vec<u8>>>>;

impl Server {
    /// Requests so far, as they came.
    pub(crate) fn requests(&self) -> Vec<Vec<u8>> {
        self.requests.lock().unwrap().clone()
    }
}

/// Beginning of a connection before it is read: the bind is accepted, and the root DSE shows nothing.
pub(crate) fn opened() -> Script {
    vec![bound(1, 0, ""), done(2, 0, "")]
}

/// Serves connections in turn, each by its script; after a script's end the connection is closed, unless the last
/// answer is empty: then it stays open and silent. Counts the connections.
pub(crate) async fn serve(scripts: Vec<Script>) -> Server {
    serve_at("127.0.0.1", 0, scripts).await
}

/// The same at this address and port.
pub(crate) async fn serve_at(address: &str, port: u16, scripts: Vec<Script>) -> Server {
    let listener = TcpListener::bind((address, port)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let requests = Requests::default();
    let seen = Arc::clone(&requests);
    let task = tokio::spawn(async move {
        let mut served = 0;
        for script in scripts {
            let (stream, _) = listener.accept().await.unwrap();
            served += 1;
            follow(stream, script, &seen).await;
        }
        served
    });
    Server { port, task, requests }
}

async fn follow(stream: TcpStream, script: Script, seen: &Requests) {
    let limits = FrameLimits {
        bytes: 1 << 20,
        elements: 10_000,
        depth: 100,
    };
    let (read, mut write) = stream.into_split();
    let mut requests = FrameReader::new(read, limits);
    for answer in script {
        let Ok(Some((request, _))) = requests.next().await else {
            return;
        };
        seen.lock().unwrap().push(request.to_vec());
        if answer.is_empty() {
            let _ = requests.next().await;
            return;
        }
        let _ = write.write_all(&answer).await;
    }
    let _ = write.shutdown().await;
}

/// A reader that may dial the loopback, with short time-outs.
pub(crate) fn reader() -> Reader {
    Reader {
        networks: loopback(),
        limits: Limits {
            connect: Duration::from_secs(2),
            reach: Duration::from_secs(3),
            bind: Duration::from_millis(500),
            operation: Duration::from_millis(500),
            page_size: 2,
            values: 1_000,
            value_bytes: 1_000,
            entry_bytes: 100_000,
            message_bytes: 100_000,
        },
        memory: Arc::new(Memory::new(1 << 30, 1 << 30)),
        allow_plaintext: true,
        permitted_attributes: PermittedAttributes::default(),
        system_roots: SystemRoots::load(),
    }
}

/// The loopback by addresses, at any port.
fn loopback() -> NetworkPolicy {
    let others = TenantlessNetworks {
        allow: vec![Network::try_from("127.0.0.0/8".to_owned()).unwrap()],
        ..TenantlessNetworks::default()
    };
    NetworkPolicy::new(any_port(), &others, &[])
}

/// Every port.
pub(crate) fn any_port() -> Ports {
    Ports::try_from(vec!["1-65535".to_owned()]).unwrap()
}

/// Settings that lead to a server of ours.
pub(crate) fn directory(port: u16) -> Directory {
    Directory {
        hosts: vec!["127.0.0.1".to_owned()],
        port: port.into(),
        security: rollcall_proto::v1::Security::Plaintext.into(),
        bind_username: "cn=reader".to_owned(),
        search_bases: vec!["dc=corp".to_owned()],
        ..Directory::default()
    }
}

/// The entry of a person with one address.
pub(crate) fn person(id: u8, name: &str) -> Vec<u8> {
    let (dn, address) = (format!("cn={name},dc=corp"), format!("SMTP:{name}@corp.example"));
    entry(
        id,
        &dn,
        &[
            ("proxyAddresses", &[address.as_bytes()]),
            ("objectClass", &[b"user"]),
        ],
    )
}
