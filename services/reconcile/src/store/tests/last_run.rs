//! The outcome of a tenant's runs, as each of them ends.

use rollcall_proto::v1::RunState;

use super::*;
use crate::{
    store::run_record::{self, Outcome},
    write,
};

/// A tenant's row: the numbers of runs stand for their ids, in the order in which they were asked for.
#[derive(Debug, PartialEq, Eq)]
struct Last {
    run: Option<usize>,
    state: String,
    succeeded: Option<usize>,
    failing_since: Option<usize>,
    held: Option<usize>,
    decided: Option<usize>,
}

/// The same, as it is stored.
type Row = (
    Uuid,
    String,
    Option<Uuid>,
    Option<Uuid>,
    Option<Uuid>,
    Option<Uuid>,
);

impl Ground {
    async fn end(&self, run: RunId, state: RunState) -> Result<()> {
        let mut tenant = self.lock().await?;
        let request = tenant.request(run).await?.unwrap_or_default();
        run_record::note(&mut tenant, run, &request, 1).await?;
        let outcome = Outcome {
            state,
            ..Outcome::default()
        };
        write::end(&mut tenant, run, outcome).await?;
        Ok(tenant.commit().await?)
    }

    /// Asks for one run of each kind, ends them in this order, and reads the row.
    async fn last(&self, kinds: &[&str], ends: &[(usize, RunState)]) -> Result<Last> {
        let mut runs = Vec::new();
        for kind in kinds {
            runs.push(self.ask(kind).await?);
        }
        for (number, state) in ends {
            self.end(runs[*number], *state).await?;
        }
        let (run, state, succeeded, failing_since, held, decided): Row = sqlx::query_as(
            "SELECT run_id, state, success_run_id, failing_since_run_id, held_run_id, decided_run_id
             FROM reconcile.last_run",
        )
        .fetch_one(self.all().await?.connection())
        .await?;
        let number = |id: Option<Uuid>| runs.iter().position(|run| Some(run.as_uuid()) == id);
        Ok(Last {
            run: number(Some(run)),
            state,
            succeeded: number(succeeded),
            failing_since: number(failing_since),
            held: number(held),
            decided: number(decided),
        })
    }
}

#[tokio::test]
async fn a_tenant_fails_from_the_first_failure_after_the_last_success() -> Result<()> {
    let ground = Ground::new().await?;
    let ends = [
        (0, RunState::Failed),
        (1, RunState::Succeeded),
        (2, RunState::Failed),
        (3, RunState::Cancelled),
        (4, RunState::Failed),
    ];
    let expected = Last {
        run: Some(4),
        state: "FAILED".to_owned(),
        succeeded: Some(1),
        failing_since: Some(2),
        held: None,
        decided: Some(4),
    };
    assert_eq!(ground.last(&["SYNC"; 5], &ends).await?, expected);
    Ok(())
}

#[tokio::test]
async fn a_run_that_ends_after_a_newer_one_is_not_the_last() -> Result<()> {
    let ground = Ground::new().await?;
    let ends = [
        (1, RunState::Failed),
        (2, RunState::Succeeded),
        (4, RunState::Failed),
        (0, RunState::Failed),
        (3, RunState::Succeeded),
    ];
    let expected = Last {
        run: Some(4),
        state: "FAILED".to_owned(),
        succeeded: Some(3),
        failing_since: Some(4),
        held: None,
        decided: Some(4),
    };
    assert_eq!(ground.last(&["SYNC"; 5], &ends).await?, expected);
    Ok(())
}

#[tokio::test]
async fn only_a_sync_decides_what_a_held_one_left_open() -> Result<()> {
    let ground = Ground::new().await?;
    let ends = [
        (0, RunState::Succeeded),
        (1, RunState::Held),
        (2, RunState::Succeeded),
        (3, RunState::Cancelled),
    ];
    let expected = Last {
        run: Some(2),
        state: "SUCCEEDED".to_owned(),
        succeeded: Some(2),
        failing_since: None,
        held: Some(1),
        decided: Some(0),
    };
    let kinds = ["SYNC", "SYNC", "PREVIEW", "SYNC"];
    assert_eq!(ground.last(&kinds, &ends).await?, expected);
    Ok(())
}
