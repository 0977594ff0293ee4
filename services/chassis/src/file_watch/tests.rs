use std::{
    path::PathBuf,
    sync::{Arc, Mutex},
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use rollcall_tls::{CertificateError, Fault, InUse, Part, Watched};
use tokio::sync::watch;

use super::{Content, Event, Watch};
use crate::Lifecycle;

/// Files that hold what a test says.
#[derive(Default)]
struct Files(Mutex<(u64, Option<Fault>, Option<InUse>)>);

impl Watched for Files {
    fn refresh(&self) {}

    fn renewals(&self) -> u64 {
        self.0.lock().expect("the files").0
    }

    fn fault(&self) -> Option<Fault> {
        self.0.lock().expect("the files").1.clone()
    }

    fn in_use(&self) -> Vec<InUse> {
        self.0.lock().expect("the files").2.clone().into_iter().collect()
    }
}

const NOW: Timestamp = Timestamp::UNIX_EPOCH;
const DAY: SignedDuration = SignedDuration::from_hours(24);

fn certificate(days: i32) -> InUse {
    InUse {
        part: Part::Own,
        file: PathBuf::from("server.pem"),
        not_before: NOW - DAY,
        not_after: NOW + DAY * days,
    }
}

fn watched() -> (Arc<Files>, Watch) {
    let files = Arc::new(Files::default());
    let watch = Watch::new(files.clone());
    (files, watch)
}

#[test]
fn a_fault_is_reported_once_it_is_seen_twice_and_then_no_more() {
    let (files, mut watch) = watched();
    let mut missing = |what: Option<&'static str>| {
        let path = PathBuf::from("server.pem");
        let fault = what.map(|what| -> Fault { Arc::new(CertificateError::Content { what, path }) });
        files.0.lock().expect("the files").1 = fault;
        watch.look(NOW)
    };
    let broken = |what: &str| [Event::Broken(format!("server.pem holds no {what} in PEM"))];
    assert_eq!(missing(Some("certificate")), []);
    assert_eq!(missing(None), [], "it was only being replaced");
    assert_eq!(missing(Some("key")), []);
    assert_eq!(missing(Some("key")), broken("key"));
    assert_eq!(missing(Some("key")), []);
    assert_eq!(missing(Some("certificate")), []);
    assert_eq!(missing(Some("certificate")), broken("certificate"));
}

#[test]
fn a_certificate_is_reported_each_day_of_its_last_two_weeks_and_after_its_end() {
    let (files, mut watch) = watched();
    let ends = certificate(15);
    files.0.lock().expect("the files").2 = Some(ends.clone());
    assert_eq!(watch.look(NOW), []);
    assert_eq!(watch.look(NOW + DAY * 2), [Event::Expires(ends.clone())]);
    assert_eq!(watch.look(NOW + DAY * 2 + DAY / 2), []);
    assert_eq!(watch.look(NOW + DAY * 3), [Event::Expires(ends.clone())]);
    assert_eq!(watch.look(NOW + DAY * 15), [Event::Expired(ends)]);
}

#[test]
fn renewed_certificates_are_reported_and_judged_at_once() {
    let (files, mut watch) = watched();
    files.0.lock().expect("the files").2 = Some(certificate(300));
    assert_eq!(watch.look(NOW), []);
    *files.0.lock().expect("the files") = (1, None, Some(certificate(3)));
    assert_eq!(watch.look(NOW), [Event::Renewed, Event::Expires(certificate(3))]);
}

/// Files that count how often they are looked at.
#[derive(Default)]
struct Counted(watch::Sender<u64>);

impl Watched for Counted {
    fn refresh(&self) {
        self.0.send_modify(|looks| *looks += 1);
    }

    fn renewals(&self) -> u64 {
        0
    }

    fn fault(&self) -> Option<Fault> {
        None
    }

    fn in_use(&self) -> Vec<InUse> {
        Vec::new()
    }
}

#[tokio::test]
async fn files_are_looked_at_until_the_process_drains_which_waits_for_the_end_of_that() {
    let (files, lifecycle) = (Arc::new(Counted::default()), Lifecycle::new());
    let mut looks = files.0.subscribe();
    super::watch(Content::AssertionKeys, files, &lifecycle);
    looks.wait_for(|looks| *looks > 0).await.expect("a look");
    lifecycle.soft().cancel();
    assert!(
        lifecycle.finish(Duration::from_secs(30)).await,
        "it ended by itself"
    );
    looks.mark_unchanged();
    assert!(looks.changed().await.is_err(), "nothing looks any more");
}
