use std::{net::SocketAddr, time::Duration};

use tokio::sync::watch;
use tonic_health::pb::{
    HealthCheckRequest, HealthCheckResponse, health_check_response::ServingStatus,
    health_client::HealthClient,
};

use super::Readiness;
use crate::{
    Lifecycle,
    config::{ClientConfig, ServerConfig},
    grpc::{self, Server},
    outage::{Cause, Part},
};

const LOOPBACK: &str = "127.0.0.1:0";

static FIRST: Part = Part::new("the first is away", "the first is back");
static SECOND: Part = Part::new("the second is away", "the second is back");

/// A part that answers as the test says.
fn controlled(readiness: &mut Readiness, part: &'static Part) -> watch::Sender<bool> {
    let (control, state) = watch::channel(true);
    readiness.check(part, move || {
        let up = *state.borrow();
        async move {
            if up {
                Ok(())
            } else {
                Err(Cause::no_answer("the test says so"))
            }
        }
    });
    control
}

async fn until(health: &mut tonic::Streaming<HealthCheckResponse>, wanted: ServingStatus) {
    let seen = async {
        loop {
            let answer = health.message().await.expect("an answer").expect("a status");
            if answer.status() == wanted {
                return;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(30), seen)
        .await
        .expect("the status in time");
}

#[tokio::test]
async fn health_follows_every_part_that_the_service_stands_on() {
    let lifecycle = Lifecycle::new();
    let listen: SocketAddr = LOOPBACK.parse().expect("an address");
    let serving = Server::new(&ServerConfig::plaintext(listen))
        .expect("a server")
        .start(&lifecycle)
        .await
        .expect("a listening server");
    let url = format!("http://{}", serving.address());
    let mut readiness = Readiness::default();
    let first = controlled(&mut readiness, &FIRST);
    let second = controlled(&mut readiness, &SECOND);
    let ready = readiness.start([serving], &lifecycle);

    let channel = grpc::connect(&ClientConfig::plaintext(url)).expect("a channel");
    let watched = HealthClient::new(channel)
        .watch(HealthCheckRequest::default())
        .await;
    let mut health = watched.expect("a stream").into_inner();
    until(&mut health, ServingStatus::Serving).await;
    for part in [&first, &second, &first] {
        part.send_replace(false);
        until(&mut health, ServingStatus::NotServing).await;
        part.send_replace(true);
        until(&mut health, ServingStatus::Serving).await;
    }
    assert!(*ready.borrow());

    lifecycle.soft().cancel();
    until(&mut health, ServingStatus::NotServing).await;
    drop(health);
    assert!(
        lifecycle.finish(Duration::from_secs(10)).await,
        "the loop did not end"
    );
}
