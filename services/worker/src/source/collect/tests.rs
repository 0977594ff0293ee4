use rollcall_domain::{AddressAttributes, LeftOut, reading::EntryReader};
use rollcall_proto::internal::v1::DirectoryServer;

use super::*;
use crate::source::Answered;

fn person(name: &str, addresses: usize) -> DirectoryObject {
    let attributes = AddressAttributes::default();
    let mut reader = EntryReader::new(&attributes);
    let values = (0..addresses).map(|n| format!("smtp:{name}{n}@corp.example"));
    reader.attribute("proxyAddresses", values);
    reader.finish(format!("cn={name},dc=corp").as_bytes()).object
}

fn collector(entries: u64) -> (Collector, mpsc::Receiver<ObjectBatch>, Arc<Control>) {
    let (sender, batches) = mpsc::channel(64);
    let control = Arc::new(Control::default());
    (
        Collector::new(entries, sender, Arc::clone(&control)),
        batches,
        control,
    )
}

fn met() -> Met {
    Met {
        references: 2,
        left_out: LeftOut::default(),
        server: Answered {
            server: DirectoryServer {
                id: "192.0.2.1:636".to_owned(),
                ..DirectoryServer::default()
            },
            shown: "dc1 (192.0.2.1:636)".to_owned(),
            reason: String::new(),
        },
    }
}

#[tokio::test]
async fn the_digest_does_not_depend_on_the_order_of_entries() {
    let digest = |names: [&'static str; 3]| async move {
        let (mut collector, _batches, _) = collector(10);
        for name in names {
            collector.add(person(name, 2), 0).await.unwrap();
        }
        collector.finish(met()).await.unwrap().digest
    };
    assert_eq!(digest(["a", "b", "c"]).await, digest(["c", "a", "b"]).await);
    assert_ne!(digest(["a", "b", "c"]).await, digest(["a", "b", "d"]).await);
}

#[tokio::test]
async fn batches_stay_small_and_hold_every_object() {
    let (mut collector, mut batches, control) = collector(10_000);
    for n in 0..2_000 {
        collector.add(person(&format!("user{n}"), 5), 0).await.unwrap();
    }
    let summary = collector.finish(met()).await.unwrap();
    assert_eq!(
        (summary.entries, summary.claims, summary.references),
        (2_000, 10_000, 2)
    );
    assert_eq!(
        (control.progress.objects(), control.progress.claims()),
        (2_000, 10_000)
    );
    let (mut objects, mut count) = (0, 0);
    while let Some(batch) = batches.recv().await {
        assert!(
            batch.encoded_len() <= BATCH_BYTES + BATCH_BYTES / 10,
            "{} bytes",
            batch.encoded_len()
        );
        objects += batch.objects.len();
        count += 1;
    }
    assert_eq!(objects, 2_000);
    assert!(count > 1);
}

#[tokio::test]
async fn more_entries_than_are_accepted_and_objects_that_fit_no_message_are_limits() {
    let (mut few, _batches, _) = collector(1);
    few.add(person("a", 1), 0).await.unwrap();
    assert!(matches!(
        few.add(person("b", 1), 0).await,
        Err(ReadError::Limit(_))
    ));
    let (mut huge, _batches, _) = collector(1);
    assert!(matches!(
        huge.add(person("a", 50_000), 0).await,
        Err(ReadError::Limit(_))
    ));
}

#[tokio::test]
async fn an_object_claims_ten_thousand_addresses_and_one_more_fails_the_read_by_its_name() {
    let (mut collector, _batches, _) = collector(2);
    collector.add(person("many", 10_000), 0).await.unwrap();
    let refused = collector.add(person("more", 10_001), 0).await.unwrap_err();
    assert_eq!(
        refused.to_string(),
        "more than is accepted: cn=more,dc=corp claims 10001 addresses, and an object may claim 10000"
    );
}

#[tokio::test]
async fn entries_that_were_not_asked_for_count_as_well() {
    let (collector, _batches, _) = collector(2);
    let mut collector = collector.only(Arc::new(MissingIds::default()));
    collector.add(person("a", 1), 0).await.unwrap();
    collector.add(person("b", 1), 0).await.unwrap();
    let refused = collector.add(person("c", 1), 0).await;
    assert!(matches!(refused, Err(ReadError::Limit(Crossed::Entries(2)))));
}

#[tokio::test]
async fn a_name_that_would_be_multiplied_by_its_addresses_is_a_limit() {
    let (mut collector, _batches, _) = collector(2);
    collector.add(person(&"n".repeat(4_000), 1), 0).await.unwrap();
    let refused = collector.add(person(&"n".repeat(4_100), 1), 0).await;
    assert!(matches!(refused, Err(ReadError::Limit(_))));
}

#[tokio::test]
async fn a_read_that_is_not_taken_stops() {
    let (mut collector, batches, _) = collector(10);
    drop(batches);
    collector.add(person("a", 1), 0).await.unwrap();
    assert!(matches!(collector.finish(met()).await, Err(ReadError::Stopped)));
}
