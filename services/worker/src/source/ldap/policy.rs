//! The password policy control (draft-behera-ldap-password-policy-11 section 6): asked for with each bind, because the
//! result alone does not say that a password has expired, or must be changed before anything else is allowed.

use ldap3::controls::{Control, RawControl};

use super::{frame::take, oid};

/// `error [1] ENUMERATED` of the response.
const ERROR: u8 = 0x81;
const SEQUENCE: u8 = 0x30;

/// The request. A server that does not know the control passes over it.
pub(super) fn request() -> RawControl {
    RawControl {
        ctype: oid::PASSWORD_POLICY.to_owned(),
        crit: false,
        val: None,
    }
}

/// The error in a bind's answer; `None` if there is none, or none that can be read.
pub(super) fn error(controls: &[Control]) -> Option<u32> {
    let Control(_, control) = controls
        .iter()
        .find(|Control(_, control)| control.ctype == oid::PASSWORD_POLICY)?;
    decode(control.val.as_deref()?)
}

fn decode(mut value: &[u8]) -> Option<u32> {
    let response = take(&mut value).ok().filter(|element| element.tag == SEQUENCE)?;
    let mut parts = response.content;
    while !parts.is_empty() {
        let part = take(&mut parts).ok()?;
        if part.tag == ERROR {
            let [error] = part.content else { return None };
            return Some(u32::from(*error));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(value: &[u8]) -> Vec<Control> {
        let control = RawControl {
            ctype: oid::PASSWORD_POLICY.to_owned(),
            crit: false,
            val: Some(value.to_vec()),
        };
        vec![Control(None, control)]
    }

    #[test]
    fn an_error_is_found_with_and_without_a_warning_before_it() {
        assert_eq!(error(&answer(b"\x30\x03\x81\x01\x02")), Some(2));
        // 42 seconds are left until the password expires.
        assert_eq!(
            error(&answer(b"\x30\x08\xa0\x03\x80\x01\x2a\x81\x01\x00")),
            Some(0)
        );
    }

    #[test]
    fn an_answer_without_an_error_or_of_another_form_has_none() {
        for value in [
            b"\x30\x00".as_slice(),
            b"\x30\x05\xa0\x03\x80\x01\x2a",
            b"\x30\x02\x81\x00",
            b"\x30\x09\x81\x01\x02",
            b"\x04\x01\x02",
            b"",
        ] {
            assert_eq!(error(&answer(value)), None, "{value:02x?}");
        }
        assert_eq!(error(&[]), None);
    }
}
