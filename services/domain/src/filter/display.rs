//! The canonical form of a filter.

use std::fmt::{self, Display, Formatter, Write};

use crate::invisible::is_invisible;

use super::{Comparison, Extensible, Filter, Substrings};

impl Display for Filter {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_char('(')?;
        match self {
            Self::And(filters) => write_list(f, '&', filters),
            Self::Or(filters) => write_list(f, '|', filters),
            Self::Not(filter) => write!(f, "!{filter}"),
            Self::Present(attribute) => write!(f, "{attribute}=*"),
            Self::Compare(attribute, comparison, value) => {
                write!(f, "{attribute}{comparison}{}", Value(value))
            }
            Self::Substrings(attribute, parts) => write!(f, "{attribute}={parts}"),
            Self::Extensible(extensible) => extensible.fmt(f),
        }?;
        f.write_char(')')
    }
}

fn write_list(f: &mut Formatter<'_>, operator: char, filters: &[Filter]) -> fmt::Result {
    f.write_char(operator)?;
    filters.iter().try_for_each(|filter| filter.fmt(f))
}

impl Display for Comparison {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Equal => "=",
            Self::Approximate => "~=",
            Self::GreaterOrEqual => ">=",
            Self::LessOrEqual => "<=",
        })
    }
}

impl Display for Substrings {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let part = |part: &Option<Vec<u8>>, f: &mut Formatter<'_>| match part {
            Some(bytes) => Value(bytes).fmt(f),
            None => Ok(()),
        };
        part(&self.initial, f)?;
        f.write_char('*')?;
        for any in &self.any {
            write!(f, "{}*", Value(any))?;
        }
        part(&self.last, f)
    }
}

impl Display for Extensible {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if let Some(attribute) = &self.attribute {
            attribute.fmt(f)?;
        }
        if self.dn_attributes {
            f.write_str(":dn")?;
        }
        if let Some(rule) = &self.rule {
            write!(f, ":{rule}")?;
        }
        write!(f, ":={}", Value(&self.value))
    }
}

/// A value as text. Characters with a meaning in a filter and invisible ones are escaped; a value that is not text is
/// escaped as a whole.
struct Value<'a>(&'a [u8]);

impl Display for Value<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Ok(text) = std::str::from_utf8(self.0) else {
            return self.0.iter().try_for_each(|byte| write!(f, "\\{byte:02x}"));
        };
        text.chars().try_for_each(|c| match c {
            '*' | '(' | ')' | '\\' => write!(f, "\\{:02x}", u32::from(c)),
            c if is_invisible(c) => c
                .encode_utf8(&mut [0; 4])
                .bytes()
                .try_for_each(|byte| write!(f, "\\{byte:02x}")),
            c => f.write_char(c),
        })
    }
}
