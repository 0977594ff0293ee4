//! Page tokens: where the next page of a query begins.
//!
//! A token is opaque to clients: a version, a digest of the query that it belongs to, and the key of the last entry,
//! in base64. It is no secret and no proof: a client that makes one up learns nothing that the query would not answer
//! anyway.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use prost::Message;
use rollcall_chassis::{grpc::page, status::ApiError};
use rollcall_domain::sentences::refusal;
use rollcall_terms::Refusal;

const VERSION: u8 = 1;
const DIGEST_BYTES: usize = 16;
const ID_BYTES: usize = 16;

/// The key of an entry in its list: text before id, either of which may be all there is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Position {
    /// First key of the list's order.
    pub(crate) text: String,
    /// Second key, which orders entries with the same text.
    pub(crate) id: u128,
}

/// Digest of the query that a token belongs to: everything of a request that decides on the entries and on their
/// order.
#[derive(Debug, Clone)]
pub(crate) struct Query(blake3::Hasher);

impl Query {
    /// A query of this method for this tenant.
    pub(crate) fn new(method: &'static str, tenant_id: &str) -> Self {
        Self(blake3::Hasher::new()).with(method).with(tenant_id)
    }

    /// With one more parameter. Their lengths count, so that no two lists of parameters are the same text.
    pub(crate) fn with(mut self, parameter: &str) -> Self {
        self.0.update(&(parameter.len() as u64).to_le_bytes());
        self.0.update(parameter.as_bytes());
        self
    }

    /// The token for what comes after this entry.
    pub(crate) fn token(&self, last: &Position) -> String {
        let mut bytes = vec![VERSION];
        bytes.extend(self.digest());
        bytes.extend(last.id.to_be_bytes());
        bytes.extend(last.text.as_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// The entry after which the page begins; `None` for the first page.
    pub(crate) fn position(&self, token: &str) -> Result<Option<Position>, ApiError> {
        if token.is_empty() {
            return Ok(None);
        }
        let position = self.decode(token);
        position
            .map(Some)
            .ok_or_else(|| ApiError::new(Refusal::PageToken, refusal::PAGE_TOKEN))
    }

    fn decode(&self, token: &str) -> Option<Position> {
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (version, rest) = bytes.split_first()?;
        let (digest, rest) = rest.split_at_checked(DIGEST_BYTES)?;
        let (id, text) = rest.split_at_checked(ID_BYTES)?;
        if *version != VERSION || digest != self.digest() {
            return None;
        }
        // PostgreSQL takes no NUL in a text.
        let text = String::from_utf8(text.to_vec())
            .ok()
            .filter(|text| !text.contains('\0'))?;
        Some(Position {
            id: u128::from_be_bytes(id.try_into().ok()?),
            text,
        })
    }

    fn digest(&self) -> [u8; DIGEST_BYTES] {
        let mut digest = [0; DIGEST_BYTES];
        self.0.finalize_xof().fill(&mut digest);
        digest
    }
}

/// Cuts a list that was read one entry too far to a page, and makes the token for the next; empty on the last page.
pub(crate) fn cut<T, M: Message>(
    entries: &mut Vec<T>,
    size: usize,
    query: &Query,
    message: impl Fn(&T) -> &M,
    key: impl Fn(&T) -> Position,
) -> String {
    let more = page::cut(entries, size, message);
    let last = entries.last().filter(|_| more);
    last.map(|last| query.token(&key(last))).unwrap_or_default()
}

#[cfg(test)]
mod tests;
