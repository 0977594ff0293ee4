//! The verdicts on a complete read, from everything that decides on them.

use jiff::Timestamp;
use rollcall_domain::{
    RunId,
    plan::{self, Directory, Plan, Rules, Withholding},
};
use rollcall_proto::v1;

use super::{
    approval::{self, Approved},
    history::{self, Difference},
    ids::AccountIds,
    load, server_id,
    standing::Applicable,
};
use crate::{
    bounds::Periods,
    convert,
    error::{During, ReconcileError},
    outcome::Ending,
    submit::Asked,
    tenant::{TenantRow, TenantTx},
    work::Turns,
};

/// Everything that a run brings to its decision.
pub(super) struct Complete {
    pub(super) run: RunId,
    pub(super) standing: Box<Applicable>,
    pub(super) directory: Directory,
    pub(super) summary: v1::ReadSummary,
    pub(super) asked: Asked,
    pub(super) retention: Periods,
    pub(super) turns: Turns,
}

/// The decisions, before anything of them is written.
pub(super) struct Decided<'d> {
    pub(super) world: &'d load::World,
    pub(super) plan: &'d Plan<'d>,
    pub(super) difference: Difference,
    pub(super) removals_paused: bool,
    /// The approval, if there is one.
    pub(super) approved: Option<&'d Approved>,
}

impl Decided<'_> {
    /// True if removals wait that nobody has looked at yet: the run that makes them is then still the first since
    /// Remove Accounts was switched on, if it was.
    pub(super) fn leaves_removals_unseen(&self) -> bool {
        self.plan.withheld && (self.removals_paused || self.approved.is_none())
    }
}

impl Complete {
    /// Decides, and writes everything but the outcome.
    pub(super) async fn decide(self, tenant: &mut TenantTx) -> Result<Ending, ReconcileError> {
        settle_planner(tenant).await?;
        let current = &self.standing.current;
        let rules = convert::rules(&current.settings)?;
        let world = load::world(tenant, &self.directory).await?;
        let removals_paused = tenant.removals_paused(current);
        if current.removes() && !removals_paused {
            self.check_asked(&world)?;
        }
        let approval = approval::of(tenant, &self.standing).await?;
        let (may_go, approved) = approval
            .map(|approval| (approval.may_go, approval.approved))
            .unzip();
        let withholding = Withholding {
            removals_paused,
            other_server: self.is_of_other_server(&tenant.row),
            approved: may_go,
        };
        let plan = self.plan(&rules, &world, &withholding, tenant.now()).await?;
        let open = history::open_rows(tenant).await?;
        let compare = || history::compare(open, plan.rows.iter());
        let difference = self.turns.take(compare).await;
        tracing::info!(
            rows = plan.rows.len(),
            rows.new = difference.new.len(),
            rows.closed = difference.closed.len(),
            accounts.changed = plan.changes.len(),
            accounts.reduced = plan.counts.accounts_reduced,
            "planned"
        );
        let decided = Decided {
            world: &world,
            plan: &plan,
            difference,
            removals_paused,
            approved: approved.as_ref(),
        };
        self.end(tenant, &decided).await
    }

    async fn plan<'p>(
        &'p self,
        rules: &'p Rules,
        world: &'p load::World,
        withholding: &'p Withholding,
        now: Timestamp,
    ) -> Result<Plan<'p>, ReconcileError> {
        let mut ids = AccountIds::new(now);
        let plan = || {
            plan::plan(
                rules,
                &world.domains,
                &world.foreign,
                &self.directory,
                &world.portal,
                withholding,
                now,
                self.turns.pace(),
                &mut || ids.next(),
            )
        };
        Ok(self.turns.take(plan).await?)
    }

    /// Every object that is missing now must have been asked for: a change of the portal since then is no reason to
    /// remove unseen.
    fn check_asked(&self, world: &load::World) -> Result<(), ReconcileError> {
        let mut missing = world.portal.missing_from(&self.directory);
        if missing.all(|id| self.asked.ids.contains(id)) {
            Ok(())
        } else {
            Err(ReconcileError::SettingsChanged)
        }
    }

    fn is_of_other_server(&self, row: &TenantRow) -> bool {
        match (&row.server_id, server_id(&self.summary)) {
            (Some(last), Some(now)) => *last != now,
            _ => false,
        }
    }
}

/// Rows are written here in sets, and planned for the sets that are given: a tenant that was just imported has no
/// statistics yet, and a plan made for a handful of rows takes minutes with ten thousand. Every join is as good by
/// hash.
pub(crate) async fn settle_planner(tenant: &mut TenantTx) -> Result<(), ReconcileError> {
    sqlx::query_file!("sql/session/settle_planner.sql")
        .fetch_one(tenant.connection())
        .await
        .during("settle how statements are planned")?;
    Ok(())
}
