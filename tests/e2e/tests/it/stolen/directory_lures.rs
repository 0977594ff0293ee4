//! A directory, or somebody on the way to it, that would have the password, or have the worker go elsewhere.

use std::{
    io::ErrorKind,
    net::{SocketAddr, TcpListener},
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::{Context, Result, ensure};
use rollcall_e2e::{Forest, Tenant};
use rollcall_proto::v1::{Directory, Security, TestStepState};
use rollcall_testbed::{Bed, tree::Tree};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    task::JoinHandle,
};

const BASE: &str = "DC=corp,DC=example";
const USERNAME: &str = "CN=reader-of-everything";
const PASSWORD: &str = "never-in-clear";

/// Settings that read this server, which trust the bed's authority.
fn reading(server: SocketAddr, security: Security) -> Result<Directory> {
    let is_plain = security == Security::Plaintext;
    let authority = Bed::attach()?.authority().certificate_pem()?;
    Ok(Directory {
        hosts: vec![server.ip().to_string()],
        port: server.port().into(),
        security: security.into(),
        ca_certificates_pem: if is_plain { String::new() } else { authority },
        bind_username: USERNAME.to_owned(),
        bind_password: Some(PASSWORD.to_owned()),
        search_bases: vec![BASE.to_owned()],
        ..Directory::default()
    })
}

/// A place that nobody should connect to.
struct Lure(TcpListener);

impl Lure {
    fn set() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        listener.set_nonblocking(true)?;
        Ok(Self(listener))
    }

    fn url(&self, scheme: &str) -> Result<String> {
        Ok(format!("{scheme}://{}/{BASE}", self.0.local_addr()?))
    }

    fn ensure_untouched(&self) -> Result<()> {
        let touched = self.0.accept();
        let nobody = matches!(&touched, Err(error) if error.kind() == ErrorKind::WouldBlock);
        ensure!(nobody, "somebody came: {touched:?}");
        Ok(())
    }
}

#[tokio::test]
async fn no_reference_and_no_referral_is_followed_by_a_run_or_a_test() -> Result<()> {
    let tenant = Tenant::registered(Bed::attach()?.endpoints()?, "lured").await?;
    let lure = Lure::set()?;
    let urls = [lure.url("ldap")?, lure.url("ldaps")?];
    let address = format!("SMTP:{}", tenant.address("ann"));
    let tree = Tree::new()
        .root_dse("defaultNamingContext", BASE.as_bytes())
        .context(BASE)
        .reference(BASE, &urls[0])
        .reference(BASE, &urls[1])
        .reference(BASE, "ldap://169.254.169.254/latest")
        .entry(
            &format!("CN=ann,{BASE}"),
            &[("objectClass", b"user"), ("proxyAddresses", address.as_bytes())],
        );
    let server = tree.start().await?;
    tenant
        .put_directory(reading(server.address(), Security::Plaintext)?)
        .await?;
    let run = tenant.sync().await?;
    assert_eq!(run.counts.context("counts")?.references, 3);
    let steps = tenant.test_connection(None).await?;
    let failed = steps.iter().find(|step| step.state() == TestStepState::Failed);
    ensure!(failed.is_none(), "{failed:?}");

    server.become_tree(
        Tree::new()
            .root_dse("defaultNamingContext", BASE.as_bytes())
            .context(BASE)
            .elsewhere(BASE, &urls[0]),
    );
    let failure = tenant.failed_sync().await?.failure.context("a failure")?;
    assert_eq!(failure.code, "NO_SUCH_BASE");
    tenant.test_connection(None).await?;
    lure.ensure_untouched()
}

/// What is answered to the message with this number.
type Answer = fn(u8) -> Vec<u8>;

/// A server that keeps everything it is sent, and answers each message in clear.
struct Recorder {
    address: SocketAddr,
    heard: Arc<Mutex<Vec<u8>>>,
    task: JoinHandle<()>,
}

impl Recorder {
    async fn start(answer: Answer) -> Result<Self> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let heard = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&heard);
        // One connection after the other: each client is alone.
        let task = tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut buffer = [0; 16 * 1024];
                while let Ok(read @ 1..) = stream.read(&mut buffer).await {
                    let message = &buffer[..read];
                    kept.lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .extend(message);
                    // A sequence, its length, and an integer of one octet: an LDAP message. Else it is TLS.
                    let number = match *message {
                        [0x30, _, 2, 1, number, ..] => number,
                        _ => 1,
                    };
                    if stream.write_all(&answer(number)).await.is_err() {
                        break;
                    }
                }
            }
        });
        Ok(Self { address, heard, task })
    }

    fn heard(&self) -> Vec<u8> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// The extended response to message `number` with this result code.
fn extended(number: u8, code: u8) -> Vec<u8> {
    vec![0x30, 12, 2, 1, number, 0x78, 7, 0x0a, 1, code, 4, 0, 4, 0]
}

/// StartTLS is unknown.
fn stripping(number: u8) -> Vec<u8> {
    extended(number, 2)
}

/// StartTLS is refused for now.
fn putting_off(number: u8) -> Vec<u8> {
    extended(number, 52)
}

/// StartTLS is accepted, and the bind's answer comes in clear before anybody asked (RFC 4511 section 4.14.2).
fn injecting(number: u8) -> Vec<u8> {
    let bind = [0x30, 12, 2, 1, number + 1, 0x61, 7, 0x0a, 1, 0, 4, 0, 4, 0];
    [extended(number, 0), bind.to_vec()].concat()
}

#[tokio::test]
async fn no_password_is_sent_in_clear_where_tls_was_asked_for() -> Result<()> {
    let tenant = Tenant::registered(Bed::attach()?.endpoints()?, "stripped").await?;
    let impostors: [(Answer, Security); 5] = [
        (stripping, Security::Starttls),
        (putting_off, Security::Starttls),
        (injecting, Security::Starttls),
        (stripping, Security::Ldaps),
        (injecting, Security::Ldaps),
    ];
    for (answer, security) in impostors {
        let recorder = Recorder::start(answer).await?;
        let directory = reading(recorder.address, security)?;
        let settings = tenant.settings(directory.clone());
        let steps = tenant.test_connection(Some(settings)).await?;
        let last = steps.last().context("a step")?;
        ensure!(last.state() == TestStepState::Failed, "{security:?}: {last:?}");
        tenant.put_directory(directory).await?;
        tenant.failed_sync().await?;
        let heard = recorder.heard();
        ensure!(!heard.is_empty(), "{security:?}: nobody came");
        for secret in [PASSWORD, USERNAME] {
            let found = memchr::memmem::find(&heard, secret.as_bytes());
            ensure!(found.is_none(), "{security:?}: {secret} was sent in clear");
        }
    }
    assert!(tenant.accounts().await.unwrap_or_default().is_empty());
    Ok(())
}

#[tokio::test]
async fn a_run_sends_no_password_to_a_server_whose_certificate_is_for_another_name() -> Result<()> {
    let (tenant, forest) = Forest::openldap("misnamed").await?;
    // The proxy has an address that the server's certificate does not name.
    let proxy = forest.proxy().await?;
    tenant.put_directory(proxy.settings(Security::Starttls)).await?;
    let run = tenant.failed_sync().await?;
    let failure = run.failure.context("a failure")?;
    assert_eq!((failure.code.as_str(), run.attempt), ("TLS_UNTRUSTED", 1));
    Ok(())
}
