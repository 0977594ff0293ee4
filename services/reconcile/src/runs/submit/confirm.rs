//! Looks a second time for objects that the read did not meet: before anything is removed, the directory is asked for
//! each missing object by its id. While it is asked, no connection to the database is held.

use std::collections::HashSet;

use futures::Stream;
use rollcall_domain::{TenantId, plan::DirectoryBuilder};
use rollcall_proto::internal::{
    self,
    v1::{submit_run_request, submit_run_response::Part},
};
use rollcall_terms::object::id_from_message;
use tokio::{
    sync::{OwnedSemaphorePermit, mpsc},
    time::timeout_at,
};
use tonic::Status;

use super::{Collector, Parts, SubmitAnswer};
use crate::{
    decide::facts::Confirmed,
    error::ReconcileError,
    runs::complete_read::ID_BYTES,
    store::{Gate, Stage, accounts, scheduler_views},
    work::Size,
};

/// Most ids of one message.
const IDS: usize = 1000;
impl Collector<'_> {
    /// Asks for what is missing, and takes what answers as if it had been read. Nothing is asked if nothing can be
    /// removed.
    pub(super) async fn ask(
        &mut self,
        parts: &mut Parts<impl Stream<Item = Result<internal::v1::SubmitRunRequest, Status>> + Unpin>,
        answers: &mpsc::Sender<SubmitAnswer>,
        summary: &mut internal::v1::ReadSummary,
    ) -> Result<Confirmed, ReconcileError> {
        // Both are as things stand now; under the lock it is looked at again.
        if !self.at_header.may_remove
            || !scheduler_views::may_remove(&self.resources.store.runs, &self.key.tenant).await?
        {
            return Ok(Confirmed::default());
        }
        // Held until the directory has answered.
        let memory = self.room_for_ids().await?;
        let missing = self.missing(memory.size).await?;
        if missing.is_empty() {
            return Ok(Confirmed::default());
        }
        tracing::info!(
            tenant.id = %self.key.tenant,
            run.id = %self.key.run,
            objects = missing.len(),
            "the directory is asked for objects that the read did not meet"
        );
        timeout_at(parts.deadline, send(&missing, answers))
            .await
            .map_err(|_| ReconcileError::Fenced)??;
        let mut confirmed = Confirmed {
            ids: missing,
            found: 0,
        };
        loop {
            let submit_run_request::Part::Confirmation(confirmation) = parts.next().await? else {
                return Err(ReconcileError::Submission(
                    "it has something else after its footer",
                ));
            };
            let complete = confirmation.complete;
            summary.not_email += confirmation.not_email;
            self.take_found(confirmation, &mut confirmed).await?;
            if complete {
                return Ok(confirmed);
            }
        }
    }

    /// Memory for the ids of all accounts: of the run's own share if it is there, else of what all runs have for ids.
    async fn room_for_ids(&mut self) -> Result<IdMemory, ReconcileError> {
        let bytes = self.at_header.accounts() * ID_BYTES;
        let lent = if self.share.take(bytes) {
            None
        } else {
            Some(self.resources.budget.for_ids(bytes).await?)
        };
        Ok(IdMemory {
            size: self.resources.budget.size_of(bytes),
            _lent: lent,
        })
    }

    /// The ids of live, unprotected accounts that the read does not hold; looked for on a thread of its own, since
    /// there may be many.
    async fn missing(&mut self, size: Size) -> Result<HashSet<Box<str>>, ReconcileError> {
        let (directory, stage) = (std::mem::take(&mut self.directory), self.stage.take());
        let (gate, tenant) = (self.resources.store.runs.clone(), self.key.tenant.clone());
        let work = move || async move {
            let missing = find_missing(&gate, &tenant, &directory, stage.as_ref()).await?;
            Ok((directory, stage, missing))
        };
        let (directory, stage, missing) = self.resources.workshop.run(size, work).await?;
        (self.directory, self.stage) = (directory, stage);
        Ok(missing)
    }

    async fn take_found(
        &mut self,
        confirmation: internal::v1::Confirmation,
        confirmed: &mut Confirmed,
    ) -> Result<(), ReconcileError> {
        for object in &confirmation.found {
            if !confirmed.ids.contains(id_from_message(&object.id)?.as_str()) {
                return Err(ReconcileError::Submission(
                    "it confirms what it was not asked for",
                ));
            }
        }
        confirmed.found += confirmation.found.len() as u64;
        if confirmation.found.is_empty() {
            return Ok(());
        }
        self.take(internal::v1::ObjectBatch {
            objects: confirmation.found,
        })
        .await
    }
}

/// Memory for ids; given back when dropped.
struct IdMemory {
    /// Size of the search for them.
    size: Size,
    _lent: Option<OwnedSemaphorePermit>,
}

async fn find_missing(
    gate: &Gate,
    tenant: &TenantId,
    directory: &DirectoryBuilder,
    stage: Option<&Stage>,
) -> Result<HashSet<Box<str>>, ReconcileError> {
    let mut missing = HashSet::new();
    accounts::for_each_object(gate, tenant, |id| {
        let id = id_from_message(&id)?;
        if !directory.contains(&id) {
            missing.insert(id.as_str().into());
        }
        Ok(())
    })
    .await?;
    if let Some(stage) = stage.filter(|_| !missing.is_empty()) {
        stage
            .for_each(|batch| {
                for object in batch.objects {
                    missing.remove(id_from_message(&object.id)?.as_str());
                }
                Ok(())
            })
            .await?;
    }
    Ok(missing)
}

async fn send(
    missing: &HashSet<Box<str>>,
    answers: &mpsc::Sender<SubmitAnswer>,
) -> Result<(), ReconcileError> {
    for message in messages(missing) {
        answers
            .send(Ok(Part::Missing(message)))
            .await
            .map_err(|_| ReconcileError::Submission("it broke off"))?;
    }
    Ok(())
}

fn messages(missing: &HashSet<Box<str>>) -> impl Iterator<Item = internal::v1::MissingObjects> {
    let mut ids = missing.iter().map(ToString::to_string).peekable();
    std::iter::from_fn(move || {
        ids.peek()?;
        let ids_of_one: Vec<String> = ids.by_ref().take(IDS).collect();
        Some(internal::v1::MissingObjects {
            ids: ids_of_one,
            last: ids.peek().is_none(),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(count: usize) -> HashSet<Box<str>> {
        (0..count).map(|id| id.to_string().into_boxed_str()).collect()
    }

    #[test]
    fn missing_objects_go_down_in_bounded_messages_of_which_only_the_last_says_so() {
        let sent: Vec<_> = messages(&ids(2 * IDS + 1)).collect();
        let sizes: Vec<_> = sent.iter().map(|message| message.ids.len()).collect();
        assert_eq!(sizes, [IDS, IDS, 1]);
        let last: Vec<_> = sent.iter().map(|message| message.last).collect();
        assert_eq!(last, [false, false, true]);
    }

    #[test]
    fn a_full_last_message_is_the_last() {
        let sent: Vec<_> = messages(&ids(IDS)).collect();
        assert!(matches!(sent.as_slice(), [only] if only.last));
    }
}
