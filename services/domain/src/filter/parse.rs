//! The parser of filters, by recursive descent of bounded depth.

use super::{Comparison, Extensible, Filter, FilterError, Substrings};
use crate::attribute::AttributeDescription;
use crate::dn::Dn;
use crate::syntax::{Cursor, Expected, is_space};

pub(super) fn filter(text: &str) -> Result<Filter, FilterError> {
    let mut cursor = Cursor::new(text.trim_end_matches(is_space));
    cursor.skip_space();
    let filter = if cursor.peek() == Some('(') {
        component(&mut cursor, 0)
    } else {
        body(&mut cursor, 0)
    }?;
    cursor.skip_space();
    match cursor.peek() {
        None => Ok(filter),
        Some(_) => Err(cursor.error(Expected::EndOfFilter)),
    }
}

/// A filter in its parentheses.
fn component(cursor: &mut Cursor<'_>, depth: usize) -> Result<Filter, FilterError> {
    if depth >= Filter::MAX_DEPTH {
        return Err(cursor.error(Expected::Levels(Filter::MAX_DEPTH)));
    }
    if !cursor.eat('(') {
        return Err(cursor.error(Expected::Symbol("(")));
    }
    cursor.skip_space();
    let filter = body(cursor, depth)?;
    cursor.skip_space();
    if !cursor.eat(')') {
        let is_list = matches!(filter, Filter::And(_) | Filter::Or(_));
        return Err(cursor.error(if is_list {
            Expected::EndOfList
        } else {
            Expected::EndOfComponent
        }));
    }
    Ok(filter)
}

/// Reads the content between the parentheses.
fn body(cursor: &mut Cursor<'_>, depth: usize) -> Result<Filter, FilterError> {
    if cursor.eat('&') {
        list(cursor, depth).map(Filter::And)
    } else if cursor.eat('|') {
        list(cursor, depth).map(Filter::Or)
    } else if cursor.eat('!') {
        cursor.skip_space();
        let filter = if cursor.peek() == Some('(') {
            component(cursor, depth + 1)
        } else {
            item(cursor)
        }?;
        Ok(Filter::Not(Box::new(filter)))
    } else {
        item(cursor)
    }
}

fn list(cursor: &mut Cursor<'_>, depth: usize) -> Result<Vec<Filter>, FilterError> {
    cursor.skip_space();
    let mut filters = vec![component(cursor, depth + 1)?];
    loop {
        cursor.skip_space();
        if cursor.peek() != Some('(') {
            return Ok(filters);
        }
        filters.push(component(cursor, depth + 1)?);
    }
}

fn item(cursor: &mut Cursor<'_>) -> Result<Filter, FilterError> {
    if cursor.peek() == Some(':') {
        return extensible(cursor, None);
    }
    let attribute = AttributeDescription::parse_at(cursor)?;
    let comparison = match cursor.peek() {
        Some('=') => {
            cursor.bump();
            return equality(cursor, attribute);
        }
        Some(':') => return extensible(cursor, Some(attribute)),
        Some('~') => Comparison::Approximate,
        Some('>') => Comparison::GreaterOrEqual,
        Some('<') => Comparison::LessOrEqual,
        _ => return Err(cursor.error(Expected::Operator)),
    };
    cursor.bump();
    if !cursor.eat('=') {
        return Err(cursor.error(Expected::Symbol("=")));
    }
    Ok(Filter::Compare(attribute, comparison, value(cursor)?))
}

/// Reads the text after `attribute=`: a value, parts of one with asterisks between them, or only an asterisk.
fn equality(cursor: &mut Cursor<'_>, attribute: AttributeDescription) -> Result<Filter, FilterError> {
    let initial = value(cursor)?;
    if cursor.peek() != Some('*') {
        return Ok(Filter::Compare(attribute, Comparison::Equal, initial));
    }
    let mut any = Vec::new();
    while cursor.eat('*') {
        any.push(value(cursor)?);
    }
    let last = any.pop().filter(|part| !part.is_empty());
    // Several asterisks in a row mean the same as one.
    any.retain(|part| !part.is_empty());
    let initial = Some(initial).filter(|part| !part.is_empty());
    if initial.is_none() && any.is_empty() && last.is_none() {
        return Ok(Filter::Present(attribute));
    }
    Ok(Filter::Substrings(attribute, Substrings { initial, any, last }))
}

/// Reads an extensible match after its attribute, from the first colon on.
fn extensible(
    cursor: &mut Cursor<'_>,
    attribute: Option<AttributeDescription>,
) -> Result<Filter, FilterError> {
    let mut dn_attributes = false;
    let mut rule = None;
    loop {
        if !cursor.eat(':') {
            return Err(cursor.error(if rule.is_some() {
                Expected::Symbol(":=")
            } else {
                Expected::RuleOrNot
            }));
        }
        if rule.is_some() || cursor.peek() == Some('=') {
            break;
        }
        let name = cursor.oid(Expected::Rule)?;
        if !dn_attributes && name.eq_ignore_ascii_case("dn") {
            dn_attributes = true;
        } else if !dn_attributes && name.starts_with("dn") {
            // No rule is named so, and the LDAP library would take the beginning for `:dn`.
            return Err(cursor.error(Expected::RuleNotDn));
        } else {
            rule = Some(name.to_owned());
        }
    }
    if attribute.is_none() && rule.is_none() {
        return Err(cursor.error(Expected::RuleNeeded));
    }
    if !cursor.eat('=') {
        return Err(cursor.error(Expected::Symbol("=")));
    }
    Ok(Filter::Extensible(Extensible {
        attribute,
        dn_attributes,
        rule,
        value: value(cursor)?,
    }))
}

/// A value, up to what cannot be part of one unescaped.
///
/// A DN is often pasted as the directory shows it, with its own escapes (RFC 4514 section 2.4): `CN=Staff\, all`. A
/// backslash that no two hexadecimal digits follow belongs to the value there, and is an error in any other value.
fn value(cursor: &mut Cursor<'_>) -> Result<Vec<u8>, FilterError> {
    let mut bytes = Vec::new();
    let mut of_dn = None;
    loop {
        let plain = cursor.eat_while(|c| !matches!(c, '(' | ')' | '*' | '\\' | '\0'));
        bytes.extend_from_slice(plain.as_bytes());
        if !cursor.eat('\\') {
            break;
        }
        if let Some(escaped) = cursor.eat_dn_special() {
            of_dn.get_or_insert_with(|| cursor.error_before(escaped, Expected::FilterEscape));
            bytes.extend([b'\\', escaped]);
        } else {
            bytes.push(cursor.hex_pair(Expected::FilterEscape)?);
        }
    }
    match of_dn {
        Some(error) if !is_dn(&bytes) => Err(error),
        _ => Ok(bytes),
    }
}

fn is_dn(value: &[u8]) -> bool {
    std::str::from_utf8(value).is_ok_and(|text| Dn::parse(text).is_ok())
}
