//! Servers that follow a script, byte by byte, for tests.

use std::time::Duration;

use rollcall_proto::v1::Directory;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

use super::{Reader, ber::entry, limits::Limits, tls::SystemRoots};
use crate::network::{Network, Networks};

/// What a server answers to each request of one connection, in turn.
pub(crate) type Script = Vec<Vec<u8>>;

/// A server that follows scripts.
pub(crate) struct Server {
    /// Where it listens, on 127.0.0.1.
    pub(crate) port: u16,
    /// Ends with the number of connections once all scripts are followed.
    pub(crate) task: tokio::task::JoinHandle<usize>,
}

/// Serves connections in turn, each by its script; after a script's end the connection is closed, unless the last
/// answer is empty: then it stays open and silent. Counts the connections.
pub(crate) async fn serve(scripts: Vec<Script>) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let task = tokio::spawn(async move {
        let mut served = 0;
        for script in scripts {
            let (stream, _) = listener.accept().await.unwrap();
            served += 1;
            follow(stream, script).await;
        }
        served
    });
    Server { port, task }
}

async fn follow(mut stream: TcpStream, script: Script) {
    let mut request = [0; 4096];
    for answer in script {
        if stream.read(&mut request).await.unwrap_or(0) == 0 {
            return;
        }
        if answer.is_empty() {
            let _ = stream.read(&mut request).await;
            return;
        }
        let _ = stream.write_all(&answer).await;
    }
    let _ = stream.shutdown().await;
}

/// A reader that may dial the loopback, with short time-outs.
pub(crate) fn reader() -> Reader {
    let loopback = Network::try_from("127.0.0.0/8".to_owned()).unwrap();
    Reader {
        networks: Networks::new(&[loopback], &[]),
        limits: Limits {
            connect: Duration::from_secs(2),
            operation: Duration::from_millis(500),
            page_size: 2,
            entries: 1_000,
            values: 1_000,
            value_bytes: 1_000,
            message_bytes: 100_000,
        },
        allow_plaintext: true,
        system_roots: SystemRoots::load(),
    }
}

/// Settings that lead to a server of ours.
pub(crate) fn directory(port: u16) -> Directory {
    Directory {
        hosts: vec!["127.0.0.1".to_owned()],
        port: port.into(),
        security: rollcall_proto::v1::Security::Plaintext.into(),
        bind_username: "cn=reader".to_owned(),
        search_base: "dc=corp".to_owned(),
        ..Directory::default()
    }
}

/// The entry of somebody with one address.
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
