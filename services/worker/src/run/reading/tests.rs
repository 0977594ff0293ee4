//! A read of a source that speaks no protocol at all.

use std::time::Duration;

use rollcall_chassis::amqp::Lane;
use rollcall_domain::{AddressAttributes, DirectoryObject, FailureCode, LeftOut, reading::EntryReader};
use rollcall_proto::internal::v1::DirectoryServer;

use super::*;
use crate::{
    slots::{Beside, Slots},
    source::{Answered, Met, OpenSource},
};

/// Two people, one of whom the read overlooks.
#[derive(Clone, Default)]
struct Memory {
    password: &'static str,
    closed: Arc<tokio::sync::Notify>,
}

struct OpenMemory(Arc<tokio::sync::Notify>);

impl Source for Memory {
    type Open = OpenMemory;

    async fn open(&self, password: SecretString, _: Arc<Signs>) -> Result<OpenMemory, ReadError> {
        if password.expose() != self.password {
            return Err(ReadError::Directory {
                code: FailureCode::WrongCredentials,
                text: FailureCode::WrongCredentials.into(),
                why: "another password".to_owned(),
            });
        }
        Ok(OpenMemory(Arc::clone(&self.closed)))
    }
}

impl OpenSource for OpenMemory {
    async fn read(&mut self, into: &mut Collector) -> Result<Met, ReadError> {
        into.add(person("ann"), 1).await?;
        Ok(Met {
            references: 0,
            left_out: LeftOut::default(),
            server: Answered {
                server: DirectoryServer::default(),
                shown: "memory".to_owned(),
                reason: String::new(),
            },
        })
    }

    async fn confirm(&mut self, missing: &MissingIds, into: &mut Collector) -> Result<(), ReadError> {
        let bob = person("bob");
        if missing.contains(bob.id.as_str()) {
            into.add(bob, 2).await?;
        }
        Ok(())
    }

    async fn close(self) {
        self.0.notify_one();
    }
}

fn person(name: &str) -> DirectoryObject {
    let attributes = AddressAttributes::default();
    let mut reader = EntryReader::new(&attributes);
    reader.attribute("proxyAddresses", [format!("SMTP:{name}@corp.example")]);
    reader.finish(format!("cn={name},dc=corp").as_bytes()).object
}

fn begin(source: &Memory) -> Reading {
    let slots = Slots::new(Lane::Interactive, 1, &Beside::new(1, 1));
    let pace = Pace {
        grace: Duration::from_mins(1),
        silence: Duration::from_mins(1),
        slot_entries: 1,
        slot_bytes: 1,
        window: Duration::from_mins(1),
        least_entries: 1,
        least_bytes: 1,
    };
    let seat = Seat {
        place: Arc::new(slots.place()),
        pace,
        most_entries: 10,
        deadline: Instant::now() + Duration::from_mins(1),
    };
    let password = SecretString::new("secret".to_owned());
    Reading::begin(source.clone(), password, Arc::default(), seat)
}

fn memory() -> Memory {
    Memory {
        password: "secret",
        ..Memory::default()
    }
}

#[tokio::test]
async fn any_source_is_opened_read_asked_for_what_is_missing_and_closed() {
    let source = memory();
    let mut reading = begin(&source);
    let read = reading.next().await.expect("a batch");
    assert_eq!(read.objects[0].dn, "cn=ann,dc=corp");
    assert!(reading.next().await.is_none());
    let (summary, open) = reading.end().await.unwrap();
    assert_eq!((summary.entries, summary.claims, summary.not_email), (1, 1, 1));
    let mut missing = MissingIds::default();
    missing.push(person("bob").id.as_str().to_owned());
    let mut found = open.ask(missing);
    let there = found.next().await.expect("a batch");
    assert_eq!(there.objects[0].dn, "cn=bob,dc=corp");
    assert!(found.next().await.is_none());
    assert_eq!(found.end().await.unwrap(), 2);
    source.closed.notified().await;
}

#[tokio::test]
async fn a_source_of_which_nothing_is_missing_is_closed_at_once() {
    let source = memory();
    let mut reading = begin(&source);
    while reading.next().await.is_some() {}
    let (_, open) = reading.end().await.unwrap();
    open.close().await;
    source.closed.notified().await;
}

#[tokio::test]
async fn the_failure_of_a_source_keeps_its_code() {
    let mut reading = begin(&Memory::default());
    assert!(reading.next().await.is_none());
    let refused = reading.end().await.unwrap_err();
    assert_eq!(
        (refused.code(), refused.to_string().as_str()),
        (FailureCode::WrongCredentials, "another password")
    );
}
