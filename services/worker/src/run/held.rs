//! Holds back what was read, compactly, until it is known whether it has to be sent at all.

use prost::Message as _;
use rollcall_proto::v1::ObjectBatch;

/// Batches, encoded, up to a bound.
#[derive(Debug)]
pub(super) struct Held {
    batches: Vec<Vec<u8>>,
    bytes: usize,
    limit: usize,
}

impl Held {
    /// At most `limit` bytes.
    pub(super) fn new(limit: usize) -> Self {
        Self {
            batches: Vec::new(),
            bytes: 0,
            limit,
        }
    }

    /// Holds `batch` back too, or hands it back if that were too much.
    pub(super) fn push(&mut self, batch: ObjectBatch) -> Result<(), ObjectBatch> {
        let encoded = batch.encode_to_vec();
        if self.bytes.saturating_add(encoded.len()) > self.limit {
            return Err(batch);
        }
        self.bytes += encoded.len();
        self.batches.push(encoded);
        Ok(())
    }

    /// What was held back, oldest first, each given up as it is taken.
    pub(super) fn into_batches(self) -> impl Iterator<Item = ObjectBatch> {
        self.batches
            .into_iter()
            .map(|encoded| ObjectBatch::decode(encoded.as_slice()).unwrap_or_default())
    }
}
