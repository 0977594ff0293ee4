//! Looks after files that may be replaced while the process runs, certificates and the keys of assertions: takes renewed
//! ones, and reports broken ones and expiring certificates.

use std::{sync::Arc, time::Duration};

use jiff::{SignedDuration, Timestamp};
use opentelemetry::{KeyValue, metrics::Gauge};
use rollcall_tls::{InUse, Watched};

use crate::{BoxError, Lifecycle, clock, lifecycle::chain, telemetry};

/// Interval of looks at the files.
const LOOK: Duration = Duration::from_secs(2);
/// A certificate that ends sooner is reported.
const SOON: SignedDuration = SignedDuration::from_hours(14 * 24);
/// Interval of such reports.
const REPORT: SignedDuration = SignedDuration::from_hours(24);

/// Content of watched files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Content {
    /// The certificates and keys of connections. Those that are open keep the ones that they were made with.
    Certificates,
    /// The public keys of the issuer of assertions.
    AssertionKeys,
}

/// Looks after these files until the process drains.
pub(crate) fn watch(content: Content, files: Arc<dyn Watched>, lifecycle: &Lifecycle) {
    let ended = lifecycle.soft().clone();
    let mut watch = Watch::new(files);
    let expiry = expiry();
    lifecycle.spawn(content.as_str(), async move {
        loop {
            let now = clock::now();
            let looked = tokio::task::spawn_blocking(move || {
                let events = watch.look(now);
                (watch, events)
            });
            let events;
            (watch, events) = looked.await?;
            for event in events {
                event.log(content);
            }
            for used in watch.files.in_use() {
                let left = used.not_after.duration_since(now).as_secs();
                expiry.record(left, &[KeyValue::new("file", used.file.display().to_string())]);
            }
            if ended
                .run_until_cancelled(tokio::time::sleep(LOOK))
                .await
                .is_none()
            {
                return Ok::<_, BoxError>(());
            }
        }
    });
}

fn expiry() -> Gauge<i64> {
    telemetry::meter("rollcall-chassis")
        .i64_gauge("rollcall.certificate.expires_in")
        .with_unit("s")
        .with_description("Time until the first certificate in a file in use expires, by file")
        .build()
}

/// The reports so far, so that none is repeated at each look.
struct Watch {
    files: Arc<dyn Watched>,
    renewals: u64,
    fault: Option<Fault>,
    next_report: Timestamp,
}

/// A fault of the present files. A file that is being replaced is often half of it, or does not fit its key yet: a fault
/// is reported when it is seen twice.
struct Fault {
    cause: String,
    reported: bool,
}

#[derive(Debug, PartialEq, Eq)]
enum Event {
    Renewed,
    Broken(String),
    Expires(InUse),
    Expired(InUse),
}

impl Watch {
    fn new(files: Arc<dyn Watched>) -> Self {
        Self {
            renewals: files.renewals(),
            files,
            fault: None,
            next_report: Timestamp::MIN,
        }
    }

    fn look(&mut self, now: Timestamp) -> Vec<Event> {
        let mut events = Vec::new();
        self.files.refresh();
        let renewals = self.files.renewals();
        if renewals != self.renewals {
            self.renewals = renewals;
            self.next_report = Timestamp::MIN;
            events.push(Event::Renewed);
        }
        events.extend(self.fault().map(Event::Broken));
        if now >= self.next_report {
            self.next_report = now.saturating_add(REPORT).unwrap_or(Timestamp::MAX);
            events.extend(
                self.files
                    .in_use()
                    .into_iter()
                    .filter_map(|used| expiring(used, now)),
            );
        }
        events
    }

    /// A fault that has to be reported now.
    fn fault(&mut self) -> Option<String> {
        let Some(cause) = self.files.fault().map(|error| chain(&*error)) else {
            self.fault = None;
            return None;
        };
        match &mut self.fault {
            Some(known) if known.cause == cause => {
                let known_before = std::mem::replace(&mut known.reported, true);
                (!known_before).then_some(cause)
            }
            _ => {
                self.fault = Some(Fault {
                    cause,
                    reported: false,
                });
                None
            }
        }
    }
}

fn expiring(used: InUse, now: Timestamp) -> Option<Event> {
    if used.not_after <= now {
        Some(Event::Expired(used))
    } else {
        (used.not_after.duration_since(now) < SOON).then_some(Event::Expires(used))
    }
}

impl Content {
    fn as_str(self) -> &'static str {
        match self {
            Self::Certificates => "certificates",
            Self::AssertionKeys => "keys of assertions",
        }
    }
}

impl Event {
    fn log(&self, content: Content) {
        let content = content.as_str();
        match self {
            Self::Renewed => tracing::info!(content, "renewed files are in use"),
            Self::Broken(cause) => tracing::warn!(
                content,
                cause,
                "files cannot be used: what was read before stays in use"
            ),
            Self::Expires(used) => tracing::warn!(
                file = %used.file.display(),
                expires = %used.not_after,
                "a certificate expires soon: renew it"
            ),
            Self::Expired(used) => tracing::error!(
                file = %used.file.display(),
                expired = %used.not_after,
                "a certificate has expired: connections with it are refused until it is renewed"
            ),
        }
    }
}

#[cfg(test)]
mod tests;
