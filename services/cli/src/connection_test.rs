//! `rollcall test`: a directory tried out, each step shown as it is over.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use rollcall_client::{Client, Service, view::StepView};
use rollcall_proto::v1::{TestConnectionRequest, TestConnectionResponse, TestStepState};
use tonic::Streaming;

use crate::{args::TestConnection, error::Error, exit::Exit, output::Output, settings, table};

/// Time without a word: a step may take as long as the whole test, which ends after 3 minutes.
const SILENCE: Duration = Duration::from_secs(195);
const TICK: Duration = Duration::from_millis(120);

/// Tests the saved settings, or others that are never saved.
pub(crate) async fn run(client: &Client, test: TestConnection, output: &mut Output) -> Result<Exit, Error> {
    let request = TestConnectionRequest {
        settings: settings::to_test(client, &test.tenant, &test.server, &test.password).await?,
        tenant_id: test.tenant,
    };
    let waiting = Waiting::new(output.draws_progress());
    let answer = client.scheduler().await?.test_connection(request).await;
    let mut steps = answer.map_err(client.failed(Service::Scheduler))?.into_inner();
    let outcome = show(&mut steps, &waiting, client, output).await?;
    if outcome == TestStepState::Unspecified {
        return Err(Error::incomplete(Service::Scheduler, "any step"));
    }
    Ok(if outcome == TestStepState::Failed {
        Exit::RunFailed
    } else {
        Exit::Success
    })
}

/// Shows the steps as they come, and returns the result of the last one. If a host FAILED, the next one makes up for
/// it.
async fn show(
    steps: &mut Streaming<TestConnectionResponse>,
    waiting: &Waiting,
    client: &Client,
    output: &mut Output,
) -> Result<TestStepState, Error> {
    let mut last = TestStepState::Unspecified;
    while let Some(response) = client.next_within(SILENCE, Service::Scheduler, steps).await? {
        let Some(step) = response.step else { continue };
        let view = StepView::from(&step);
        waiting.aside(|| output.entry(&view, |look| table::step(&view, look)))?;
        last = step.state();
    }
    Ok(last)
}

/// On a terminal, a spinner that moves until the next step is reported.
struct Waiting(Option<ProgressBar>);

impl Waiting {
    fn new(on_terminal: bool) -> Self {
        let bar = on_terminal.then(|| {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
            let style = ProgressStyle::with_template("{spinner} {elapsed:>4}  testing");
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
            bar.enable_steady_tick(TICK);
            bar
        });
        Self(bar)
    }

    fn aside<T>(&self, print: impl FnOnce() -> T) -> T {
        match &self.0 {
            Some(bar) => bar.suspend(print),
            None => print(),
        }
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}
