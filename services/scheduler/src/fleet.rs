//! Pauses by the operator for all tenants.

use std::sync::Arc;

use rollcall_chassis::{
    audit::{Act, Record},
    status::{ApiError, Violations},
};
use rollcall_domain::sentences::field;
use rollcall_proto::{
    limits,
    v1::{FleetPause, PauseFleetRequest, ResumeFleetRequest},
};
use rollcall_terms::{audit::Details, time::to_proto};

use crate::{
    refusals::nothing_named,
    store::{Fleet, Store},
    wakes::Wakes,
};

const LONGEST_NOTE: usize = limits::pause_fleet_request::NOTE_MAX_CHARACTERS;

/// Keeps what is paused for all.
#[derive(Debug)]
pub(crate) struct FleetKeeper {
    /// The store of the pauses.
    pub(crate) store: Store,
    /// Wakes the due tick.
    pub(crate) wakes: Arc<Wakes>,
}

impl FleetKeeper {
    /// Pauses what the call names; the rest stays as it is.
    pub(crate) async fn pause(&self, act: &Act, request: &PauseFleetRequest) -> Result<FleetPause, ApiError> {
        let PauseFleetRequest {
            schedules,
            removals,
            note,
        } = request;
        check(*schedules, *removals, note)?;
        let details = named(*schedules, *removals).with_any("note", note.trim());
        let record = Record::of(act).details(details);
        let fleet = self
            .store
            .pause_fleet(*schedules, *removals, note.trim(), record)
            .await?;
        tracing::warn!(schedules, removals, "paused for all tenants");
        Ok(answer(fleet))
    }

    /// Lets go on what the call names. Schedules that were paused have missed no run.
    pub(crate) async fn resume(
        &self,
        act: &Act,
        request: ResumeFleetRequest,
    ) -> Result<FleetPause, ApiError> {
        let ResumeFleetRequest { schedules, removals } = request;
        check(schedules, removals, "")?;
        let record = Record::of(act).details(named(schedules, removals));
        let fleet = self.store.resume_fleet(schedules, removals, record).await?;
        // A schedule that came due during the pause gets its next time at once.
        self.wakes.change_schedule();
        tracing::info!(schedules, removals, "resumed for all tenants");
        Ok(answer(fleet))
    }
}

/// What a call pauses or resumes, for its record.
fn named(schedules: bool, removals: bool) -> Details {
    let value = |named| if named { "true" } else { "" };
    Details::default()
        .with_any("schedules", value(schedules))
        .with_any("removals", value(removals))
}

fn check(schedules: bool, removals: bool, note: &str) -> Result<(), ApiError> {
    if !schedules && !removals {
        return Err(nothing_named());
    }
    let mut violations = Violations::default();
    if note.chars().count() > LONGEST_NOTE {
        violations.push("note", field::most_characters(LONGEST_NOTE));
    }
    if note.chars().any(char::is_control) {
        violations.push("note", field::CONTROL_CHARACTER);
    }
    violations.into_result()
}

fn answer(fleet: Fleet) -> FleetPause {
    FleetPause {
        schedules: fleet.schedules_paused,
        removals: fleet.removals_paused,
        note: fleet.note,
        update_time: fleet.update_time.map(to_proto),
    }
}

#[cfg(test)]
mod tests {
    use super::{LONGEST_NOTE, check};

    #[test]
    fn a_pause_names_what_it_pauses() {
        assert!(check(true, false, "").is_ok());
        assert!(check(false, true, "moving house").is_ok());
        assert_eq!(
            check(false, false, "").unwrap_err().refusal().as_str(),
            "INVALID_FIELDS"
        );
    }

    #[test]
    fn a_note_has_its_bound_in_characters() {
        assert!(check(true, true, &"ü".repeat(LONGEST_NOTE)).is_ok());
        let refusal = check(true, true, &"ü".repeat(LONGEST_NOTE + 1)).unwrap_err();
        assert_eq!(refusal.refusal().as_str(), "INVALID_FIELDS");
    }

    #[test]
    fn a_note_is_one_line_of_text() {
        for note in ["a\nb", "a\0b"] {
            assert_eq!(
                check(true, false, note).unwrap_err().refusal().as_str(),
                "INVALID_FIELDS"
            );
        }
    }
}
