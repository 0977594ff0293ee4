//! One trial: three syncs of a few tenants while things break, and what the oracle says of it.

mod subject;
mod verdict;

use std::{
    collections::BTreeSet,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, anyhow};
use futures::future::{join_all, try_join_all};
use rollcall_proto::v1::Removal;
use rollcall_testbed::Signal;
use tokio::{sync::watch, time::sleep};

use crate::{
    inflict::Inflict,
    oracle::{self, Seen, runs},
    plan::{Asking, Ground, Phase, Plan},
    script::Script,
    weather::Weather,
    world::World,
};

pub(crate) use subject::Subject;
pub use verdict::Verdict;

/// Remove Accounts, with a limit that no trial reaches.
pub(crate) const REMOVAL: Removal = Removal {
    remove_accounts: true,
    keep_manual: false,
    limit_accounts: Some(100),
    limit_percent: None,
};
/// Number of tenants that meet the faults.
pub(crate) const TENANTS: usize = 2;
/// Time that the runs of a phase may take to end after everything is whole again. Without faults and other load it is
/// half a second.
const BOUND: Duration = Duration::from_secs(45);
/// Between two looks, or two calls that were refused.
const PAUSE: Duration = Duration::from_millis(50);

/// Carries a plan out. A failure of the bench itself is a violation like any other.
pub async fn hold(world: &World, plan: &Plan) -> Verdict {
    let begin = Instant::now();
    let mut trial = Trial::new(world, plan);
    let mut violations = Vec::new();
    if let Err(error) = trial.play().await {
        violations.push(format!("{error:#}"));
        world.give_up();
    }
    violations.append(&mut trial.violations);
    if let Err(error) = world.put_clocks_right() {
        violations.push(format!("{error:#}"));
    }
    if plan.ground == Ground::Standby {
        // There is no second promotion.
        world.give_up();
    }
    let seen = match trial.judge().await {
        Ok((seen, found)) => {
            violations.extend(found);
            seen
        }
        Err(error) => {
            violations.push(format!("the oracle cannot look: {error:#}"));
            world.give_up();
            Seen::default()
        }
    };
    if !violations.is_empty() {
        // The traces of a broken trial must not reach another one.
        world.give_up();
    }
    Verdict {
        name: plan.name.clone(),
        faults: plan.faults.iter().map(ToString::to_string).collect(),
        beginnings: seen.beginnings,
        runs: seen.runs,
        took: begin.elapsed(),
        violations,
        skipped: None,
    }
}

struct Trial<'a> {
    world: &'a World,
    plan: &'a Plan,
    script: Script,
    subjects: Vec<Subject>,
    killed: Mutex<BTreeSet<crate::world::Name>>,
    pids: std::collections::BTreeMap<crate::world::Name, Option<u32>>,
    violations: Vec<String>,
}

impl<'a> Trial<'a> {
    fn new(world: &'a World, plan: &'a Plan) -> Self {
        Self {
            world,
            plan,
            script: Script::new(plan.script),
            subjects: Vec::new(),
            killed: Mutex::default(),
            pids: world.pids(),
            violations: Vec::new(),
        }
    }

    async fn play(&mut self) -> Result<()> {
        self.world.expected(self.plan.script).await?;
        let subjects = (0..TENANTS).map(|number| Subject::new(self.world, self.plan, &self.script, number));
        self.subjects = try_join_all(subjects).await.context("make the trial's tenants")?;
        for phase in Phase::ALL {
            if phase == Phase::Changed {
                let changes = self
                    .subjects
                    .iter()
                    .map(|one| self.script.change(&one.tenant, &one.forest));
                try_join_all(changes).await.context("change the directories")?;
            }
            self.play_phase(phase).await?;
        }
        Ok(())
    }

    async fn play_phase(&mut self, phase: Phase) -> Result<()> {
        let (end, over) = watch::channel(false);
        let turns = self
            .pids
            .keys()
            .map(|name| (*name, tokio::sync::Mutex::default()))
            .collect();
        let weather = Weather::fair();
        let inflict = Inflict {
            world: self.world,
            subjects: &self.subjects,
            over,
            killed: &self.killed,
            turns: &turns,
            weather: &weather,
        };
        let faults: Vec<_> = self
            .plan
            .faults
            .iter()
            .filter(|fault| fault.phase == phase)
            .collect();
        let striking = join_all(faults.iter().map(|fault| inflict.inflict(fault)));
        let syncing = async {
            let limit = BOUND + self.plan.patience();
            let synced = tokio::select! {
                synced = try_join_all(self.subjects.iter().map(|one| self.sync(one))) => synced.map(drop),
                () = too_long(&weather, limit) => {
                    Err(anyhow!("in the {phase:?} phase a run goes on {limit:?} after everything was whole again"))
                }
            };
            end.send_replace(true);
            synced
        };
        let (struck, synced) = tokio::join!(striking, syncing);
        for service in self
            .world
            .stack
            .services()
            .filter(|service| service.pid().is_some())
        {
            service.signal(Signal::Continue).await?;
        }
        synced?;
        for (fault, struck) in faults.iter().zip(struck) {
            if !struck.with_context(|| fault.to_string())? && self.plan.must_strike {
                self.violations.push(format!("never happened: {fault}"));
            }
        }
        Ok(())
    }

    /// Asks for a sync and waits until all runs of the tenant have ended, the last one well.
    async fn sync(&self, subject: &Subject) -> Result<()> {
        match self.plan.asking {
            // Refused or not answered: the portal would ask again, and so does this.
            Asking::ByHand => {
                while subject.tenant.start_sync().await.is_err() {
                    sleep(PAUSE).await;
                }
            }
            Asking::BySchedule => {
                while self.make_due(subject).await.is_err() {
                    sleep(PAUSE).await;
                }
            }
        }
        loop {
            if let Ok(runs) = runs::read(&self.world.database, &subject.tenant.id).await
                && !runs.is_empty()
                && runs.iter().all(runs::Run::is_over)
                && !self.waits_for_schedule(subject).await
            {
                if !(subject.may_fail && runs.last().is_some_and(runs::Run::failed)) {
                    return Ok(());
                }
                // The customer has mended the directory, or is about to, and asks again.
                let _ = subject.tenant.start_sync().await;
            }
            sleep(PAUSE).await;
        }
    }

    /// The tenant's schedule came due a minute ago.
    async fn make_due(&self, subject: &Subject) -> Result<()> {
        sqlx::query(
            "UPDATE scheduler.settings SET next_run_time = now() - interval '1 minute' WHERE tenant_id = $1",
        )
        .bind(&subject.tenant.id)
        .execute(&self.world.database)
        .await?;
        Ok(())
    }

    /// True if a schedule that is due has not led to its run yet.
    async fn waits_for_schedule(&self, subject: &Subject) -> bool {
        if self.plan.asking == Asking::ByHand {
            return false;
        }
        let due =
            sqlx::query_scalar("SELECT next_run_time < now() FROM scheduler.settings WHERE tenant_id = $1")
                .bind(&subject.tenant.id)
                .fetch_one(&self.world.database);
        due.await.unwrap_or(true)
    }

    async fn judge(&self) -> Result<(Seen, Vec<String>)> {
        let case = oracle::Case {
            world: self.world,
            plan: self.plan,
            subjects: &self.subjects,
            leaving: self.script.leaving(),
            expected: self.world.expected(self.plan.script).await?,
            killed: self.killed.lock().unwrap_or_else(PoisonError::into_inner).clone(),
            pids: self.pids.clone(),
        };
        oracle::judge(&case).await
    }
}

/// Waits until nothing has been broken for so long.
async fn too_long(weather: &Weather, limit: Duration) {
    while weather.fair_for() < limit {
        sleep(PAUSE).await;
    }
}
