//! Callers beside each other: whatever one of them does with its calls and connections, the others are answered.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use futures::{StreamExt as _, stream};
use rollcall_e2e::{Dice, wait};
use rollcall_proto::v1::{
    Account, GetDomainsRequest, GetRunRequest, PutAccountRequest, WatchRunRequest, WatchRunResponse,
    results_service_client::ResultsServiceClient,
};
use rollcall_testbed::{Kind, StackOptions, VIEWER};
use tokio::net::TcpStream;
use tonic::{Code, Request, Status, Streaming, transport::Channel};
use tonic_health::pb::{
    HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient,
};
use tonic_types::StatusExt as _;

use crate::own::Own;

/// Long for an answer, also on a machine that is busy with other tests.
const AT_ONCE: Duration = Duration::from_secs(5);

/// A stack without workers, whose runs never begin and can be watched for as long as one wants.
fn without_workers() -> StackOptions {
    StackOptions {
        workers: 0,
        ..StackOptions::default()
    }
}

/// Opens so many streams at a run; those that were opened, and the refusals.
async fn watched(
    channel: &Channel,
    request: &WatchRunRequest,
    streams: usize,
) -> (Vec<Streaming<WatchRunResponse>>, Vec<Status>) {
    let open = |_| {
        let (mut results, request) = (ResultsServiceClient::new(channel.clone()), request.clone());
        async move { results.watch_run(request).await }
    };
    let answers: Vec<_> = stream::iter(0..streams)
        .map(open)
        .buffer_unordered(64)
        .collect()
        .await;
    let (mut opened, mut refused) = (Vec::new(), Vec::new());
    for answer in answers {
        match answer {
            Ok(stream) => opened.push(stream.into_inner()),
            Err(status) => refused.push(status),
        }
    }
    (opened, refused)
}

#[tokio::test]
async fn a_caller_that_opens_a_thousand_streams_leaves_calls_health_and_streams_to_the_others() -> Result<()>
{
    let own = Own::start(without_workers()).await?;
    let (tenant, _forest) = own.office("streams").saved().await?;
    let run_id = tenant.start_sync().await?;
    let watch = WatchRunRequest {
        tenant_id: tenant.id.clone(),
        run_id: run_id.clone(),
    };
    let greedy = own.stack.endpoints().connect(Kind::Results).await?;
    let (opened, refused) = watched(&greedy, &watch, 1_024).await;
    for status in &refused {
        assert_eq!(
            status.code(),
            Code::ResourceExhausted,
            "{}: {status:?}",
            opened.len()
        );
        let info = status.get_details_error_info().context("an ErrorInfo")?;
        assert_eq!(info.reason, "CALLER_LIMIT");
        assert!(
            status.message().contains("256 streams open"),
            "{}",
            status.message()
        );
        assert!(status.get_details_retry_info().is_some());
    }
    assert_eq!((opened.len(), refused.len()), (256, 768));

    let other = own.stack.endpoints().connect_as(Kind::Results, VIEWER).await?;
    for channel in [&other, &greedy] {
        let begun = Instant::now();
        let get = GetRunRequest {
            tenant_id: tenant.id.clone(),
            run_id: run_id.clone(),
        };
        ResultsServiceClient::new(channel.clone()).get_run(get).await?;
        let health = HealthClient::new(channel.clone())
            .check(HealthCheckRequest::default())
            .await?;
        assert_eq!(health.get_ref().status(), ServingStatus::Serving);
        assert!(begun.elapsed() < AT_ONCE, "{:?}", begun.elapsed());
    }
    let (mut second, _) = watched(&other, &watch, 1).await;
    let seen = second
        .pop()
        .context("a second caller can watch")?
        .message()
        .await?;
    assert_eq!(seen.and_then(|seen| seen.run).context("the run")?.run_id, run_id);

    drop(opened);
    // The ends of the streams may be on their way when the next one is asked for.
    let again = async || Ok(watched(&greedy, &watch, 1).await.0.len());
    wait::until("a stream that ended gives its place back", again, |opened| {
        *opened == 1
    })
    .await?;
    Ok(())
}

#[tokio::test]
async fn connections_that_never_speak_do_not_keep_others_from_connecting() -> Result<()> {
    let few = without_workers()
        .set(Kind::Results, "ROLLCALL_SERVER__MAX_CONNECTIONS", "32")
        .set(Kind::Results, "ROLLCALL_SERVER__SILENCE_SECONDS", "600");
    let own = Own::start(few).await?;
    let (_, address) = own
        .stack
        .endpoints()
        .results_url
        .split_once("//")
        .context("a URL")?;
    let mut silent = Vec::new();
    for _ in 0..100 {
        silent.push(TcpStream::connect(address).await?);
    }
    let begun = Instant::now();
    let channel = own.stack.endpoints().connect(Kind::Results).await?;
    let health = HealthClient::new(channel)
        .check(HealthCheckRequest::default())
        .await?;
    assert_eq!(health.get_ref().status(), ServingStatus::Serving);
    assert!(begun.elapsed() < AT_ONCE, "{:?}", begun.elapsed());
    drop(silent);
    Ok(())
}

#[tokio::test]
async fn calls_that_their_caller_gives_up_leave_nothing_to_those_of_others() -> Result<()> {
    let own = Own::start(without_workers()).await?;
    let (impatient, _forest) = own.tenant("impatient").await?;
    let (other, _forest) = own.tenant("patient").await?;
    let mut dice = Dice::new(7);
    let mut given_up = 0;
    for round in 0..25 {
        let calls = (0..16).map(|number| {
            let primary_address = impatient.address(&format!("p{round}-{number}"));
            let mut request = Request::new(PutAccountRequest {
                tenant_id: impatient.id.clone(),
                account: Some(Account {
                    primary_address,
                    ..Account::default()
                }),
            });
            request.set_timeout(Duration::from_millis(1 + dice.below(60)));
            let mut accounts = impatient.clients.accounts.clone();
            async move { accounts.put_account(request).await }
        });
        let ended = futures::future::join_all(calls).await;
        given_up += ended.iter().filter(|answer| answer.is_err()).count();
        let asked = GetDomainsRequest {
            tenant_id: other.id.clone(),
        };
        for _ in 0..12 {
            let answer = other.clients.accounts.clone().get_domains(asked.clone()).await?;
            let names: Vec<_> = answer
                .get_ref()
                .domains
                .iter()
                .map(|domain| &domain.name)
                .collect();
            assert_eq!(
                names,
                [&other.domain],
                "after {given_up} calls that were given up"
            );
        }
    }
    assert!(given_up > 50, "only {given_up} calls were given up");
    let put = PutAccountRequest {
        tenant_id: other.id.clone(),
        account: Some(Account {
            primary_address: other.address("last"),
            ..Account::default()
        }),
    };
    other.clients.accounts.clone().put_account(put).await?;
    Ok(())
}
