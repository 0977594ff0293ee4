use std::time::Duration;

use super::*;
use crate::source::ldap::entry::Attribute;

fn limits(entries: u64) -> Limits {
    Limits {
        connect: Duration::from_secs(1),
        reach: Duration::from_secs(1),
        bind: Duration::from_secs(1),
        operation: Duration::from_secs(1),
        page_size: 100,
        entries,
        values: 100_000,
        value_bytes: 1_000,
        entry_bytes: 100_000,
        message_bytes: 1_000,
    }
}

fn entry(name: &str, addresses: usize) -> Entry {
    let values = (0..addresses)
        .map(|n| format!("smtp:{name}{n}@corp.example").into_bytes())
        .collect();
    let attributes = vec![Attribute {
        description: "proxyAddresses".to_owned(),
        range: None,
        values,
    }];
    Entry {
        dn: format!("cn={name},dc=corp"),
        attributes,
    }
}

fn collector(entries: u64) -> (Collector, mpsc::Receiver<ObjectBatch>, Arc<Control>) {
    let (sender, batches) = mpsc::channel(64);
    let control = Arc::new(Control::default());
    (
        Collector::new(
            AddressAttributes::default(),
            &limits(entries),
            sender,
            Arc::clone(&control),
        ),
        batches,
        control,
    )
}

fn met() -> Met {
    Met {
        references: 2,
        server: "dc1 (192.0.2.1:636)".to_owned(),
        server_id: "192.0.2.1:636".to_owned(),
    }
}

#[tokio::test]
async fn the_digest_does_not_depend_on_the_order_of_entries() {
    let digest = |names: [&'static str; 3]| async move {
        let (mut collector, _batches, _) = collector(10);
        for name in names {
            collector.add(&entry(name, 2)).await.unwrap();
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
        collector.add(&entry(&format!("user{n}"), 5)).await.unwrap();
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
    few.add(&entry("a", 1)).await.unwrap();
    assert!(matches!(few.add(&entry("b", 1)).await, Err(ReadError::Limit(_))));
    let (mut huge, _batches, _) = collector(1);
    assert!(matches!(
        huge.add(&entry("a", 50_000)).await,
        Err(ReadError::Limit(_))
    ));
}

#[tokio::test]
async fn an_object_claims_ten_thousand_addresses_and_one_more_fails_the_read_by_its_name() {
    let (mut collector, _batches, _) = collector(2);
    collector.add(&entry("many", 10_000)).await.unwrap();
    let refused = collector.add(&entry("more", 10_001)).await.unwrap_err();
    assert_eq!(
        refused.to_string(),
        "more than is accepted: cn=more,dc=corp claims 10001 addresses, and an object may claim 10000"
    );
}

#[tokio::test]
async fn entries_that_nobody_asked_for_count_as_well() {
    let (collector, _batches, _) = collector(2);
    let mut collector = collector.only(Arc::new(Missing::default()));
    collector.add(&entry("a", 1)).await.unwrap();
    collector.add(&entry("b", 1)).await.unwrap();
    let refused = collector.add(&entry("c", 1)).await;
    assert!(matches!(refused, Err(ReadError::Limit(Crossed::Entries(2)))));
}

#[tokio::test]
async fn a_name_that_would_be_multiplied_by_its_addresses_is_a_limit() {
    let (mut collector, _batches, _) = collector(2);
    collector.add(&entry(&"n".repeat(4_000), 1)).await.unwrap();
    let refused = collector.add(&entry(&"n".repeat(4_100), 1)).await;
    assert!(matches!(refused, Err(ReadError::Limit(_))));
}

#[tokio::test]
async fn a_read_that_nobody_takes_stops() {
    let (mut collector, batches, _) = collector(10);
    drop(batches);
    collector.add(&entry("a", 1)).await.unwrap();
    assert!(matches!(collector.finish(met()).await, Err(ReadError::Stopped)));
}
