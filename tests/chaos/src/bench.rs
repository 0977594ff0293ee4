//! Holds many trials, several side by side, in worlds that are replaced when a trial broke them.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
};

use anyhow::Result;
use futures::future::try_join_all;

use crate::{Plan, Verdict, World, ground, trial};

/// Holds all trials, `side_by_side` at a time. `report` receives each verdict as it comes.
pub async fn hold(plans: Vec<Plan>, side_by_side: usize, report: impl Fn(&Verdict)) -> Result<Vec<Verdict>> {
    let waiting = Mutex::new(VecDeque::from(plans));
    let lanes = (0..side_by_side.max(1)).map(|_| lane(&waiting, &report));
    Ok(try_join_all(lanes).await?.into_iter().flatten().collect())
}

async fn lane(waiting: &Mutex<VecDeque<Plan>>, report: &impl Fn(&Verdict)) -> Result<Vec<Verdict>> {
    let mut verdicts = Vec::new();
    let mut world: Option<World> = None;
    let next = || waiting.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
    while let Some(plan) = next() {
        if let Some(why) = ground::missing(plan.ground) {
            let verdict = Verdict::skipped(&plan, why);
            report(&verdict);
            verdicts.push(verdict);
            continue;
        }
        let usable = match world.take() {
            Some(usable) if usable.ground == plan.ground => usable,
            other => {
                if let Some(other) = other {
                    other.stop().await?;
                }
                World::start(plan.ground).await?
            }
        };
        let verdict = trial::hold(&usable, &plan).await;
        report(&verdict);
        if usable.is_usable() {
            world = Some(usable);
        } else {
            if !verdict.violations.is_empty() {
                usable.keep_logs(&verdict.name)?;
            }
            usable.stop().await?;
        }
        verdicts.push(verdict);
    }
    if let Some(world) = world {
        world.stop().await?;
    }
    Ok(verdicts)
}
