use rollcall_domain::{AddressType, ObjectType, Reason};

use super::*;

fn row(address: &str, verdict: Verdict, steady: Option<Verdict>) -> PlannedRow<'_> {
    PlannedRow {
        address,
        verdict,
        reason: None,
        steady_verdict: steady,
        steady_reason: None,
        steady_other: None,
        address_type: Some(AddressType::Primary),
        primary_address: Some(address),
        directory_type: Some(AddressType::Primary),
        directory_primary: Some(address),
        object_type: Some(ObjectType::User),
        object_id: Some("id"),
        object_dn: Some("CN=Ann"),
        other: None,
    }
}

fn open(row: &PlannedRow<'_>, row_id: i64) -> OpenRow {
    OpenRow {
        content: content::steady(row),
        row_id,
    }
}

fn new(difference: &HistoryChange) -> Vec<usize> {
    difference.new.iter().map(|row| row.position).collect()
}

#[test]
fn steady_rows_stay_and_the_rest_comes_or_goes() {
    let (kept, added) = (
        row("a@x.example", Verdict::Keep, Some(Verdict::Keep)),
        row("b@x.example", Verdict::Add, Some(Verdict::Keep)),
    );
    let over = row("c@x.example", Verdict::Keep, Some(Verdict::Keep));
    let difference = compare(
        &OpenRows::new(vec![open(&over, 7), open(&kept, 3)]),
        [kept, added].into_iter(),
    );
    assert_eq!(new(&difference), [1]);
    assert_eq!(difference.closed, [7]);
    assert_eq!(
        difference.steady,
        SteadyCounts {
            keep: 2,
            ..SteadyCounts::default()
        }
    );
}

#[test]
fn a_row_with_news_is_written_even_if_its_steady_form_was_there() {
    let updated = row("a@x.example", Verdict::Update, Some(Verdict::Keep));
    let difference = compare(&OpenRows::new(vec![open(&updated, 3)]), [updated].into_iter());
    assert_eq!(new(&difference), [0]);
    assert_eq!(difference.closed, [3]);
}

#[test]
fn a_row_that_was_added_is_what_the_next_run_keeps() {
    let added = row("a@x.example", Verdict::Add, Some(Verdict::Keep));
    let kept = row("a@x.example", Verdict::Keep, Some(Verdict::Keep));
    let difference = compare(&OpenRows::new(vec![open(&added, 1)]), [kept].into_iter());
    assert!(new(&difference).is_empty());
    assert!(difference.closed.is_empty());
}

#[test]
fn a_removal_is_news_of_one_run_and_counts_in_no_later_one() {
    let removed = PlannedRow {
        reason: Some(Reason::Absent),
        ..row("a@x.example", Verdict::Remove, None)
    };
    let difference = compare(&OpenRows::new(Vec::new()), [removed].into_iter());
    assert_eq!(new(&difference), [0]);
    assert_eq!(difference.steady, SteadyCounts::default());
}

#[test]
fn a_spoilt_address_counts_as_spoilt_in_later_runs_too() {
    let spoilt = |verdict| PlannedRow {
        steady_reason: Some(Reason::Spoilt),
        ..row("a@x.example", verdict, Some(verdict))
    };
    let rows = [spoilt(Verdict::Stale), spoilt(Verdict::Keep)];
    let difference = compare(&OpenRows::new(Vec::new()), rows.into_iter());
    let SteadyCounts {
        spoilt, stale, keep, ..
    } = difference.steady;
    assert_eq!((spoilt, stale, keep), (2, 1, 1));
}

#[test]
fn equal_rows_are_matched_one_by_one() {
    let same = row("a@x.example", Verdict::Skip, Some(Verdict::Skip));
    let difference = compare(
        &OpenRows::new(vec![open(&same, 1), open(&same, 2), open(&same, 3)]),
        [same, same].into_iter(),
    );
    assert!(new(&difference).is_empty());
    assert_eq!(difference.closed.len(), 1);
}

#[test]
fn new_rows_are_written_by_address() {
    let rows = ["c@x.example", "a@x.example", "b@x.example"]
        .map(|address| row(address, Verdict::Add, Some(Verdict::Keep)));
    assert_eq!(
        new(&compare(&OpenRows::new(Vec::new()), rows.into_iter())),
        [1, 2, 0]
    );
}

#[test]
fn every_field_that_is_shown_is_part_of_the_content() {
    let base = row("a@x.example", Verdict::Keep, Some(Verdict::Keep));
    let variants = [
        PlannedRow {
            address: "b@x.example",
            ..base
        },
        PlannedRow {
            steady_verdict: Some(Verdict::Stale),
            ..base
        },
        PlannedRow {
            steady_reason: Some(Reason::Absent),
            ..base
        },
        PlannedRow {
            address_type: Some(AddressType::Alias),
            ..base
        },
        PlannedRow {
            primary_address: None,
            ..base
        },
        PlannedRow {
            directory_type: None,
            ..base
        },
        PlannedRow {
            directory_primary: None,
            ..base
        },
        PlannedRow {
            object_type: Some(ObjectType::Group),
            ..base
        },
        PlannedRow {
            object_id: Some("other"),
            ..base
        },
        PlannedRow {
            object_dn: Some("CN=Bob"),
            ..base
        },
        PlannedRow {
            steady_other: Some("CN=Bob"),
            ..base
        },
        PlannedRow {
            object_dn: Some(""),
            steady_other: Some("CN=Ann"),
            ..base
        },
    ];
    for variant in variants {
        assert_ne!(content::steady(&base), content::steady(&variant), "{variant:?}");
    }
}
