//! Reads an LDAP client's requests and writes answers (RFC 4511), good and hostile.

use tokio::io::{AsyncRead, AsyncReadExt as _};

/// A client's request never is larger.
const MAX_REQUEST: usize = 16 * 1024 * 1024;
const PAGED_RESULTS: &[u8] = b"1.2.840.113556.1.4.319";

/// One element. Lengths are written as Active Directory writes them.
pub(crate) fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut element = header(tag, content.len());
    element.extend(content);
    element
}

/// The beginning of an element that announces so many bytes.
pub(crate) fn header(tag: u8, length: usize) -> Vec<u8> {
    let mut header = vec![tag];
    match u8::try_from(length) {
        Ok(short) if short < 0x80 => header.push(short),
        _ => {
            header.push(0x84);
            header.extend(u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes());
        }
    }
    header
}

/// A constructed element.
pub(crate) fn seq(tag: u8, parts: &[Vec<u8>]) -> Vec<u8> {
    tlv(tag, &parts.concat())
}

/// A text.
pub(crate) fn text(content: impl AsRef<[u8]>) -> Vec<u8> {
    tlv(0x04, content.as_ref())
}

/// A message that answers request `id`.
pub(crate) fn message(id: u32, operation: Vec<u8>) -> Vec<u8> {
    seq(0x30, &[integer(id), operation])
}

/// A result of an operation.
pub(crate) fn result(tag: u8, code: u8, said: impl AsRef<[u8]>) -> Vec<u8> {
    seq(tag, &[tlv(0x0a, &[code]), text(""), text(said)])
}

/// The end of a search that is refused: the part of the base that exists, and URLs of servers that have it.
pub(crate) fn refusal(id: u32, code: u8, matched: &str, referrals: &[String]) -> Vec<u8> {
    let mut parts = vec![tlv(0x0a, &[code]), text(matched), text("")];
    if !referrals.is_empty() {
        let urls: Vec<_> = referrals.iter().map(text).collect();
        parts.push(seq(0xa3, &urls));
    }
    message(id, seq(0x65, &parts))
}

/// A reference of a search to another server.
pub(crate) fn reference(id: u32, url: &str) -> Vec<u8> {
    message(id, seq(0x73, &[text(url)]))
}

/// The end of a page.
pub(crate) fn page_done(id: u32, cookie: &[u8]) -> Vec<u8> {
    with_cookie(id, result(0x65, 0, ""), cookie)
}

/// The end of a search with a page's cookie.
pub(crate) fn with_cookie(id: u32, done: Vec<u8>, cookie: &[u8]) -> Vec<u8> {
    let value = seq(0x30, &[integer(0), text(cookie)]);
    let control = seq(0x30, &[text(PAGED_RESULTS), text(value)]);
    seq(0x30, &[integer(id), done, seq(0xa0, &[control])])
}

/// A search entry with attributes and their values.
pub(crate) fn entry(id: u32, dn: &str, attributes: &[(String, Vec<Vec<u8>>)]) -> Vec<u8> {
    let attributes: Vec<_> = attributes
        .iter()
        .map(|(name, values)| {
            let values: Vec<_> = values.iter().map(text).collect();
            seq(0x30, &[text(name), seq(0x31, &values)])
        })
        .collect();
    message(id, seq(0x64, &[text(dn), seq(0x30, &attributes)]))
}

/// A number that is not negative, in as few bytes as it takes.
pub(crate) fn integer(number: u32) -> Vec<u8> {
    let bytes = u64::from(number).to_be_bytes();
    let mut first = bytes.iter().position(|byte| *byte != 0).unwrap_or(7);
    // The first bit would be a sign.
    if bytes[first] >= 0x80 {
        first -= 1;
    }
    tlv(0x02, &bytes[first..])
}

/// A client's request.
#[derive(Debug)]
pub(crate) struct Request {
    pub id: u32,
    pub operation: Operation,
}

/// The operations that a reader of directories asks for.
#[derive(Debug)]
pub(crate) enum Operation {
    Bind,
    Search(Search),
    Extended,
    /// One without an answer: unbind, abandon.
    Unanswered,
}

/// A search that a client asks for.
#[derive(Debug, Clone)]
pub struct Search {
    /// The DN at which it begins.
    pub base: String,
    /// True if only the base is searched.
    pub only_base: bool,
    /// The attributes that are asked for.
    pub attributes: Vec<String>,
    /// The cookie of the page before; `None`: no pages are asked for.
    pub cookie: Option<Vec<u8>>,
}

/// The next request; `None` when the client has hung up or talks no LDAP.
pub(crate) async fn read(stream: &mut (impl AsyncRead + Unpin)) -> Option<Request> {
    stream.read_u8().await.ok().filter(|tag| *tag == 0x30)?;
    let length = match stream.read_u8().await.ok()? {
        short @ 0..0x80 => usize::from(short),
        long => {
            let mut length = 0_usize;
            for _ in 0..long & 0x7f {
                length = length
                    .checked_mul(256)?
                    .checked_add(stream.read_u8().await.ok()?.into())?;
            }
            length
        }
    };
    if length > MAX_REQUEST {
        return None;
    }
    let mut content = vec![0; length];
    stream.read_exact(&mut content).await.ok()?;
    parse(&content)
}

fn parse(mut content: &[u8]) -> Option<Request> {
    let (_, id) = take(&mut content)?;
    let id = id.iter().fold(0, |number, byte| (number << 8) | u32::from(*byte));
    let (tag, body) = take(&mut content)?;
    let operation = match tag {
        0x60 => Operation::Bind,
        0x63 => Operation::Search(parse_search(body, content)?),
        0x77 => Operation::Extended,
        _ => Operation::Unanswered,
    };
    Some(Request { id, operation })
}

fn parse_search(mut body: &[u8], mut controls: &[u8]) -> Option<Search> {
    let (_, base) = take(&mut body)?;
    let (_, scope) = take(&mut body)?;
    // Aliases, size limit, time limit, types only, filter.
    for _ in 0..5 {
        take(&mut body)?;
    }
    let (_, mut names) = take(&mut body)?;
    let mut attributes = Vec::new();
    while let Some((_, name)) = take(&mut names) {
        attributes.push(String::from_utf8_lossy(name).into_owned());
    }
    let mut cookie = None;
    if let Some((0xa0, mut list)) = take(&mut controls) {
        while let Some((_, control)) = take(&mut list) {
            cookie = cookie.or_else(|| page_cookie(control));
        }
    }
    Some(Search {
        base: String::from_utf8_lossy(base).into_owned(),
        only_base: scope == [0],
        attributes,
        cookie,
    })
}

fn page_cookie(mut control: &[u8]) -> Option<Vec<u8>> {
    let (_, kind) = take(&mut control)?;
    if kind != PAGED_RESULTS {
        return None;
    }
    let mut last = take(&mut control)?;
    if let Some(next) = take(&mut control) {
        last = next;
    }
    let (_, mut value) = take(&mut { last.1 })?;
    take(&mut value)?;
    take(&mut value).map(|(_, cookie)| cookie.to_vec())
}

fn take<'a>(input: &mut &'a [u8]) -> Option<(u8, &'a [u8])> {
    let (&tag, rest) = input.split_first()?;
    let (&first, mut rest) = rest.split_first()?;
    let mut length = usize::from(first);
    if first >= 0x80 {
        let (bytes, after) = rest.split_at_checked(usize::from(first & 0x7f))?;
        length = bytes.iter().try_fold(0_usize, |length, byte| {
            length.checked_mul(256)?.checked_add((*byte).into())
        })?;
        rest = after;
    }
    let (content, rest) = rest.split_at_checked(length)?;
    *input = rest;
    Some((tag, content))
}
