//! One number for all that was read, by which an unchanged directory is known.

use blake3::Hasher;

use crate::object::{Claim, ClaimedAddress, DirectoryObject};

/// Name of the hashed data and its layout. A change of either makes every directory count as changed.
const CONTEXT: &str = "rollcall.v1 read digest";

/// The digest of a set of objects. It depends on neither the order of the objects nor that of their claims:
/// directories give neither any meaning. Objects are hashed by themselves and the hashes added up.
#[derive(Clone, Debug, Default)]
pub struct ReadDigest {
    sum: u128,
    objects: u64,
    /// Kept from object to object, so that hashing allocates nothing.
    buffer: Vec<u8>,
}

impl ReadDigest {
    /// Takes in one object.
    pub fn add(&mut self, object: &DirectoryObject) {
        self.buffer.clear();
        encode(object, &mut self.buffer);
        self.sum = self.sum.wrapping_add(hash(&self.buffer));
        self.objects += 1;
    }

    /// Takes in all that `other` did.
    pub fn merge(&mut self, other: &Self) {
        self.sum = self.sum.wrapping_add(other.sum);
        self.objects += other.objects;
    }

    /// The digest of all that was added.
    pub fn finish(&self) -> [u8; 16] {
        let mut hasher = Hasher::new_derive_key(CONTEXT);
        hasher
            .update(&self.sum.to_le_bytes())
            .update(&self.objects.to_le_bytes());
        let mut digest = [0; 16];
        hasher.finalize_xof().fill(&mut digest);
        digest
    }
}

fn hash(bytes: &[u8]) -> u128 {
    let hash = blake3::hash(bytes);
    let (half, _) = hash.as_bytes().split_at(16);
    half.iter()
        .rev()
        .fold(0, |number, byte| number << 8 | u128::from(*byte))
}

/// Writes an object so that different ones are different bytes: texts with their length, lists with theirs.
fn encode(object: &DirectoryObject, buffer: &mut Vec<u8>) {
    text(object.id.as_str(), buffer);
    text(&object.dn, buffer);
    text(object.object_type.as_str(), buffer);
    buffer.push(u8::from(object.disabled));
    buffer.push(object.hints.bits());
    text(object.mail.as_ref().map_or("", |mail| mail.as_str()), buffer);
    length(object.claims.len(), buffer);
    if object.claims.is_sorted_by_key(key) {
        for item in &object.claims {
            claim(item, buffer);
        }
    } else {
        let mut claims: Vec<_> = object.claims.iter().collect();
        claims.sort_unstable_by_key(|item| key(item));
        for item in claims {
            claim(item, buffer);
        }
    }
}

fn key(claim: &Claim) -> (&str, u8, bool) {
    let kind = match claim.address {
        ClaimedAddress::Valid(_) => 0,
        ClaimedAddress::Invalid(_) => 1,
        ClaimedAddress::UnknownPrefix(..) => 2,
    };
    (claim.address.as_str(), kind, claim.primary)
}

fn claim(claim: &Claim, buffer: &mut Vec<u8>) {
    let (address, kind, primary) = key(claim);
    text(address, buffer);
    let freed = claim.address.freed();
    buffer.push(u8::from(!freed.is_empty()) << 3 | kind << 1 | u8::from(primary));
    if let ClaimedAddress::UnknownPrefix(_, domain) = &claim.address {
        text(domain.as_str(), buffer);
    }
    if !freed.is_empty() {
        length(freed.len(), buffer);
        for address in freed {
            text(address.as_str(), buffer);
        }
    }
}

fn text(text: &str, buffer: &mut Vec<u8>) {
    length(text.len(), buffer);
    buffer.extend_from_slice(text.as_bytes());
}

fn length(length: usize, buffer: &mut Vec<u8>) {
    buffer.extend_from_slice(&(length as u64).to_le_bytes());
}

#[cfg(test)]
mod tests;
