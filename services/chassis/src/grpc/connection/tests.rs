use tokio::io::AsyncReadExt as _;

use super::*;

/// Until the certificate ends.
const LEFT: Duration = Duration::from_mins(10);

/// A connection whose peer says nothing, and has a certificate that ends in [`LEFT`].
struct Accepted {
    connections: Arc<Connections>,
    guarded: Guarded,
    peer: TcpStream,
    begun: Instant,
}

impl Accepted {
    async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a listener");
        let address = listener.local_addr().expect("its address");
        let connections = Arc::new(Connections::new(&ServerConfig {
            silence_seconds: 3_600,
            idle_seconds: 3_600,
            ..ServerConfig::plaintext(address)
        }));
        let peer = TcpStream::connect(address).await.expect("a connection");
        let (stream, from) = listener.accept().await.expect("a connection");
        let mut guarded = connections.guard(stream, from).expect("room");
        guarded.expire_in(LEFT);
        Self {
            connections,
            guarded,
            peer,
            begun: Instant::now(),
        }
    }

    fn call(&self) -> OpenOn {
        let from = self.peer.local_addr().expect("an address");
        self.connections.call(Some(from)).expect("a call")
    }

    /// Time from the beginning until the connection ended.
    async fn lived(&mut self) -> Duration {
        let read = self.guarded.read_u8().await;
        assert_eq!(read.expect_err("an end").kind(), io::ErrorKind::TimedOut);
        self.begun.elapsed()
    }
}

fn is_about(lived: Duration, wanted: Duration) -> bool {
    (wanted..wanted + Duration::from_secs(1)).contains(&lived)
}

#[tokio::test(start_paused = true)]
async fn a_connection_without_a_call_ends_with_its_callers_certificate() {
    let mut silent = Accepted::new().await;
    assert!(is_about(silent.lived().await, LEFT));
    let mut used = Accepted::new().await;
    drop(used.call());
    assert!(is_about(used.lived().await, LEFT));
}

#[tokio::test(start_paused = true)]
async fn open_calls_have_a_minute_after_the_end_of_the_certificate() {
    let mut accepted = Accepted::new().await;
    let _call = accepted.call();
    assert!(is_about(accepted.lived().await, LEFT + EXPIRY_GRACE));
}

#[tokio::test(start_paused = true)]
async fn the_last_call_after_the_end_of_the_certificate_ends_its_connection() {
    let mut accepted = Accepted::new().await;
    let (first, last) = (accepted.call(), accepted.call());
    let ending = Duration::from_secs(20);
    let calls = async {
        sleep(LEFT + ending / 2).await;
        drop(first);
        sleep(ending / 2).await;
        drop(last);
    };
    let ((), lived) = tokio::join!(calls, accepted.lived());
    assert!(is_about(lived, LEFT + ending), "{lived:?}");
}
