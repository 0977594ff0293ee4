//! `[binds]`: pauses of accounts of directory servers that were refused.

use std::num::NonZeroU16;

use jiff::SignedDuration;
use serde::Deserialize;

use crate::bounds::BindPauses;

/// How often an account may be refused, and how long it then rests.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Binds {
    refused: NonZeroU16,
    pause_seconds: u32,
    longest_pause_seconds: u32,
}

impl Default for Binds {
    fn default() -> Self {
        Self {
            refused: NonZeroU16::MIN.saturating_add(2),
            pause_seconds: 15 * 60,
            longest_pause_seconds: 60 * 60,
        }
    }
}

impl Binds {
    pub(crate) fn pauses(&self) -> BindPauses {
        BindPauses {
            refused: self.refused.get().into(),
            pause: SignedDuration::from_secs(self.pause_seconds.into()),
            longest: SignedDuration::from_secs(self.longest_pause_seconds.into()),
        }
    }
}
