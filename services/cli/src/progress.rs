//! A run's progress: a bar on a terminal, otherwise plain lines, and always on standard error.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use rollcall_client::view;
use rollcall_domain::invisible::show;
use rollcall_proto::v1::{Run, RunStage, RunState};
use rollcall_terms::run::is_final;

use crate::{output::note, table::Look};

const TICK: Duration = Duration::from_millis(120);

/// Shows a run's progress.
pub(crate) enum Progress {
    /// On a terminal.
    Bar(ProgressBar),
    /// Elsewhere: a line whenever the stage changes, so that a log stays short.
    Lines {
        /// Text of the last line.
        last: String,
    },
}

impl Progress {
    /// Starts; `expected` is how many objects the directory will probably answer.
    pub(crate) fn new(on_terminal: bool, expected: Option<u64>) -> Self {
        if !on_terminal {
            return Self::Lines { last: String::new() };
        }
        let bar = ProgressBar::with_draw_target(expected, ProgressDrawTarget::stderr());
        bar.set_style(style(expected.is_some()));
        bar.enable_steady_tick(TICK);
        Self::Bar(bar)
    }

    /// Shows the run as it is now.
    pub(crate) fn show(&mut self, run: &Run, look: &Look) {
        match self {
            Self::Bar(bar) => {
                let objects = run.counts.map_or(0, |counts| counts.objects);
                if bar.length().is_some_and(|length| length < objects) {
                    bar.set_length(objects);
                }
                bar.set_position(objects);
                bar.set_message(show(&sentence(run, look)).into_owned());
            }
            // The answer shows the outcome.
            Self::Lines { .. } if is_final(run.state()) => {}
            Self::Lines { last } => line(last, stage(run, look)),
        }
    }

    /// Says that the run is out of sight for the moment.
    pub(crate) fn lost(&mut self) {
        let text = "connection lost, reconnecting";
        match self {
            Self::Bar(bar) => bar.set_message(text),
            Self::Lines { last } => line(last, text.to_owned()),
        }
    }

    /// Leaves the terminal clean for the answer.
    pub(crate) fn finish(&self) {
        if let Self::Bar(bar) = self {
            bar.finish_and_clear();
        }
    }
}

fn line(last: &mut String, text: String) {
    if *last != text {
        note(&text);
        *last = text;
    }
}

fn style(measured: bool) -> ProgressStyle {
    let template = if measured {
        "{spinner} {elapsed:>4} [{bar:30}] {percent:>3}%  {wide_msg}"
    } else {
        "{spinner} {elapsed:>4}  {wide_msg}"
    };
    ProgressStyle::with_template(template)
        .unwrap_or_else(|_| ProgressStyle::default_spinner())
        .progress_chars("=> ")
}

/// The stage, and how far the read is.
fn sentence(run: &Run, look: &Look) -> String {
    match (run.state(), run.counts) {
        (RunState::Running, Some(counts)) if counts.objects > 0 => {
            format!(
                "{}: {} objects, {} addresses",
                stage(run, look),
                counts.objects,
                counts.claims
            )
        }
        _ => stage(run, look),
    }
}

/// State of the run, in words that change only when the state does.
fn stage(run: &Run, look: &Look) -> String {
    match run.state() {
        RunState::Queued => match &run.failure {
            Some(failure) => {
                let due = view::time(run.next_attempt_time.as_ref()).map(|due| look.time(&due));
                format!(
                    "failed with {}; attempt {} is due at {}",
                    failure.code,
                    run.attempt,
                    due.unwrap_or_else(|| "-".to_owned())
                )
            }
            None => "waiting for a worker".to_owned(),
        },
        RunState::Running => match run.stage() {
            RunStage::Unspecified | RunStage::Connecting => "connecting to the directory",
            RunStage::Reading => "reading the directory",
            RunStage::Deciding => "deciding",
            RunStage::Writing => "writing",
        }
        .to_owned(),
        state => view::name(state).unwrap_or("in an unknown state").to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use rollcall_proto::v1::{Counts, Failure};

    use super::*;

    #[test]
    fn each_stage_has_its_words() {
        let mut run = Run {
            state: RunState::Queued.into(),
            attempt: 1,
            ..Run::default()
        };
        assert_eq!(sentence(&run, &Look::default()), "waiting for a worker");

        run.failure = Some(Failure {
            code: "CANNOT_CONNECT".into(),
            ..Failure::default()
        });
        run.attempt = 2;
        run.next_attempt_time = Some(prost_types::Timestamp {
            seconds: 1_700_000_000,
            nanos: 0,
        });
        assert_eq!(
            sentence(&run, &Look::default()),
            "failed with CANNOT_CONNECT; attempt 2 is due at 2023-11-14 22:13:20Z"
        );

        run.set_state(RunState::Running);
        assert_eq!(sentence(&run, &Look::default()), "connecting to the directory");
        run.set_stage(RunStage::Reading);
        run.counts = Some(Counts {
            objects: 7,
            claims: 9,
            ..Counts::default()
        });
        assert_eq!(
            sentence(&run, &Look::default()),
            "reading the directory: 7 objects, 9 addresses"
        );

        run.set_stage(RunStage::Writing);
        assert_eq!(
            sentence(&run, &Look::default()),
            "writing: 7 objects, 9 addresses"
        );

        run.set_state(RunState::Succeeded);
        assert_eq!(sentence(&run, &Look::default()), "SUCCEEDED");
    }
}
