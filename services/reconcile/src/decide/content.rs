//! The content of rows, as hashes: to find equal rows without keeping them side by side.

use rollcall_domain::{AddressType, ObjectType, Reason, Verdict, plan::PlannedRow};
use uuid::Uuid;

/// A hash of a row as later runs show it.
pub(crate) fn steady(row: &PlannedRow<'_>) -> u128 {
    let decided = (row.steady_verdict, row.steady_reason, row.steady_other);
    hash(&fields(row, decided))
}

/// A hash of a whole run's rows as they are decided, in their order.
pub(super) fn of_run<'p>(rows: impl Iterator<Item = PlannedRow<'p>>) -> Uuid {
    let mut hasher = blake3::Hasher::new();
    for row in rows {
        let decided = (Some(row.verdict), row.reason, row.other);
        hasher.update(&hash(&fields(&row, decided)).to_be_bytes());
    }
    Uuid::from_u128(half(&hasher.finalize()))
}

/// A hash of what a row is about: an address, and the object that claims it.
pub(super) fn subject(address: &str, object_id: &str) -> u128 {
    hash(&[Some(address), Some(object_id)])
}

/// A hash of what a row is about and what was decided of it.
pub(super) fn decision(address: &str, object_id: &str, verdict: Option<&str>, reason: Option<&str>) -> u128 {
    hash(&[Some(address), Some(object_id), verdict, reason])
}

type Decided<'a> = (Option<Verdict>, Option<Reason>, Option<&'a str>);

fn fields<'a>(row: &PlannedRow<'a>, (verdict, reason, other): Decided<'a>) -> [Option<&'a str>; 11] {
    [
        Some(row.address),
        verdict.map(Verdict::as_str),
        reason.map(Reason::as_str),
        row.address_type.map(AddressType::as_str),
        row.primary_address,
        row.directory_type.map(AddressType::as_str),
        row.directory_primary,
        row.object_type.map(ObjectType::as_str),
        row.object_id,
        row.object_dn,
        other,
    ]
}

fn hash(fields: &[Option<&str>]) -> u128 {
    let mut buffer = Vec::with_capacity(512);
    for field in fields {
        let field = field.unwrap_or_default().as_bytes();
        buffer.extend_from_slice(&field.len().to_be_bytes());
        buffer.extend_from_slice(field);
    }
    half(&blake3::hash(&buffer))
}

fn half(hash: &blake3::Hash) -> u128 {
    let [half @ .., _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _] = *hash.as_bytes();
    u128::from_be_bytes(half)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(verdict: Verdict, reason: Option<Reason>) -> PlannedRow<'static> {
        PlannedRow {
            address: "a@corp.example",
            verdict,
            reason,
            steady_verdict: Some(Verdict::Keep),
            steady_reason: None,
            steady_other: None,
            address_type: Some(AddressType::Primary),
            primary_address: Some("a@corp.example"),
            directory_type: None,
            directory_primary: None,
            object_type: None,
            object_id: Some("o"),
            object_dn: Some("CN=a"),
            other: None,
        }
    }

    #[test]
    fn runs_that_decide_the_same_have_the_same_content() {
        let keep = row(Verdict::Keep, None);
        let stale = row(Verdict::Stale, Some(Reason::Absent));
        let of = |rows: &[PlannedRow<'static>]| of_run(rows.iter().copied());
        assert_eq!(of(&[keep, stale]), of(&[keep, stale]));
        assert_ne!(of(&[keep, stale]), of(&[keep, keep]));
        assert_ne!(of(&[keep]), of(&[]));
        let unapproved = row(Verdict::Stale, Some(Reason::NotApproved));
        assert_ne!(of(&[stale]), of(&[unapproved]));
    }

    #[test]
    fn rows_that_become_the_same_have_the_same_content_however_they_began() {
        let kept = row(Verdict::Keep, None);
        let added = row(Verdict::Add, Some(Reason::NewAccount));
        assert_eq!(steady(&kept), steady(&added));
    }

    #[test]
    fn where_one_field_ends_and_the_next_begins_counts() {
        assert_ne!(subject("ab", "c"), subject("a", "bc"));
    }
}
