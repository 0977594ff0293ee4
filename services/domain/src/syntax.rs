//! Shared parts of the text parsers: the position of an error, and a cursor that knows its position.

/// Position and reason of an error in a text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct SyntaxError {
    /// In characters, from 0.
    pub position: usize,
    /// What was expected there.
    pub(crate) expected: Expected,
    /// The character that was found there; `None` at the end.
    pub(crate) found: Option<char>,
}

/// What a text should have where it is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expected {
    /// These characters.
    Symbol(&'static str),
    HexPair,
    /// The code of a character that is escaped in a filter.
    FilterEscape,
    /// The next number of an object identifier.
    FurtherNumber,
    Number,
    Attribute,
    /// An option of an attribute.
    Option,
    /// Nothing that an attribute cannot have.
    EndOfAttribute,
    EndOfFilter,
    /// The end of a component of a filter.
    EndOfComponent,
    /// The end of components of a filter.
    EndOfList,
    /// At most so many components within each other.
    Levels(usize),
    /// A comparison.
    Operator,
    /// A matching rule, or the end of the matching rules.
    RuleOrNot,
    /// A matching rule, the attributes of DNs, or the end of both.
    Rule,
    /// A matching rule that is not taken for the attributes of DNs.
    RuleNotDn,
    /// A matching rule that cannot be left out.
    RuleNeeded,
    /// An attribute of a DN.
    DnAttribute,
    /// The next part of a DN, or its end.
    NextPart,
    /// A character that can be escaped.
    Escaped,
}

/// A position in a text.
pub(crate) struct Cursor<'a> {
    text: &'a str,
    /// In bytes, on the border of a character.
    offset: usize,
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self { text, offset: 0 }
    }

    pub(crate) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(crate) fn bump(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.offset += next.len_utf8();
        Some(next)
    }

    /// Steps over `wanted` if it is next.
    pub(crate) fn eat(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        if found {
            self.offset += wanted.len_utf8();
        }
        found
    }

    pub(crate) fn eat_while(&mut self, wanted: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let end = rest.find(|c| !wanted(c)).unwrap_or(rest.len());
        self.offset += end;
        &rest[..end]
    }

    pub(crate) fn skip_space(&mut self) {
        self.eat_while(is_space);
    }

    /// The text that was passed since `start`, an earlier [`Cursor::offset`].
    pub(crate) fn since(&self, start: usize) -> &'a str {
        &self.text[start..self.offset]
    }

    pub(crate) fn offset(&self) -> usize {
        self.offset
    }

    /// Steps over a character that a DN escapes by a backslash alone (RFC 4514 section 3), if one is next.
    pub(crate) fn eat_dn_special(&mut self) -> Option<u8> {
        let special = self.peek().filter(|c| r##" "#+,;<=>\"##.contains(*c))?;
        self.bump();
        // All of these are ASCII.
        u8::try_from(special).ok()
    }

    /// Two hexadecimal digits as the byte that they write.
    pub(crate) fn hex_pair(&mut self, expected: Expected) -> Result<u8, SyntaxError> {
        let mut byte = 0;
        for _ in 0..2 {
            let digit = self
                .peek()
                .and_then(|c| c.to_digit(16))
                .and_then(|d| u8::try_from(d).ok());
            byte = byte << 4 | digit.ok_or_else(|| self.error(expected))?;
            self.bump();
        }
        Ok(byte)
    }

    /// An object identifier of RFC 4512: a name, or numbers joined by dots.
    pub(crate) fn oid(&mut self, expected: Expected) -> Result<&'a str, SyntaxError> {
        let start = self.offset;
        match self.peek() {
            Some(c) if c.is_ascii_alphabetic() => {
                self.eat_while(is_keychar);
            }
            Some(c) if c.is_ascii_digit() => self.numeric_oid()?,
            _ => return Err(self.error(expected)),
        }
        Ok(self.since(start))
    }

    fn numeric_oid(&mut self) -> Result<(), SyntaxError> {
        self.number()?;
        if self.peek() != Some('.') {
            return Err(self.error(Expected::FurtherNumber));
        }
        while self.eat('.') {
            self.number()?;
        }
        Ok(())
    }

    fn number(&mut self) -> Result<(), SyntaxError> {
        let leading_zero = self.peek() == Some('0');
        let digits = self.eat_while(|c| c.is_ascii_digit());
        if digits.is_empty() || leading_zero && digits.len() > 1 {
            self.offset -= digits.len();
            return Err(self.error(Expected::Number));
        }
        Ok(())
    }

    /// Error that another text was expected here.
    pub(crate) fn error(&self, expected: Expected) -> SyntaxError {
        SyntaxError {
            position: self.text[..self.offset].chars().count(),
            expected,
            found: self.peek(),
        }
    }

    /// Error that another text was expected in place of the ASCII character that was just passed.
    pub(crate) fn error_before(&self, found: u8, expected: Expected) -> SyntaxError {
        SyntaxError {
            position: self.text[..self.offset - 1].chars().count(),
            expected,
            found: Some(char::from(found)),
        }
    }

    fn rest(&self) -> &'a str {
        &self.text[self.offset..]
    }
}

/// True for a character that people may put between parts of a filter, a DN or a list, to lay it out.
pub(crate) fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n')
}

/// True for a character that a name of RFC 4512 may have after its first letter.
pub(crate) fn is_keychar(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '-'
}
