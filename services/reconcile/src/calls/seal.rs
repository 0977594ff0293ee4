//! A renewed seal as a call brings it.

use rollcall_chassis::{key_file, status::Violations};
use rollcall_domain::sentences::field;
use rollcall_proto::internal::v1::SealedCredential;

use crate::error::ReconcileError;

/// Octets of an encapsulated key.
const ENCAPPED_KEY: usize = 32;
/// More than the longest password takes, padded.
const LONGEST_CIPHERTEXT: usize = 4_096;

/// The seal, if it can be one: what the database or a worker would refuse each time is not kept.
pub(super) fn read(seal: Option<SealedCredential>) -> Result<SealedCredential, ReconcileError> {
    seal.filter(can_be_one).ok_or_else(|| {
        let mut violations = Violations::default();
        violations.push("credential", field::SEAL);
        ReconcileError::Malformed(violations)
    })
}

fn can_be_one(seal: &SealedCredential) -> bool {
    key_file::is_id(&seal.key_id)
        && seal.encapped_key.len() == ENCAPPED_KEY
        && (1..=LONGEST_CIPHERTEXT).contains(&seal.ciphertext.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_no_seal_is_refused() {
        let seal = SealedCredential {
            key_id: "k2".to_owned(),
            encapped_key: vec![1; 32],
            ciphertext: vec![2; 144],
        };
        assert!(read(Some(seal.clone())).is_ok());
        let changes: [fn(&mut SealedCredential); 7] = [
            |seal| seal.key_id.clear(),
            |seal| seal.key_id.push('\0'),
            |seal| seal.key_id = "k".repeat(33),
            |seal| seal.key_id = "K2".to_owned(),
            |seal| seal.encapped_key.clear(),
            |seal| seal.ciphertext.clear(),
            |seal| seal.ciphertext = vec![2; 5_000],
        ];
        for change in changes {
            let mut wrong = seal.clone();
            change(&mut wrong);
            assert!(read(Some(wrong.clone())).is_err(), "{wrong:?}");
        }
        assert!(read(None).is_err());
    }
}
