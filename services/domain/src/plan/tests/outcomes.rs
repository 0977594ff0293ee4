//! Agreement of rows and accounts, in every world.

use std::collections::BTreeMap;

use proptest::prelude::*;

use crate::object::{ObjectType, Origin};
use crate::plan::{AccountState, AddressState, ChangeKind, PlannedRow, Portal, Removal};
use crate::verdict::{Reason, Verdict};

use super::worlds::{any_world, now};

proptest! {
    #[test]
    fn a_verdict_says_what_becomes_of_its_address(world in any_world()) {
        let (directory, portal) = (world.directory(), world.portal());
        let plan = world.plan(&directory, &portal);
        let (before, after) = (live(&portal), live(&portal.apply(&plan)));
        for row in plan.rows.iter().filter(|row| row.verdict != Verdict::Skip) {
            let expected = verdict(before.get(row.address), after.get(row.address));
            prop_assert_eq!(row.verdict, expected, "{:#?} {:#?} {:#?}", row, before.get(row.address), after.get(row.address));
        }
    }

    #[test]
    fn addresses_in_the_directory_are_synced_and_not_stale_and_manual_ones_stay_manual(world in any_world()) {
        let (directory, portal) = (world.directory(), world.portal());
        let plan = world.plan(&directory, &portal);
        let (before, after) = (live(&portal), live(&portal.apply(&plan)));
        for row in plan.rows.iter().filter(|row| is_kept(row)) {
            let (_, state) = &after[row.address];
            prop_assert_eq!((state.origin, state.stale_since), (Origin::Synced, None), "{:?}", row);
        }
        for (address, (_, state)) in &after {
            let had = before.get(address).and_then(|(_, state)| state.stale_since);
            let stale = plan.rows.iter().find(|row| row.address == address && row.verdict == Verdict::Stale);
            match stale {
                Some(_) => prop_assert_eq!(state.stale_since, had.or(Some(now())), "{}", address),
                None => prop_assert!(state.stale_since.is_none() || state.stale_since == had, "{}", address),
            }
            let stays = stale.is_none_or(|row| is_withheld(&row) || row.reason == Some(Reason::Spoilt));
            prop_assert!(state.stale_since.is_none() || world.rules.removal == Removal::Off || stays);
        }
    }

    #[test]
    fn hsr_and_welcomes_are_only_for_new_users(world in any_world()) {
        let (directory, portal) = (world.directory(), world.portal());
        for change in world.plan(&directory, &portal).changes {
            let (is_new, is_user) = (change.kind == ChangeKind::Created, change.after.object_type == ObjectType::User);
            prop_assert_eq!(change.welcome, is_new && is_user && world.rules.send_welcome);
            let expected = match &change.before {
                None => is_user && world.rules.send_hsr,
                Some(before) if change.after.removed => before.hsr_enabled,
                Some(before) => before.hsr_enabled && (is_user || before.object_type != ObjectType::User),
            };
            prop_assert_eq!(change.after.hsr_enabled, expected, "{:?}", change);
        }
    }
}

type Live = BTreeMap<String, (AccountState, AddressState)>;

fn live(portal: &Portal) -> Live {
    let live = portal.iter().filter(|account| !account.removed);
    live.flat_map(|account| {
        let states = account.addresses.clone();
        states
            .into_iter()
            .map(move |state| (state.address.to_string(), (account.clone(), state)))
    })
    .collect()
}

fn verdict(
    before: Option<&(AccountState, AddressState)>,
    after: Option<&(AccountState, AddressState)>,
) -> Verdict {
    let (Some((old, was)), Some((new, is))) = (before, after) else {
        return if before.is_none() {
            Verdict::Add
        } else {
            Verdict::Remove
        };
    };
    if is.stale_since.is_some() {
        return Verdict::Stale;
    }
    let moved = old.id != new.id || old.object_type != new.object_type;
    let changed = (was.address_type, was.origin) != (is.address_type, is.origin) || was.stale_since.is_some();
    let taken = old.object_id != new.object_id && is.origin == Origin::Synced;
    if moved || changed || taken {
        Verdict::Update
    } else {
        Verdict::Keep
    }
}

fn is_kept(row: &PlannedRow<'_>) -> bool {
    row.object_id.is_some() && row.verdict != Verdict::Skip
}

fn is_withheld(row: &PlannedRow<'_>) -> bool {
    matches!(
        row.reason,
        Some(Reason::OtherServer | Reason::NotApproved | Reason::RemovalsPaused)
    )
}
