//! The simple bind (RFC 4511 section 4.2) as it is sent. The LDAP library never sees the password: it sends a bind without
//! one, and the guard puts it in, in a buffer that is wiped once it is sent. The library's own buffers last as long as the
//! connection.

use std::sync::{Mutex, PoisonError};

use zeroize::Zeroizing;

use super::frame::{FrameError, take};

const SEQUENCE: u8 = 0x30;
const BIND: u8 = 0x60;
/// `simple [0] OCTET STRING` of the authentication.
const SIMPLE: u8 = 0x80;
/// The tag, and a length of at most as many octets as a `usize` has.
const MOST_HEADER: usize = 2 + size_of::<usize>();

/// The password of the next bind, from who binds to the guard.
#[derive(Debug, Default)]
pub(super) struct BindPassword(Mutex<Option<Zeroizing<String>>>);

impl BindPassword {
    /// Keeps it for the next bind.
    pub(super) fn put(&self, password: &str) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Zeroizing::new(password.to_owned()));
    }

    /// The request of a bind with the password; `None` if there is none to put in.
    pub(super) fn complete(&self, request: &[u8]) -> Result<Option<Zeroizing<Vec<u8>>>, FrameError> {
        let password = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        password
            .map(|password| with_password(request, password.as_bytes()))
            .transpose()
    }
}

/// The parts of a bind's request around its password.
struct Around<'a> {
    /// The message id.
    id: &'a [u8],
    /// Version and name.
    head: &'a [u8],
    /// The controls.
    controls: &'a [u8],
}

impl<'a> Around<'a> {
    fn parse(mut request: &'a [u8]) -> Result<Self, FrameError> {
        let message = take(&mut request)?.content;
        let mut parts = message;
        take(&mut parts)?;
        let id = &message[..message.len() - parts.len()];
        let bind = take(&mut parts)?;
        if bind.tag != BIND {
            return Err(FrameError::Malformed("it is no bind"));
        }
        let mut rest = bind.content;
        take(&mut rest)?;
        take(&mut rest)?;
        let head = &bind.content[..bind.content.len() - rest.len()];
        if take(&mut rest)?.tag != SIMPLE {
            return Err(FrameError::Malformed("a bind that is not simple"));
        }
        Ok(Self {
            id,
            head,
            controls: parts,
        })
    }
}

fn with_password(request: &[u8], password: &[u8]) -> Result<Zeroizing<Vec<u8>>, FrameError> {
    let Around { id, head, controls } = Around::parse(request)?;
    // Nothing grows, so that no copy is left where it was before.
    let most = 3 * MOST_HEADER + id.len() + head.len() + password.len() + controls.len();
    let mut encoded = Zeroizing::new(Vec::with_capacity(most));
    let simple = header(SIMPLE, password.len());
    let bind = header(BIND, head.len() + simple.len() + password.len());
    let content = head.len() + simple.len() + password.len();
    let message = header(SEQUENCE, id.len() + bind.len() + content + controls.len());
    for part in [&message[..], id, &bind, head, &simple, password, controls] {
        encoded.extend_from_slice(part);
    }
    Ok(encoded)
}

/// The tag and the length of an element.
fn header(tag: u8, length: usize) -> Vec<u8> {
    if let Ok(short @ ..0x80) = u8::try_from(length) {
        return vec![tag, short];
    }
    let octets = length.to_be_bytes();
    let first = octets.iter().position(|octet| *octet != 0).unwrap_or_default();
    let count = u8::try_from(octets.len() - first).unwrap_or_default();
    [&[tag, 0x80 | count], &octets[first..]].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A bind as `cn=a` with this password and a control.
    fn bind(password: &str) -> Vec<u8> {
        let element = |tag: u8, content: &[u8]| [&header(tag, content.len()), content].concat();
        let body = [
            element(0x02, &[3]),
            element(0x04, b"cn=a"),
            element(SIMPLE, password.as_bytes()),
        ]
        .concat();
        let controls = element(0xa0, &element(SEQUENCE, &element(0x04, b"1.2.3")));
        element(
            SEQUENCE,
            &[element(0x02, &[7]), element(BIND, &body), controls].concat(),
        )
    }

    #[test]
    fn a_password_of_any_length_is_put_in_and_all_else_stays() {
        for length in [1, 20, 100, 110, 120, 127, 128, 255, 256, 1_024] {
            let password = "x".repeat(length);
            let kept = BindPassword::default();
            kept.put(&password);
            let completed = kept.complete(&bind("")).unwrap().expect("a request");
            assert_eq!(completed.as_slice(), bind(&password), "{length}");
            assert!(completed.capacity() < completed.len() + 3 * MOST_HEADER + 1);
        }
    }

    #[test]
    fn a_password_is_put_into_one_bind_only() {
        let kept = BindPassword::default();
        assert_eq!(kept.complete(&bind("")).unwrap(), None);
        kept.put("secret");
        assert!(kept.complete(&bind("")).unwrap().is_some());
        assert_eq!(kept.complete(&bind("")).unwrap(), None);
    }

    #[test]
    fn what_is_no_simple_bind_gets_no_password() {
        for request in [
            &[0x30, 0x05, 0x02, 0x01, 0x02, 0x63, 0x00][..],
            b"\x30\x0c\x02\x01\x01\x60\x07\x02\x01\x03\x04\x00\xa3\x00",
            b"\x30",
        ] {
            let kept = BindPassword::default();
            kept.put("secret");
            assert!(kept.complete(request).is_err(), "{request:02x?}");
        }
    }
}
