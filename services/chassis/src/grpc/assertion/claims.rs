//! The claims of an assertion.

use jiff::{SignedDuration, Timestamp};
use rollcall_domain::invisible;
use serde::Deserialize;

use crate::sentences;

/// Difference between the issuer's clock and ours that is tolerated.
const SKEW: SignedDuration = SignedDuration::from_secs(60);
/// Most time between issue and expiry: an assertion is for one act, and a stolen one soon worth nothing.
const LONGEST_LIFE: SignedDuration = SignedDuration::from_mins(10);
/// Octets of a subject.
const LONGEST_SUBJECT: usize = 256;

/// The claims that are read here; the library checks issuer and audience.
#[derive(Debug, Deserialize)]
pub(super) struct Claims {
    /// The person.
    pub(super) sub: String,
    /// The tenant, or `*`.
    pub(super) tenant: Option<String>,
    exp: i64,
    iat: i64,
    nbf: Option<i64>,
}

impl Claims {
    /// Checks subject and times; an error continues a sentence.
    pub(super) fn check(&self, now: Timestamp) -> Result<(), &'static str> {
        let wrong = self.sub.trim().is_empty()
            || self.sub.len() > LONGEST_SUBJECT
            || invisible::has_invisible(&self.sub);
        if wrong {
            return Err(sentences::WRONG_CLAIMS);
        }
        let time = |seconds| Timestamp::from_second(seconds).map_err(|_| sentences::WRONG_CLAIMS);
        let (issue, expiry) = (time(self.iat)?, time(self.exp)?);
        let begin = self.nbf.map_or(Ok(issue), time)?.max(issue);
        if now.duration_since(expiry) >= SKEW {
            Err(sentences::EXPIRED)
        } else if begin.duration_since(now) > SKEW {
            Err(sentences::NOT_YET_VALID)
        } else if expiry.duration_since(issue) > LONGEST_LIFE {
            Err(sentences::LIVES_TOO_LONG)
        } else {
            Ok(())
        }
    }
}
