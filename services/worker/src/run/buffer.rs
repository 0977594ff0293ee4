//! Buffers what was read, packed, until it is known whether it has to be sent at all.

use lz4_flex::block::{compress_prepend_size, decompress_size_prepended};
use prost::Message as _;
use rollcall_proto::internal::v1::ObjectBatch;

use crate::{memory::Share, source::error::ReadError};

/// Memory of a batch besides its bytes.
const OVERHEAD_BYTES: usize = 32;

/// Batches, up to a bound of what they take packed: names and addresses of one directory are much alike, so that
/// some hundred thousand objects fit. While other runs have the memory, less is buffered and more is sent.
#[derive(Debug)]
pub(super) struct Buffer {
    batches: Vec<Vec<u8>>,
    bytes: usize,
    limit: usize,
    share: Share,
}

impl Buffer {
    /// At most `limit` bytes, borrowed by `share`.
    pub(super) fn new(limit: usize, share: Share) -> Self {
        Self {
            batches: Vec::new(),
            bytes: 0,
            limit,
            share,
        }
    }

    /// Takes `batch` in, or hands it back if that were too much.
    pub(super) fn push(&mut self, batch: ObjectBatch) -> Result<(), ObjectBatch> {
        if self.limit == 0 {
            return Err(batch);
        }
        let packed = compress_prepend_size(&batch.encode_to_vec());
        let bytes = packed.len().saturating_add(OVERHEAD_BYTES);
        if self.bytes.saturating_add(bytes) > self.limit || self.share.take(bytes).is_err() {
            return Err(batch);
        }
        self.bytes += bytes;
        self.batches.push(packed);
        Ok(())
    }

    /// The buffered batches, oldest first, each given up as it is taken.
    pub(super) fn into_batches(self) -> impl Iterator<Item = Result<ObjectBatch, ReadError>> {
        let Self { batches, share, .. } = self;
        batches.into_iter().map(move |packed| {
            // It is given back with the last batch.
            let _borrowed = &share;
            let lost =
                |error: &dyn std::fmt::Display| ReadError::Internal(format!("buffered batches: {error}"));
            let encoded = decompress_size_prepended(&packed).map_err(|error| lost(&error))?;
            ObjectBatch::decode(encoded.as_slice()).map_err(|error| lost(&error))
        })
    }
}

#[cfg(test)]
mod tests {
    use rollcall_proto::internal::v1::DirectoryObject;

    use super::*;
    use crate::memory::Memory;

    fn buffer(limit: usize, process: usize) -> Buffer {
        Buffer::new(limit, Memory::new(process, 1 << 20).share())
    }

    fn batch(name: &str) -> ObjectBatch {
        let object = |n: u32| DirectoryObject {
            dn: format!("cn={name}{n},dc=corp"),
            ..DirectoryObject::default()
        };
        ObjectBatch {
            objects: (0..100).map(object).collect(),
        }
    }

    #[test]
    fn what_is_buffered_comes_back_as_it_was() {
        let mut buffer = buffer(1 << 20, 1 << 20);
        buffer.push(batch("a")).unwrap();
        buffer.push(batch("b")).unwrap();
        let back: Vec<_> = buffer.into_batches().map(Result::unwrap).collect();
        assert_eq!(back, [batch("a"), batch("b")]);
    }

    #[test]
    fn what_is_too_much_is_handed_back_and_the_rest_kept() {
        let one = compress_prepend_size(&batch("a").encode_to_vec()).len();
        let mut first = buffer(one + one / 2, 1 << 20);
        first.push(batch("a")).unwrap();
        assert_eq!(first.push(batch("b")).unwrap_err(), batch("b"));
        assert_eq!(first.into_batches().count(), 1);
        assert_eq!(buffer(0, 1 << 20).push(batch("a")).unwrap_err(), batch("a"));
    }

    #[test]
    fn while_other_runs_have_the_memory_nothing_is_buffered() {
        assert_eq!(buffer(1 << 20, 0).push(batch("a")).unwrap_err(), batch("a"));
    }
}
