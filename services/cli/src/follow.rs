//! Follows a run to its end, or until Ctrl-C.

use rollcall_client::{Client, Newest, Seen, newest_run, watch_run};
use rollcall_proto::v1::Run;

use crate::{error::Error, output::Output, progress::Progress};

/// Outcome of the run.
pub(crate) enum Followed {
    /// The run has ended.
    Ended(Box<Run>),
    /// Ctrl-C: the run goes on.
    Detached,
}

/// Shows a run's progress until it ends or Ctrl-C is pressed.
pub(crate) async fn follow(
    client: &Client,
    tenant: &str,
    run_id: &str,
    output: &Output,
) -> Result<Followed, Error> {
    let mut progress = Progress::new(output.draws_progress(), expected_objects(client, tenant).await);
    let show = |seen: Seen<'_>| match seen {
        Seen::Run(run) => progress.show(run, output.look()),
        Seen::Lost => progress.lost(),
    };
    let end = tokio::select! {
        end = watch_run(client, tenant, run_id, show) => end.map(|run| Followed::Ended(Box::new(run))),
        // If signals cannot be heard, Ctrl-C ends the process in the system's way.
        Ok(()) = tokio::signal::ctrl_c() => Ok(Followed::Detached),
    };
    progress.finish();
    Ok(end?)
}

/// Number of objects of the last run that succeeded, against which the progress bar is measured.
async fn expected_objects(client: &Client, tenant: &str) -> Option<u64> {
    let last = newest_run(client, tenant, Newest::Read).await.ok()?;
    last.counts.map(|counts| counts.objects)
}
