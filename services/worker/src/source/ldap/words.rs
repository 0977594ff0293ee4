//! Makes a server's own words UTF-8, before the LDAP library sees them.
//!
//! A result names a code, by which it is judged. The texts beside it (RFC 4511 section 4.1.9: the matched name, the
//! diagnostic message, referrals) must be UTF-8, but a server may write its messages in the code page of its country. The
//! library panics on those, and refusing them would hide the code: a wrong password would be tried again and again.

use bytes::{BufMut as _, BytesMut};
use rollcall_domain::invisible::escape_no_text;

use super::{
    frame::FrameError,
    message::{OCTET_STRING, Response},
    span::Span,
};

#[cfg(test)]
mod tests;

const REFERRAL: u8 = 0xa3;
const RESPONSE_NAME: u8 = 0x8a;

/// Writes the bytes that are not text as `\xNN`, in the texts of a result and of a search reference. What is wrong in
/// another way stays as it is.
pub(super) fn mend(frame: &mut BytesMut) {
    // Whoever reads the message next says what is wrong with it.
    if let Ok(Some(mended)) = mended(frame) {
        *frame = mended;
    }
}

/// The frame in which each text is one; `None` if this one is such a frame.
fn mended(frame: &[u8]) -> Result<Option<BytesMut>, FrameError> {
    let (message, operation) = Span::of_operation(frame)?;
    let texts = match Response::of_tag(frame[operation.start]) {
        Some(Response::Reference) => operation.content,
        Some(response) if response.has_result() => Span::at(frame, operation.content, operation.end)?.end,
        _ => return Ok(None),
    };
    let mut content = BytesMut::from(&frame[operation.content..texts]);
    let any = put_texts(frame, texts, operation.end, &mut content)?;
    if !any {
        return Ok(None);
    }
    let mut body = BytesMut::from(&frame[message.content..operation.start]);
    put(frame[operation.start], &content, &mut body);
    body.put_slice(&frame[operation.end..message.end]);
    let mut mended = BytesMut::new();
    put(frame[message.start], &body, &mut mended);
    Ok(Some(mended))
}

/// Copies all elements from one place to another, with their texts and those of a referral mended. Answers if any text
/// was not one.
fn put_texts(frame: &[u8], mut at: usize, end: usize, out: &mut BytesMut) -> Result<bool, FrameError> {
    let mut any = false;
    while at < end {
        let part = Span::at(frame, at, end)?;
        let (tag, content) = (frame[part.start], &frame[part.content..part.end]);
        match tag {
            OCTET_STRING | RESPONSE_NAME if std::str::from_utf8(content).is_err() => {
                put(tag, escape_no_text(content).as_bytes(), out);
                any = true;
            }
            REFERRAL => {
                let mut targets = BytesMut::new();
                any |= put_texts(frame, part.content, part.end, &mut targets)?;
                put(tag, &targets, out);
            }
            _ => out.put_slice(&frame[part.start..part.end]),
        }
        at = part.end;
    }
    Ok(any)
}

/// Writes an element, in the least bytes of length (X.690 section 8.1.3).
fn put(tag: u8, content: &[u8], out: &mut BytesMut) {
    out.put_u8(tag);
    let length = content.len().to_be_bytes();
    let significant = &length[length.iter().take_while(|byte| **byte == 0).count()..];
    match significant {
        [] => out.put_u8(0),
        [short @ 0..0x80] => out.put_u8(*short),
        // A length has at most eight bytes.
        long => {
            out.put_u8(0x80 | u8::try_from(long.len()).unwrap_or(8));
            out.put_slice(long);
        }
    }
    out.put_slice(content);
}
