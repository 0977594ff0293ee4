//! State of all tenants, on one screen.

use jiff::Timestamp;
use rollcall_client::view::{BacklogView, FleetView, PauseView, ReadModeView};

use super::{Look, Shown, count, facts, filled, keep_whole, text, word};

/// Failing tenants that find room on the screen.
const SHOWN: usize = 10;

/// The fleet at one time.
pub(crate) fn fleet(fleet: &FleetView, look: &Look) -> Shown {
    let mut parts = vec![facts(
        [
            ("as of", look.at(fleet.time.as_deref())),
            ("tenants", Some(tenants(fleet))),
            ("paused", Some(paused(fleet))),
            ("HELD", Some(count(fleet.held_tenants, "tenant"))),
            ("failing", Some(count(fleet.failing_tenants, "tenant"))),
            ("runs, last 24 hours", Some(runs(fleet))),
            ("reads, last 24 hours", Some(reads(fleet))),
            ("credentials by key", Some(keys(fleet))),
            ("waiting events", events(fleet)),
        ],
        look,
    )];
    parts.push(backlog(fleet, look));
    if fleet.pause.schedules || fleet.pause.removals {
        parts.push(pause(&fleet.pause, look));
    }
    if !fleet.failing.is_empty() {
        parts.push(failing(fleet, look));
    }
    Shown::from(parts.join("\n\n")).with(more_failing(fleet))
}

/// Shown only if the portal does not keep up.
fn events(fleet: &FleetView) -> Option<String> {
    let oldest = parsed(fleet.events.oldest_create_time.as_deref());
    let oldest = age(oldest, parsed(fleet.time.as_deref()))?;
    let tenants = count(fleet.events.tenants, "tenant");
    Some(format!(
        "of {tenants}, the oldest waiting for {oldest}: the portal does not read its queue"
    ))
}

fn tenants(fleet: &FleetView) -> String {
    format!(
        "{} with settings, {} with a schedule",
        fleet.tenants, fleet.scheduled_tenants
    )
}

fn listed(parts: impl Iterator<Item = String>, none: &str) -> String {
    let parts: Vec<_> = parts.collect();
    if parts.is_empty() {
        none.to_owned()
    } else {
        parts.join(", ")
    }
}

fn paused(fleet: &FleetView) -> String {
    let paused = fleet.paused.iter().filter(|paused| paused.tenants > 0);
    listed(
        paused.map(|paused| format!("{} {}", paused.tenants, word(paused.reason))),
        "none",
    )
}

fn runs(fleet: &FleetView) -> String {
    listed(
        fleet
            .runs
            .iter()
            .map(|runs| format!("{} {}", runs.runs, word(runs.state))),
        "none",
    )
}

fn reads(fleet: &FleetView) -> String {
    let share = |share: &ReadModeView| {
        format!(
            "{} {}, {} of them unchanged",
            share.runs,
            word(share.read_mode),
            share.unchanged
        )
    };
    listed(fleet.read_modes.iter().map(share), "none")
}

fn keys(fleet: &FleetView) -> String {
    let keys = fleet.keys.iter();
    listed(
        keys.map(|key| format!("{}: {}", key.key_id, key.credentials)),
        "none",
    )
}

fn backlog(fleet: &FleetView, look: &Look) -> String {
    let now = parsed(fleet.time.as_deref());
    let line = |lane: &BacklogView| {
        [
            lane.lane.clone(),
            lane.waiting.to_string(),
            age(parsed(lane.oldest_create_time.as_deref()), now).unwrap_or_default(),
        ]
    };
    let lanes = fleet.backlog.iter().map(line).collect();
    let mut table = filled(["lane", "waiting runs", "age of the oldest"], lanes, look);
    keep_whole(&mut table, 1);
    text(table)
}

fn parsed(time: Option<&str>) -> Option<Timestamp> {
    time?.parse().ok()
}

/// Age of a time, in the largest unit that still shows a difference.
fn age(then: Option<Timestamp>, now: Option<Timestamp>) -> Option<String> {
    let seconds = now?.duration_since(then?).as_secs().max(0);
    Some(match seconds {
        0..120 => format!("{seconds} s"),
        120..7_200 => format!("{} min", seconds / 60),
        7_200..172_800 => format!("{} h", seconds / 3_600),
        _ => format!("{} days", seconds / 86_400),
    })
}

/// Pauses that the operator has set for all tenants.
pub(crate) fn pause(pause: &PauseView, look: &Look) -> String {
    let what = match (pause.schedules, pause.removals) {
        (true, true) => "all schedules and all removals",
        (true, false) => "all schedules",
        (false, true) => "all removals",
        (false, false) => "nothing",
    };
    facts(
        [
            ("paused by the operator", Some(what.to_owned())),
            ("note", pause.note.clone()),
            (
                "since",
                look.at(pause.update_time.as_deref())
                    .filter(|_| pause.schedules || pause.removals),
            ),
        ],
        look,
    )
}

fn failing(fleet: &FleetView, look: &Look) -> String {
    let lines = fleet.failing.iter().take(SHOWN).map(|failing| {
        let code = failing.failure.as_ref().map(|failure| failure.code.clone());
        [
            failing.tenant_id.clone(),
            code.unwrap_or_default(),
            look.at(failing.last_success_time.as_deref())
                .unwrap_or_else(|| "never".to_owned()),
        ]
    });
    let header = ["failing tenant", "failure", "last success"];
    text(filled(header, lines.collect(), look))
}

/// Says that not all failing tenants are shown.
fn more_failing(fleet: &FleetView) -> Option<String> {
    let shown = fleet.failing.len().min(SHOWN) as u64;
    let more = fleet.failing_tenants.saturating_sub(shown);
    (more > 0).then(|| format!("{more} more failing: --json lists up to 100."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_is_shown_in_the_largest_unit_that_says_something() {
        let now = Timestamp::from_second(1_700_000_000).unwrap();
        for (seconds, text) in [
            (-5, "0 s"),
            (119, "119 s"),
            (120, "2 min"),
            (7_199, "119 min"),
            (7_200, "2 h"),
            (200_000, "2 days"),
        ] {
            let then = Timestamp::from_second(1_700_000_000 - seconds).unwrap();
            assert_eq!(age(Some(then), Some(now)).as_deref(), Some(text));
        }
        assert_eq!(age(None, Some(now)), None);
    }
}
