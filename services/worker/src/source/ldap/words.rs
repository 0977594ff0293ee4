//! Makes a server's own words UTF-8, before the LDAP library sees them.
//!
//! A result names a code, by which it is judged. The texts beside it (RFC 4511 section 4.1.9: the matched name, the
//! diagnostic message, referrals) must be UTF-8, but a server may write its messages in the code page of its country. The
//! library panics on those, and refusing them would hide the code: a wrong password would be tried again and again.

use super::{
    frame::FrameError,
    message::{OCTET_STRING, Response},
    span::Span,
};

#[cfg(test)]
mod tests;

const REFERRAL: u8 = 0xa3;
const RESPONSE_NAME: u8 = 0x8a;

/// In place of a byte that is not text: a text keeps its length, and the frame its lengths.
const NO_TEXT: u8 = b'?';

/// Mends the texts of a result and of a search reference. What is wrong in another way stays as it is.
pub(super) fn mend(frame: &mut [u8]) {
    // Whoever reads the message next says what is wrong with it.
    let _ = try_mend(frame);
}

fn try_mend(frame: &mut [u8]) -> Result<(), FrameError> {
    let (_, operation) = Span::of_operation(frame)?;
    match Response::of_tag(frame[operation.start]) {
        Some(Response::Reference) => mend_each(frame, operation.content, operation.end),
        Some(response) if response.has_result() => {
            let code = Span::at(frame, operation.content, operation.end)?;
            mend_each(frame, code.end, operation.end)
        }
        _ => Ok(()),
    }
}

/// Mends all texts from one place to another, and those of a referral.
fn mend_each(frame: &mut [u8], mut at: usize, end: usize) -> Result<(), FrameError> {
    while at < end {
        let part = Span::at(frame, at, end)?;
        match frame[part.start] {
            OCTET_STRING | RESPONSE_NAME => mend_text(&mut frame[part.content..part.end]),
            REFERRAL => mend_each(frame, part.content, part.end)?,
            _ => {}
        }
        at = part.end;
    }
    Ok(())
}

fn mend_text(mut text: &mut [u8]) {
    while let Err(error) = std::str::from_utf8(text) {
        let (from, wrong) = (error.valid_up_to(), error.error_len());
        let until = wrong.map_or(text.len(), |wrong| from + wrong);
        text[from..until].fill(NO_TEXT);
        text = &mut text[until..];
    }
}
