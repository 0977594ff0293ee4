//! What a person looks at before an approval.

use rollcall_client::view::RunView;
use rollcall_proto::v1::Verdict;

/// Verdicts of the rows for which a run is HELD. Where hints vanished, any change may follow from that.
pub(crate) fn verdicts(held: &RunView) -> Vec<Verdict> {
    let removes = held.counts.remove > 0;
    let of_reason = |reason: &&str| match *reason {
        "HINTS_VANISHED" => vec![Verdict::Add, Verdict::Update, Verdict::Remove, Verdict::Stale],
        "EMPTY_READ" => vec![Verdict::Remove, Verdict::Stale],
        "TOO_MANY_NEW" if removes => vec![Verdict::Add, Verdict::Remove],
        "TOO_MANY_NEW" => vec![Verdict::Add],
        _ if removes => vec![Verdict::Remove],
        _ => vec![Verdict::Update],
    };
    let reasons = held.held_reason.iter().chain(&held.further_held_reasons);
    let mut verdicts: Vec<_> = reasons.flat_map(of_reason).collect();
    verdicts.sort_unstable();
    verdicts.dedup();
    verdicts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(reason: &'static str, further: &[&'static str], removes: u64) -> Vec<Verdict> {
        let mut run = RunView::from(&rollcall_proto::v1::Run::default());
        run.held_reason = Some(reason);
        run.further_held_reasons = further.to_vec();
        run.counts.remove = removes;
        verdicts(&run)
    }

    #[test]
    fn what_a_run_is_held_for_is_what_is_looked_at() {
        use Verdict::{Add, Remove, Stale, Update};
        assert_eq!(of("REMOVAL_LIMIT", &[], 7), [Remove]);
        assert_eq!(of("REMOVAL_LIMIT", &[], 0), [Update]);
        assert_eq!(of("EMPTY_READ", &[], 0), [Remove, Stale]);
        assert_eq!(of("TOO_MANY_NEW", &[], 0), [Add]);
        assert_eq!(of("TOO_MANY_NEW", &["REMOVAL_LIMIT"], 7), [Add, Remove]);
        assert_eq!(of("HINTS_VANISHED", &[], 0), [Add, Update, Remove, Stale]);
    }
}
