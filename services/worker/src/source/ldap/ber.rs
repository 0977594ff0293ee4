//! Writes the messages of servers, good and hostile, for tests.

/// One element.
pub(crate) fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut element = vec![tag];
    match content.len() {
        length @ 0..0x80 => element.push(u8::try_from(length).unwrap()),
        // As Active Directory writes lengths.
        length => {
            element.push(0x84);
            element.extend(u32::try_from(length).unwrap().to_be_bytes());
        }
    }
    element.extend(content);
    element
}

/// One constructed element.
pub(crate) fn seq(tag: u8, parts: &[Vec<u8>]) -> Vec<u8> {
    tlv(tag, &parts.concat())
}

/// A message with this id.
pub(crate) fn message(id: u8, operation: Vec<u8>) -> Vec<u8> {
    seq(0x30, &[tlv(0x02, &[id]), operation])
}

/// A result of some operation.
pub(crate) fn result(tag: u8, code: u8, text: &str) -> Vec<u8> {
    seq(
        tag,
        &[tlv(0x0a, &[code]), tlv(0x04, b""), tlv(0x04, text.as_bytes())],
    )
}

/// The answer to a bind.
pub(crate) fn bound(id: u8, code: u8, text: &str) -> Vec<u8> {
    message(id, result(0x61, code, text))
}

/// The operation that a search entry is.
pub(crate) fn entry_operation(dn: &[u8], attributes: &[(&str, &[&[u8]])]) -> Vec<u8> {
    let attributes: Vec<_> = attributes
        .iter()
        .map(|(name, values)| {
            let values: Vec<_> = values.iter().map(|value| tlv(0x04, value)).collect();
            seq(0x30, &[tlv(0x04, name.as_bytes()), seq(0x31, &values)])
        })
        .collect();
    seq(0x64, &[tlv(0x04, dn), seq(0x30, &attributes)])
}

/// A search entry.
pub(crate) fn entry(id: u8, dn: &str, attributes: &[(&str, &[&[u8]])]) -> Vec<u8> {
    message(id, entry_operation(dn.as_bytes(), attributes))
}

/// The end of a search.
pub(crate) fn done(id: u8, code: u8, text: &str) -> Vec<u8> {
    message(id, result(0x65, code, text))
}

/// The end of a page.
pub(crate) fn page_done(id: u8, cookie: &[u8]) -> Vec<u8> {
    let value = seq(0x30, &[tlv(0x02, &[0]), tlv(0x04, cookie)]);
    let control = seq(0x30, &[tlv(0x04, b"1.2.840.113556.1.4.319"), tlv(0x04, &value)]);
    seq(
        0x30,
        &[tlv(0x02, &[id]), result(0x65, 0, ""), seq(0xa0, &[control])],
    )
}

/// Sequences within sequences.
pub(crate) fn nested(levels: usize) -> Vec<u8> {
    let mut inner = Vec::new();
    for _ in 0..levels {
        inner = tlv(0x30, &inner);
    }
    inner
}
