//! The parser of DNs.

use super::{Dn, DnError, Pair, Rdn, Value};
use crate::syntax::{Cursor, Expected, is_space};

pub(super) fn dn(text: &str) -> Result<Dn, DnError> {
    let mut cursor = Cursor::new(text);
    let mut rdns = Vec::new();
    cursor.skip_space();
    if cursor.peek().is_none() {
        return Ok(Dn { rdns });
    }
    loop {
        rdns.push(rdn(&mut cursor)?);
        if !cursor.eat(',') {
            break;
        }
    }
    match cursor.peek() {
        None => Ok(Dn { rdns }),
        Some(_) => Err(cursor.error(Expected::NextPart)),
    }
}

fn rdn(cursor: &mut Cursor<'_>) -> Result<Rdn, DnError> {
    let mut pairs = vec![pair(cursor)?];
    while cursor.eat('+') {
        pairs.push(pair(cursor)?);
    }
    Ok(Rdn(pairs))
}

fn pair(cursor: &mut Cursor<'_>) -> Result<Pair, DnError> {
    cursor.skip_space();
    let attribute = cursor.oid(Expected::DnAttribute)?.to_owned();
    cursor.skip_space();
    if !cursor.eat('=') {
        return Err(cursor.error(Expected::Symbol("=")));
    }
    cursor.skip_space();
    let value = if cursor.eat('#') {
        ber(cursor)?
    } else {
        text(cursor)?
    };
    Ok(Pair { attribute, value })
}

fn ber(cursor: &mut Cursor<'_>) -> Result<Value, DnError> {
    let mut bytes = vec![cursor.hex_pair(Expected::HexPair)?];
    while cursor.peek().is_some_and(|c| c.is_ascii_hexdigit()) {
        bytes.push(cursor.hex_pair(Expected::HexPair)?);
    }
    cursor.skip_space();
    Ok(Value::Ber(bytes))
}

fn text(cursor: &mut Cursor<'_>) -> Result<Value, DnError> {
    let mut bytes = Vec::new();
    // Unescaped spaces at the end are layout. A space that belongs to the value is escaped there.
    let mut end = 0;
    loop {
        let plain = cursor.eat_while(|c| !matches!(c, ',' | '+' | '"' | '\\' | '<' | '>' | ';' | '\0'));
        bytes.extend_from_slice(plain.as_bytes());
        let trimmed = plain.trim_end_matches(is_space).len();
        if trimmed > 0 {
            end = bytes.len() - (plain.len() - trimmed);
        }
        if !cursor.eat('\\') {
            bytes.truncate(end);
            return Ok(Value::Text(bytes));
        }
        bytes.push(escaped(cursor)?);
        end = bytes.len();
    }
}

fn escaped(cursor: &mut Cursor<'_>) -> Result<u8, DnError> {
    if let Some(special) = cursor.eat_dn_special() {
        return Ok(special);
    }
    match cursor.peek() {
        Some(c) if c.is_ascii_hexdigit() => cursor.hex_pair(Expected::HexPair),
        _ => Err(cursor.error(Expected::Escaped)),
    }
}
