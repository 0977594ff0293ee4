//! Holds back what was read, packed, until it is known whether it has to be sent at all.

use lz4_flex::block::{compress_prepend_size, decompress_size_prepended};
use prost::Message as _;
use rollcall_proto::v1::ObjectBatch;

use crate::error::ReadError;

/// Batches, up to a bound of what they take packed: names and addresses of one directory are much alike, so that
/// some hundred thousand objects fit.
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
        if self.limit == 0 {
            return Err(batch);
        }
        let packed = compress_prepend_size(&batch.encode_to_vec());
        if self.bytes.saturating_add(packed.len()) > self.limit {
            return Err(batch);
        }
        self.bytes += packed.len();
        self.batches.push(packed);
        Ok(())
    }

    /// What was held back, oldest first, each given up as it is taken.
    pub(super) fn into_batches(self) -> impl Iterator<Item = Result<ObjectBatch, ReadError>> {
        self.batches.into_iter().map(|packed| {
            let lost =
                |error: &dyn std::fmt::Display| ReadError::Internal(format!("what was held back: {error}"));
            let encoded = decompress_size_prepended(&packed).map_err(|error| lost(&error))?;
            ObjectBatch::decode(encoded.as_slice()).map_err(|error| lost(&error))
        })
    }
}

#[cfg(test)]
mod tests {
    use rollcall_proto::v1::DirectoryObject;

    use super::*;

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
    fn what_is_held_comes_back_as_it_was() {
        let mut held = Held::new(1 << 20);
        held.push(batch("a")).unwrap();
        held.push(batch("b")).unwrap();
        let back: Vec<_> = held.into_batches().map(Result::unwrap).collect();
        assert_eq!(back, [batch("a"), batch("b")]);
    }

    #[test]
    fn what_is_too_much_is_handed_back_and_the_rest_kept() {
        let one = compress_prepend_size(&batch("a").encode_to_vec()).len();
        let mut held = Held::new(one + one / 2);
        held.push(batch("a")).unwrap();
        assert_eq!(held.push(batch("b")).unwrap_err(), batch("b"));
        assert_eq!(held.into_batches().count(), 1);
        assert_eq!(Held::new(0).push(batch("a")).unwrap_err(), batch("a"));
    }
}
