use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

use super::{Action, Direction, Fault, Place, Proxy};

const MOMENT: Duration = Duration::from_millis(200);
const LONG: Duration = Duration::from_secs(5);

/// A proxy to a server that sends back what it gets.
async fn echo() -> Proxy {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let (mut from, mut to) = stream.split();
                let _ = tokio::io::copy(&mut from, &mut to).await;
            });
        }
    });
    Proxy::start(server).await.unwrap()
}

async fn connect(proxy: &Proxy) -> TcpStream {
    TcpStream::connect(proxy.address()).await.unwrap()
}

async fn exchange(stream: &mut TcpStream, sent: &[u8]) -> Vec<u8> {
    stream.write_all(sent).await.unwrap();
    let mut got = vec![0; sent.len()];
    timeout(LONG, stream.read_exact(&mut got)).await.unwrap().unwrap();
    got
}

#[tokio::test]
async fn without_a_fault_everything_passes() {
    let proxy = echo().await;
    let sent: Vec<u8> = (0..100_000_u32).map(|i| i.to_le_bytes()[0]).collect();
    let mut stream = connect(&proxy).await;
    assert_eq!(exchange(&mut stream, &sent).await, sent);
    assert_eq!(proxy.connections(), 1);
    assert_eq!(proxy.bytes(Direction::ToServer), 100_000);
    assert_eq!(proxy.bytes(Direction::ToClient), 100_000);
}

#[tokio::test]
async fn an_end_from_the_client_reaches_the_server_and_its_answer_the_client() {
    let proxy = echo().await;
    let mut stream = connect(&proxy).await;
    stream.write_all(b"last words").await.unwrap();
    stream.shutdown().await.unwrap();
    let mut got = String::new();
    timeout(LONG, stream.read_to_string(&mut got))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(got, "last words");
}

#[tokio::test]
async fn a_cut_lets_exactly_so_many_bytes_pass() {
    let proxy = echo().await;
    proxy.fault(Direction::ToClient, 7, Action::Cut);
    let mut stream = connect(&proxy).await;
    stream.write_all(b"0123456789").await.unwrap();
    let mut got = Vec::new();
    let _ = timeout(LONG, stream.read_to_end(&mut got)).await.unwrap();
    assert_eq!(got, b"0123456");
}

#[tokio::test]
async fn a_cut_meets_open_connections_and_a_healed_proxy_takes_new_ones() {
    let proxy = echo().await;
    let mut open = connect(&proxy).await;
    assert_eq!(exchange(&mut open, b"hello").await, b"hello");
    proxy.cut();
    let read = timeout(LONG, open.read(&mut [0; 1])).await.unwrap();
    assert!(matches!(read, Ok(0) | Err(_)), "{read:?}");
    proxy.heal();
    assert_eq!(exchange(&mut connect(&proxy).await, b"again").await, b"again");
}

#[tokio::test]
async fn a_stall_holds_bytes_back_until_it_is_healed() {
    let proxy = echo().await;
    proxy.fault(Direction::ToServer, 4, Action::Stall);
    let mut stream = connect(&proxy).await;
    stream.write_all(b"12345678").await.unwrap();
    let mut got = [0; 4];
    timeout(LONG, stream.read_exact(&mut got)).await.unwrap().unwrap();
    assert_eq!(&got, b"1234");
    assert!(
        timeout(MOMENT, stream.read(&mut got)).await.is_err(),
        "bytes passed a stall"
    );
    proxy.heal();
    timeout(LONG, stream.read_exact(&mut got)).await.unwrap().unwrap();
    assert_eq!(&got, b"5678");
}

#[tokio::test]
async fn garbling_begins_at_the_chosen_byte() {
    let proxy = echo().await;
    proxy.fault(Direction::ToClient, 3, Action::Garble);
    let mut stream = connect(&proxy).await;
    let got = exchange(&mut stream, b"abcdef").await;
    assert_eq!(&got[..3], b"abc");
    assert!(
        got[3..].iter().zip(b"def").all(|(got, sent)| got != sent),
        "{got:?}"
    );
}

#[tokio::test]
async fn a_garbled_connection_does_not_outlast_its_rule() {
    let proxy = echo().await;
    proxy.fault(Direction::ToClient, 0, Action::Garble);
    let mut stream = connect(&proxy).await;
    assert_ne!(exchange(&mut stream, b"abc").await, b"abc");
    proxy.heal();
    let read = timeout(LONG, stream.read(&mut [0; 1])).await.unwrap();
    assert!(matches!(read, Ok(0) | Err(_)), "{read:?}");
}

#[tokio::test]
async fn a_cut_can_come_behind_a_message_of_ldap() {
    let proxy = echo().await;
    proxy.break_at(Fault {
        direction: Direction::ToClient,
        place: Place::Messages(2),
        action: Action::Cut,
    });
    let mut stream = connect(&proxy).await;
    stream
        .write_all(&[0x30, 1, 7, 0x30, 2, 8, 9, 0x30, 1, 7])
        .await
        .unwrap();
    let mut got = Vec::new();
    let _ = timeout(LONG, stream.read_to_end(&mut got)).await.unwrap();
    assert_eq!(got, [0x30, 1, 7, 0x30, 2, 8, 9]);
}

#[tokio::test]
async fn a_healed_way_can_stay_slow() {
    let proxy = echo().await;
    let mut stream = connect(&proxy).await;
    proxy.heal_slowly(100);
    stream.write_all(&[1; 1_000]).await.unwrap();
    let mut got = [0; 1_000];
    assert!(
        timeout(MOMENT, stream.read_exact(&mut got)).await.is_err(),
        "ten seconds' worth of bytes passed at once"
    );
    proxy.heal();
    let mut rest = [0; 900];
    timeout(LONG, stream.read_exact(&mut rest))
        .await
        .unwrap()
        .unwrap();
}
