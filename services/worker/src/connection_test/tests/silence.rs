//! Silent servers: the time that they cost, and the texts about them.

use std::{sync::Arc, time::Duration};

use rollcall_domain::PermittedAttributes;
use tokio::{net::TcpListener, time::Instant};

use super::*;
use crate::source::bind_gate::BindGate;
use crate::source::ldap::limits::Limits;

/// A server whose system accepts connections, and that never says a word. It is there until it is dropped.
async fn silent() -> (TcpListener, u16) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    (listener, port)
}

fn hurried() -> Reader {
    let reader = reader();
    Reader {
        limits: Limits {
            connect: Duration::from_millis(300),
            reach: Duration::from_millis(500),
            ..reader.limits
        },
        ..reader
    }
}

#[tokio::test]
async fn hosts_that_never_answer_take_no_longer_than_all_have_together_and_the_last_step_says_so() {
    let (_listener, port) = silent().await;
    let directory = Directory {
        hosts: vec!["127.0.0.1".to_owned(); 6],
        security: Security::Ldaps.into(),
        ..directory(port)
    };
    let begun = Instant::now();
    let (steps, bound) = test_with(&hurried(), &directory).await;
    let took = begun.elapsed();
    // Each of six by itself would take 300 ms.
    assert!(took < Duration::from_millis(1_200), "{took:?}");
    let hosts = steps.iter().filter(|step| step.kind() == TestStepKind::Resolve);
    assert_eq!((hosts.count(), bound), (2, None));
    let last = steps.last().unwrap();
    assert_eq!((last.kind(), code(last)), (TestStepKind::Tls, "CONNECT_TIMEOUT"));
    assert!(
        last.message.contains("together is 500 ms, so no other was tried"),
        "{last:?}"
    );
}

#[tokio::test]
async fn a_read_gives_up_hosts_that_never_answer_as_early() {
    let (_listener, port) = silent().await;
    let settings = Directory {
        hosts: vec!["127.0.0.1".to_owned(); 6],
        security: Security::Ldaps.into(),
        ..directory(port)
    };
    let target = Arc::new(Target::new(&settings, &PermittedAttributes::default()).unwrap());
    let begun = Instant::now();
    let error = hurried()
        .open(&target, "secret", &BindGate::Open, Arc::default())
        .await
        .err()
        .expect("no server");
    let took = begun.elapsed();
    assert!(took < Duration::from_millis(1_200), "{took:?}");
    assert_eq!(error.code().as_str(), "CONNECT_TIMEOUT");
    assert!(error.to_string().contains("no further host"), "{error}");
}

#[tokio::test]
async fn a_bind_that_is_not_answered_has_a_time_of_its_own_and_the_step_names_it() {
    let (_listener, port) = silent().await;
    let reader = reader();
    let reader = Reader {
        limits: Limits {
            bind: Duration::from_millis(200),
            operation: Duration::from_mins(1),
            ..reader.limits
        },
        ..reader
    };
    let (steps, bound) = test_with(&reader, &directory(port)).await;
    let last = steps.last().unwrap();
    assert_eq!(
        (last.kind(), code(last)),
        (TestStepKind::Bind, "OPERATION_TIMEOUT")
    );
    assert!(
        last.message.contains("did not answer the sign-in within 200 ms"),
        "{last:?}"
    );
    assert_eq!(bound, None, "the directory judged nothing");
}
