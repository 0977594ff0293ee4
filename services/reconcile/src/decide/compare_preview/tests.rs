use rollcall_domain::AddressType;

use super::*;

fn row(address: &str, verdict: Verdict, reason: Option<Reason>) -> PlannedRow<'_> {
    PlannedRow {
        address,
        verdict,
        reason,
        steady_verdict: None,
        steady_reason: None,
        steady_other: None,
        address_type: Some(AddressType::Primary),
        primary_address: Some(address),
        directory_type: None,
        directory_primary: None,
        object_type: None,
        object_id: Some("o1"),
        object_dn: None,
        other: None,
    }
}

fn shown(row: &PlannedRow<'_>, row_id: i64) -> ShownRow {
    ShownRow::new(
        row_id,
        row.address,
        row.object_id.unwrap_or_default(),
        Some(row.verdict.as_str()),
        row.reason.map(Reason::as_str),
    )
}

#[test]
fn a_run_that_decides_what_was_shown_has_no_differences() {
    let rows = [
        row("a@x.example", Verdict::Add, Some(Reason::NewAccount)),
        row("b@x.example", Verdict::Keep, None),
    ];
    let preview = vec![shown(&rows[1], 2), shown(&rows[0], 1)];
    assert_eq!(
        compare(&ShownRows::new(preview), rows.into_iter()),
        Differences::default()
    );
}

#[test]
fn what_is_decided_otherwise_comes_with_the_verdict_that_was_shown() {
    let before = row("a@x.example", Verdict::Add, Some(Reason::NewAccount));
    let now = row("a@x.example", Verdict::Skip, Some(Reason::DomainNotRegistered));
    let differences = compare(&ShownRows::new(vec![shown(&before, 1)]), [now].into_iter());
    assert_eq!(differences.changed, [(0, Some(Verdict::Add))]);
    assert!(differences.gone.is_empty());
}

#[test]
fn a_different_reason_is_a_difference() {
    let before = row("a@x.example", Verdict::Stale, Some(Reason::Absent));
    let now = row("a@x.example", Verdict::Stale, Some(Reason::OtherServer));
    let differences = compare(&ShownRows::new(vec![shown(&before, 1)]), [now].into_iter());
    assert_eq!(differences.changed, [(0, Some(Verdict::Stale))]);
}

#[test]
fn what_is_new_was_shown_with_nothing_and_what_is_gone_is_the_previews_alone() {
    let before = row("a@x.example", Verdict::Keep, None);
    let now = row("b@x.example", Verdict::Add, Some(Reason::NewAccount));
    let differences = compare(&ShownRows::new(vec![shown(&before, 7)]), [now].into_iter());
    assert_eq!(differences.changed, [(0, None)]);
    assert_eq!(differences.gone, [7]);
    assert_eq!(differences.len(), 2);
}

#[test]
fn an_address_that_loses_its_object_is_one_difference() {
    let before = row("a@x.example", Verdict::Keep, None);
    let now = PlannedRow {
        object_id: None,
        ..row("a@x.example", Verdict::Remove, Some(Reason::Absent))
    };
    let differences = compare(&ShownRows::new(vec![shown(&before, 7)]), [now].into_iter());
    assert_eq!(differences.changed, [(0, Some(Verdict::Keep))]);
    assert!(differences.gone.is_empty());
}

#[test]
fn claims_of_several_objects_are_compared_each_with_its_own() {
    let of = |object, verdict| PlannedRow {
        object_id: Some(object),
        ..row("a@x.example", verdict, None)
    };
    let before = [of("o1", Verdict::Keep), of("o2", Verdict::Skip)];
    let now = [of("o1", Verdict::Skip), of("o2", Verdict::Keep)];
    let preview = vec![shown(&before[0], 1), shown(&before[1], 2)];
    let differences = compare(&ShownRows::new(preview), now.into_iter());
    let expected = [(0, Some(Verdict::Keep)), (1, Some(Verdict::Skip))];
    assert_eq!(differences.changed, expected);
    assert!(differences.gone.is_empty());
}
