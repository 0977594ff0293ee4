//! The shape of LDAP messages that a server sends (RFC 4511), looked at before the LDAP library sees them.
//!
//! The library panics on an operation that it does not know, a result without its parts, text that is not
//! UTF-8, or a control without its type. None of those passes here.

use super::{
    excerpt::excerpt,
    frame::{Element, FrameError, take},
    oid,
    strip::WantedAttributes,
};

#[cfg(test)]
mod tests;

const SEQUENCE: u8 = 0x30;
const BOOLEAN: u8 = 0x01;
const INTEGER: u8 = 0x02;
pub(super) const OCTET_STRING: u8 = 0x04;
const ENUMERATED: u8 = 0x0a;
const CONTROLS: u8 = 0xa0;
const RESPONSE_NAME: u8 = 0x8a;

/// Kinds of a server's message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Response {
    /// The answer to a bind.
    Bind,
    /// One entry of a search.
    Entry,
    /// One reference of a search.
    Reference,
    /// Something in between, of a search.
    Intermediate,
    /// The end of a search.
    Done,
    /// The answer to an extended request.
    Extended,
}

impl Response {
    pub(super) fn of_tag(tag: u8) -> Option<Self> {
        Some(match tag {
            0x61 => Self::Bind,
            0x64 => Self::Entry,
            0x65 => Self::Done,
            0x73 => Self::Reference,
            0x78 => Self::Extended,
            0x79 => Self::Intermediate,
            _ => return None,
        })
    }

    /// True if it carries a result.
    pub(super) fn has_result(self) -> bool {
        matches!(self, Self::Bind | Self::Done | Self::Extended)
    }
}

/// A message that a server sent.
#[derive(Debug)]
pub struct Message<'a> {
    /// The request that it answers; 0 for an unsolicited notice.
    pub id: u32,
    /// The kind of message.
    pub(super) response: Response,
    body: &'a [u8],
    /// The parts after the operation.
    rest: &'a [u8],
}

/// Result of an operation.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct OperationResult {
    /// One of [`rollcall_domain::ldap`].
    pub code: u32,
    /// The server's own words.
    pub text: String,
}

impl<'a> Message<'a> {
    /// Looks at a frame that [`check`](super::frame::check) accepted.
    pub fn parse(frame: &'a [u8]) -> Result<Self, FrameError> {
        let mut input = frame;
        let mut parts = expect(&mut input, SEQUENCE, "it is no sequence")?;
        let id = uint(expect(&mut parts, INTEGER, "it has no message id")?)?;
        let operation = take(&mut parts)?;
        let response = Response::of_tag(operation.tag)
            .ok_or(FrameError::Malformed("an operation that no client is sent"))?;
        // A notice is not passed on, and Active Directory encodes its own wrongly: nothing further is checked.
        if id != 0 {
            if response.has_result() {
                check_result(operation.content)?;
            }
            check_controls(parts)?;
        }
        Ok(Self {
            id,
            response,
            body: operation.content,
            rest: parts,
        })
    }

    /// True for a notice that is not that of a disconnection: a client ignores it (RFC 4511 section 4.4). Active Directory
    /// writes the name after the operation, not in it. A notice without a name is taken at its word that something ends.
    pub(super) fn is_other_notice(&self) -> bool {
        let name = name_in(self.body).or_else(|| name_in(self.rest));
        self.id == 0
            && self.response == Response::Extended
            && name.is_some_and(|name| name != oid::DISCONNECTION.as_bytes())
    }

    /// The result that it carries, if it is of those that do.
    pub(super) fn result(&self) -> Option<OperationResult> {
        let mut input = self.body;
        let code = uint(expect(&mut input, ENUMERATED, "").ok()?).ok()?;
        let _matched = expect(&mut input, OCTET_STRING, "").ok()?;
        let text = expect(&mut input, OCTET_STRING, "").ok()?;
        Some(OperationResult {
            code,
            text: excerpt(String::from_utf8_lossy(text).into_owned()),
        })
    }
}

/// A client's request, as far as it decides which answers are expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Request {
    /// A bind: one answer.
    Bind,
    /// A search: entries with what was asked of them, references, and an end.
    Search(WantedAttributes),
    /// An extended request: one answer.
    Extended,
    /// One that has no answer, such as unbind and abandon.
    Unanswered,
}

impl Request {
    /// The message id and kind of a request that the LDAP library sent.
    pub(super) fn parse(frame: &[u8]) -> Result<(u32, Self), FrameError> {
        let mut input = frame;
        let mut parts = expect(&mut input, SEQUENCE, "it is no sequence")?;
        let id = uint(expect(&mut parts, INTEGER, "it has no message id")?)?;
        let operation = take(&mut parts)?;
        let request = match operation.tag {
            0x60 => Self::Bind,
            0x63 => Self::Search(WantedAttributes::of_search(operation.content)),
            0x77 => Self::Extended,
            _ => Self::Unanswered,
        };
        Ok((id, request))
    }

    /// True if `response` may answer it.
    pub(super) fn accepts(&self, response: Response) -> bool {
        match self {
            Self::Bind => response == Response::Bind,
            Self::Search(_) => matches!(
                response,
                Response::Entry | Response::Reference | Response::Intermediate | Response::Done
            ),
            Self::Extended => response == Response::Extended,
            Self::Unanswered => false,
        }
    }
}

/// The page size and cookie in the value of a paged results control (RFC 2696).
pub(super) fn paged_results_cookie(value: &[u8]) -> Result<Vec<u8>, FrameError> {
    let mut input = value;
    let mut parts = expect(
        &mut input,
        SEQUENCE,
        "a paged results control that is no sequence",
    )?;
    expect(&mut parts, INTEGER, "a paged results control without a size")?;
    Ok(expect(
        &mut parts,
        OCTET_STRING,
        "a paged results control without a cookie",
    )?
    .to_vec())
}

/// The name of a response among these parts, if they can be read as far as there.
fn name_in(mut parts: &[u8]) -> Option<&[u8]> {
    while !parts.is_empty() {
        let Element { tag, content } = take(&mut parts).ok()?;
        if tag == RESPONSE_NAME {
            return Some(content);
        }
    }
    None
}

fn check_result(mut body: &[u8]) -> Result<(), FrameError> {
    uint(expect(&mut body, ENUMERATED, "a result without a code")?)?;
    text(expect(
        &mut body,
        OCTET_STRING,
        "a result without a matched name",
    )?)?;
    text(expect(&mut body, OCTET_STRING, "a result without a text")?)?;
    while !body.is_empty() {
        let Element { tag, content } = take(&mut body)?;
        match (tag & 0x1f, tag) {
            (3, 0xa3) => check_referral(content)?,
            (10, 0x8a) => text(content)?,
            (7, 0x87) | (11, 0x8b) => {}
            (3 | 7 | 10 | 11, _) => {
                return Err(FrameError::Malformed("a result with a part of the wrong kind"));
            }
            _ => {}
        }
    }
    Ok(())
}

fn check_referral(mut content: &[u8]) -> Result<(), FrameError> {
    while !content.is_empty() {
        text(expect(&mut content, OCTET_STRING, "a referral that is no text")?)?;
    }
    Ok(())
}

fn check_controls(mut parts: &[u8]) -> Result<(), FrameError> {
    if parts.is_empty() {
        return Ok(());
    }
    let mut controls = expect(&mut parts, CONTROLS, "something else where controls belong")?;
    while !controls.is_empty() {
        let mut control = expect(&mut controls, SEQUENCE, "a control that is no sequence")?;
        text(expect(&mut control, OCTET_STRING, "a control without a type")?)?;
        if control.first() == Some(&BOOLEAN) && take(&mut control)?.content.len() != 1 {
            return Err(FrameError::Malformed(
                "a control's criticality that is no boolean",
            ));
        }
        if !control.is_empty() {
            expect(
                &mut control,
                OCTET_STRING,
                "a control's value that is no octet string",
            )?;
        }
        if !control.is_empty() {
            return Err(FrameError::Malformed("a control with further parts"));
        }
    }
    if parts.is_empty() {
        Ok(())
    } else {
        Err(FrameError::Malformed("something after the controls"))
    }
}

fn expect<'a>(input: &mut &'a [u8], tag: u8, otherwise: &'static str) -> Result<&'a [u8], FrameError> {
    if input.first() != Some(&tag) {
        return Err(FrameError::Malformed(otherwise));
    }
    Ok(take(input)?.content)
}

fn uint(content: &[u8]) -> Result<u32, FrameError> {
    match content {
        [first, ..] if *first < 0x80 && content.len() <= 4 => Ok(content
            .iter()
            .fold(0, |number, byte| (number << 8) | u32::from(*byte))),
        _ => Err(FrameError::Malformed("a number that is negative or too large")),
    }
}

fn text(content: &[u8]) -> Result<(), FrameError> {
    match std::str::from_utf8(content) {
        Ok(_) => Ok(()),
        Err(_) => Err(FrameError::Malformed("text that is not UTF-8")),
    }
}
