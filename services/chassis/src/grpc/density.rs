//! A bound on the fields of a request. Four octets may hold two fields, each of which costs as much to walk and decode as a
//! long one: a dense message within its bound of octets could keep a thread for long that serves other callers.

use prost::encoding::{DecodeContext, WireType, decode_key, skip_field};
use rollcall_terms::Refusal;

use crate::{sentences, status::ApiError};

/// The most fields of a request, those of messages in it included: more than twice as many as the longest list of domains has.
const MOST_FIELDS: usize = 100_000;

/// The fields of a request that may still come.
#[derive(Debug)]
pub(super) struct Budget(usize);

/// A request has too many fields.
#[derive(Debug)]
pub(super) struct TooDense;

impl From<TooDense> for ApiError {
    fn from(_: TooDense) -> Self {
        Self::new(Refusal::RequestTooLarge, sentences::REQUEST_TOO_LARGE)
    }
}

impl Budget {
    pub(super) fn new() -> Self {
        Self(MOST_FIELDS)
    }

    /// Takes a field. A group counts as too many: no request of the contract has one, and it would be skipped only by walking
    /// what is in it.
    pub(super) fn take(&mut self, wire_type: WireType) -> Result<(), TooDense> {
        let left = match wire_type {
            WireType::StartGroup => None,
            _ => self.0.checked_sub(1),
        };
        self.0 = left.ok_or(TooDense)?;
        Ok(())
    }
}

/// Refuses an encoded message that has too many fields of its own. The rest of what is no message is left to the handler.
pub(super) fn check(mut message: &[u8]) -> Result<(), TooDense> {
    let mut fields = Budget::new();
    while !message.is_empty() {
        let Ok((number, wire_type)) = decode_key(&mut message) else {
            return Ok(());
        };
        fields.take(wire_type)?;
        if skip_field(wire_type, number, &mut message, DecodeContext::default()).is_err() {
            return Ok(());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Field 1, a varint.
    const FIELD: [u8; 2] = [1 << 3, 1];

    #[test]
    fn a_message_may_have_so_many_fields_and_no_more() {
        assert!(check(&FIELD.repeat(MOST_FIELDS)).is_ok());
        assert!(check(&FIELD.repeat(MOST_FIELDS + 1)).is_err());
    }

    #[test]
    fn a_group_is_refused_whatever_is_in_it() {
        assert!(check(&[(1 << 3) | 3, (1 << 3) | 4]).is_err());
    }

    #[test]
    fn what_is_no_message_is_left_to_the_handler() {
        assert!(check(&[]).is_ok());
        assert!(check(&[0xff; 20]).is_ok());
    }
}
