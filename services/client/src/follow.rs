//! Follows a run to its end, across broken streams.

use std::time::Duration;

use rollcall_proto::v1::{Run, WatchRunRequest, WatchRunResponse};
use rollcall_terms::run::is_final;
use tonic::Streaming;

use crate::{Client, Error, Service};

/// Time after which a run that has not changed is asked for anew: its stream may have died without a sign.
const SILENCE: Duration = Duration::from_mins(2);

/// Sight of a run that is followed.
#[derive(Debug)]
pub enum Seen<'r> {
    /// The run as it is now.
    Run(&'r Run),
    /// The run is out of sight for the moment, and is looked for again.
    Lost,
}

/// Waits between attempts to see the run again, and knows when to give up.
#[derive(Debug, Default)]
struct BackOff {
    failures: u32,
}

impl BackOff {
    const FIRST: Duration = Duration::from_millis(250);
    const LONGEST: Duration = Duration::from_secs(10);
    /// Some five minutes.
    const MOST: u32 = 35;

    /// Pause before the next attempt; `None` after too many.
    fn next(&mut self) -> Option<Duration> {
        self.failures += 1;
        let doubled = Self::FIRST.saturating_mul(1 << self.failures.min(10).saturating_sub(1));
        (self.failures <= Self::MOST).then_some(doubled.min(Self::LONGEST))
    }

    fn reset(&mut self) {
        self.failures = 0;
    }
}

/// Follows a run until it ends, and shows each sight of it.
pub async fn watch_run(
    client: &Client,
    tenant: &str,
    run_id: &str,
    mut show: impl FnMut(Seen<'_>),
) -> Result<Run, Error> {
    let mut back_off = BackOff::default();
    loop {
        let seen = match watch_once(client, tenant, run_id, &mut show, &mut back_off).await {
            Ok(Some(run)) => return Ok(run),
            // The service bounds how long one stream may last: the end of one is no failure.
            Ok(None) => None,
            Err(error) if error.passes() => Some(error),
            Err(error) => return Err(error),
        };
        match (back_off.next(), seen) {
            (Some(wait), seen) => {
                if seen.is_some() {
                    show(Seen::Lost);
                }
                tokio::time::sleep(wait).await;
            }
            (None, seen) => return Err(lost_sight(tenant, run_id, seen)),
        }
    }
}

fn lost_sight(tenant: &str, run_id: &str, last: Option<Error>) -> Error {
    let incomplete = Error::Incomplete {
        service: Service::Results,
        what: "the run's end",
    };
    let source = Box::new(last.unwrap_or(incomplete));
    Error::LostSight {
        tenant: tenant.to_owned(),
        run: run_id.to_owned(),
        source,
    }
}

/// One stream: the run's end if it was seen, nothing if the stream ended before.
async fn watch_once(
    client: &Client,
    tenant: &str,
    run_id: &str,
    show: &mut impl FnMut(Seen<'_>),
    back_off: &mut BackOff,
) -> Result<Option<Run>, Error> {
    let failed = client.failed(Service::Results);
    let request = WatchRunRequest {
        tenant_id: tenant.to_owned(),
        run_id: run_id.to_owned(),
    };
    let mut stream: Streaming<WatchRunResponse> = client
        .results()
        .await?
        .watch_run(request)
        .await
        .map_err(&failed)?
        .into_inner();
    let mut seen = false;
    loop {
        let change = match client.next_within(SILENCE, Service::Results, &mut stream).await {
            Ok(Some(change)) => change,
            Ok(None) => return Ok(None),
            // The run was seen, and has not changed since then. A service that shows none has failed.
            Err(Error::Silent { .. }) if seen => return Ok(None),
            Err(error) => return Err(error),
        };
        let Some(run) = change.run else { continue };
        seen = true;
        back_off.reset();
        show(Seen::Run(&run));
        if is_final(run.state()) {
            return Ok(Some(run));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_a_bound_and_end() {
        let mut back_off = BackOff::default();
        let waits: Vec<_> = std::iter::from_fn(|| back_off.next()).collect();
        assert_eq!(waits[..4], [250, 500, 1000, 2000].map(Duration::from_millis));
        assert_eq!(waits.last(), Some(&BackOff::LONGEST));
        assert_eq!(waits.len(), BackOff::MOST as usize);
        let minutes = waits.iter().sum::<Duration>().as_secs() / 60;
        assert!((4..=6).contains(&minutes), "{minutes}");
    }

    #[test]
    fn sight_of_the_run_makes_waits_short_again() {
        let mut back_off = BackOff { failures: 20 };
        back_off.reset();
        assert_eq!(back_off.next(), Some(BackOff::FIRST));
    }
}
