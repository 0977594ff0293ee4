//! The objects of a batch, added to a read.

use rollcall_domain::{MOST_CLAIMS_OF_OBJECT, plan::DirectoryBuilder};
use rollcall_proto::internal;
use rollcall_terms::object::{from_message, storable};

use crate::{error::ReconcileError, store::Stage};

/// Bytes of an object's DN that are shown.
const LONGEST_DN: usize = 500;

/// The claims of a batch; refused if one object has too many.
pub(super) fn claims(batch: &internal::v1::ObjectBatch) -> Result<usize, ReconcileError> {
    let mut claims = 0;
    for object in &batch.objects {
        if object.claims.len() > MOST_CLAIMS_OF_OBJECT {
            return Err(ReconcileError::TooManyAddresses {
                dn: bounded(storable(&object.dn).into_owned(), LONGEST_DN),
                claims: object.claims.len(),
            });
        }
        claims += object.claims.len();
    }
    Ok(claims)
}

/// Adds a batch to a read.
pub(super) fn push(
    directory: &mut DirectoryBuilder,
    batch: internal::v1::ObjectBatch,
) -> Result<(), ReconcileError> {
    for object in batch.objects {
        directory.push(from_message(object)?);
    }
    Ok(())
}

/// Adds everything that was staged to the read, batch by batch.
pub(super) async fn drain(stage: Stage, directory: &mut DirectoryBuilder) -> Result<(), ReconcileError> {
    stage.for_each(|batch| push(directory, batch)).await
}

fn bounded(mut text: String, longest: usize) -> String {
    if text.len() > longest {
        let end = (0..=longest)
            .rev()
            .find(|end| text.is_char_boundary(*end))
            .unwrap_or_default();
        text.truncate(end);
        text.push('…');
    }
    text
}
