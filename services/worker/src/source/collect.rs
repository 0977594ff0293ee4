//! Objects become batches: bounded, digested and counted as they come.

use std::{mem, sync::Arc};

use prost::Message as _;
use rollcall_chassis::fail_point::{self, FailPoint};
use rollcall_domain::{DirectoryObject, MOST_CLAIMS_OF_OBJECT, digest::ReadDigest, sentences::read};
use rollcall_proto::{
    internal::{
        self,
        v1::{ObjectBatch, ReadSummary},
    },
    v1::ReadMode,
};
use rollcall_terms::{left_out, object};
use tokio::sync::mpsc;

use super::{
    Met,
    bounds::{Crossed, ShownName},
    error::ReadError,
    missing::MissingIds,
    signs::Signs,
};
use crate::{control::Control, slots::Place};

#[cfg(test)]
mod tests;

/// Each row of an object names it, so a name is multiplied by its addresses. None that people made is so long.
pub(super) const MAX_DN_BYTES: usize = 4 * 1024;
/// Largest size of a batch.
const BATCH_BYTES: usize = 256 * 1024;
/// A single object that is larger does not fit into a message.
const MAX_OBJECT_BYTES: usize = 960 * 1024;

/// Takes objects and hands them on in batches.
pub(crate) struct Collector {
    batches: mpsc::Sender<ObjectBatch>,
    control: Arc<Control>,
    run: Option<(Arc<Signs>, Arc<Place>)>,
    most_entries: u64,
    asked: Option<Arc<MissingIds>>,
    batch: ObjectBatch,
    batch_bytes: usize,
    digest: ReadDigest,
    /// Objects that the server sent, including some that were not asked for.
    met: u64,
    entries: u64,
    claims: u64,
    not_email: u64,
}

impl Collector {
    /// Takes at most `most_entries` objects, and waits where `batches` are not taken.
    pub(crate) fn new(most_entries: u64, batches: mpsc::Sender<ObjectBatch>, control: Arc<Control>) -> Self {
        Self {
            batches,
            control,
            run: None,
            most_entries,
            asked: None,
            batch: ObjectBatch::default(),
            batch_bytes: 0,
            digest: ReadDigest::default(),
            met: 0,
            entries: 0,
            claims: 0,
            not_email: 0,
        }
    }

    /// Hands batches on only with a slot, which it takes in `place`, and shows in `signs` while the directory is not what it
    /// waits for.
    #[must_use]
    pub(crate) fn within(mut self, signs: Arc<Signs>, place: Arc<Place>) -> Self {
        self.run = Some((signs, place));
        self
    }

    /// Takes only those that were asked for. An entry may have come to be known by another id than it was: it is then
    /// among what was read.
    #[must_use]
    pub(crate) fn only(mut self, asked: Arc<MissingIds>) -> Self {
        self.asked = Some(asked);
        self
    }

    /// Takes one object. So many of its values are not e-mail addresses.
    pub(crate) async fn add(&mut self, object: DirectoryObject, not_email: u64) -> Result<(), ReadError> {
        if self.met == self.most_entries {
            return Err(Crossed::Entries(self.most_entries).into());
        }
        self.met += 1;
        let id = object.id.as_str();
        if self.asked.as_ref().is_some_and(|asked| !asked.contains(id)) {
            return Ok(());
        }
        check(&object)?;
        let claims = object.claims.len() as u64;
        self.digest.add(&object);
        self.entries += 1;
        self.claims += claims;
        self.not_email += not_email;
        self.control.progress.add(claims);
        fail_point::pass(FailPoint::EntryRead, "").await;
        self.put(object::to_message(object)).await
    }

    async fn put(&mut self, object: internal::v1::DirectoryObject) -> Result<(), ReadError> {
        let bytes = object.encoded_len();
        if bytes > MAX_OBJECT_BYTES {
            return Err(Crossed::ObjectBytes {
                entry: ShownName::new(object.dn.as_bytes()),
                bytes,
                limit: MAX_OBJECT_BYTES,
            }
            .into());
        }
        if self.batch_bytes + bytes > BATCH_BYTES {
            self.flush().await?;
        }
        self.batch_bytes += bytes;
        self.batch.objects.push(object);
        Ok(())
    }

    async fn flush(&mut self) -> Result<(), ReadError> {
        if self.batch.objects.is_empty() {
            return Ok(());
        }
        self.batch_bytes = 0;
        let next = ObjectBatch {
            objects: Vec::with_capacity(self.batch.objects.len()),
        };
        let batch = mem::replace(&mut self.batch, next);
        let send = self.batches.send(batch);
        let outcome = match &self.run {
            Some((signs, place)) => {
                let hand_over = async {
                    place.read().await;
                    send.await
                };
                signs.ours(hand_over).await
            }
            None => send.await,
        };
        outcome.map_err(|_| ReadError::Stopped)
    }

    /// The read is complete: what it amounts to.
    pub(crate) async fn finish(mut self, met: Met) -> Result<ReadSummary, ReadError> {
        self.flush().await?;
        Ok(ReadSummary {
            entries: self.entries,
            claims: self.claims,
            not_email: self.not_email,
            references: met.references,
            digest: self.digest.finish().to_vec(),
            read_mode: ReadMode::Full.into(),
            read_mode_reason: read::FULL.to_owned(),
            server: met.server.shown,
            server_id: met.server.server.id,
            server_host: met.server.server.host,
            server_address: met.server.server.address,
            server_reason: met.server.reason,
            left_out: left_out::to_message(met.left_out),
        })
    }

    /// The objects asked for have been answered: the number of values that are not e-mail addresses.
    pub(crate) async fn finish_answer(mut self) -> Result<u64, ReadError> {
        self.flush().await?;
        Ok(self.not_email)
    }
}

/// True if an object is small enough for every later use.
pub(crate) fn check(object: &DirectoryObject) -> Result<(), Crossed> {
    let entry = || ShownName::new(object.dn.as_bytes());
    if object.dn.len() > MAX_DN_BYTES {
        return Err(Crossed::NameBytes {
            entry: entry(),
            bytes: object.dn.len(),
            limit: MAX_DN_BYTES,
        });
    }
    if object.claims.len() > MOST_CLAIMS_OF_OBJECT {
        return Err(Crossed::Claims {
            entry: entry(),
            claims: object.claims.len(),
            limit: MOST_CLAIMS_OF_OBJECT,
        });
    }
    Ok(())
}
