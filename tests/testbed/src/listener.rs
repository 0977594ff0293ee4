//! The connections of a scripted directory.

use std::future::Future;

use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// Serves each connection beside the others, until the listener fails. Those that are open end with this future.
pub(crate) async fn serve<C>(listener: TcpListener, connection: impl Fn(TcpStream) -> C)
where
    C: Future<Output = ()> + Send + 'static,
{
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let Ok((stream, _)) = accepted else { return };
                connections.spawn(connection(stream));
            }
            Some(_) = connections.join_next() => {}
        }
    }
}
