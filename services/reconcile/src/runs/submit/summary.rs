//! Checks of a read's summary, as far as it is stored: a worker that was taken over may send anything.

use rollcall_domain::left_out::MOST_SHOWN;
use rollcall_proto::{
    internal::v1::ReadSummary,
    v1::{LeftOut, ReadMode},
};

use crate::error::ReconcileError;

/// Bytes of a text. The worker's own are far below.
const TEXT: usize = 4096;
/// Bytes of a digest.
const DIGEST: usize = 16;

/// Refuses what the database could not hold, or no worker of ours would send.
pub(super) fn check(summary: &ReadSummary) -> Result<(), ReconcileError> {
    let refused = |why| Err(ReconcileError::Submission(why));
    let texts = [
        &summary.read_mode_reason,
        &summary.server,
        &summary.server_id,
        &summary.server_host,
        &summary.server_address,
        &summary.server_reason,
    ];
    // PostgreSQL has no NUL in a text.
    if texts.iter().any(|text| text.len() > TEXT || text.contains('\0')) {
        return refused("its footer has a text that is too long or that has a NUL");
    }
    if !summary.left_out.as_ref().is_none_or(is_storable) {
        return refused("its footer leaves out more names, or longer ones, than are shown");
    }
    if !matches!(summary.digest.len(), 0 | DIGEST) {
        return refused("its digest is not of 16 bytes");
    }
    if summary.read_mode() != ReadMode::Full {
        return refused("its footer names no known mode of a read");
    }
    let counts = [summary.claims, summary.not_email, summary.references];
    if counts.iter().any(|count| i64::try_from(*count).is_err()) {
        return refused("its footer has a number beyond all counts");
    }
    Ok(())
}

/// True for as many names as are shown, each fit to be stored.
fn is_storable(left_out: &LeftOut) -> bool {
    [&left_out.contexts, &left_out.references].iter().all(|names| {
        names.len() <= MOST_SHOWN
            && names
                .iter()
                .all(|name| name.len() <= TEXT && !name.contains('\0'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent() -> ReadSummary {
        ReadSummary {
            digest: vec![0; DIGEST],
            read_mode: ReadMode::Full.into(),
            server: "dc1.example (192.0.2.1:636)".to_owned(),
            ..ReadSummary::default()
        }
    }

    fn left_out(name: &str, times: usize) -> LeftOut {
        LeftOut {
            contexts: vec![name.to_owned(); times],
            ..LeftOut::default()
        }
    }

    #[test]
    fn a_summary_of_a_worker_is_accepted() {
        assert!(check(&sent()).is_ok());
        let summary = ReadSummary {
            left_out: Some(left_out("DC=a", MOST_SHOWN)),
            ..sent()
        };
        assert!(check(&summary).is_ok());
    }

    #[test]
    fn a_summary_that_cannot_be_stored_is_refused() {
        let changes: [fn(&mut ReadSummary); 11] = [
            |summary| summary.server.push('\0'),
            |summary| summary.server_id = "a\0b".to_owned(),
            |summary| summary.server_address = "\0".to_owned(),
            |summary| summary.server_reason = "x".repeat(TEXT + 1),
            |summary| summary.read_mode_reason = "x".repeat(TEXT + 1),
            |summary| summary.digest.truncate(1),
            |summary| summary.read_mode = 99,
            |summary| summary.read_mode = 0,
            |summary| summary.not_email = u64::MAX,
            |summary| summary.left_out = Some(left_out("DC=a\0", 1)),
            |summary| summary.left_out = Some(left_out("DC=a", MOST_SHOWN + 1)),
        ];
        for change in changes {
            let mut summary = sent();
            change(&mut summary);
            let error = check(&summary);
            assert!(matches!(error, Err(ReconcileError::Submission(_))), "{summary:?}");
        }
    }
}
