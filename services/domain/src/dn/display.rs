//! DNs as text.

use std::fmt::{self, Display, Formatter, Write};

use crate::invisible::is_invisible;

use super::{Pair, Rdn, Value};

pub(super) fn joined<T: Display>(f: &mut Formatter<'_>, separator: &str, items: &[T]) -> fmt::Result {
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            f.write_str(separator)?;
        }
        item.fmt(f)?;
    }
    Ok(())
}

impl Display for Rdn {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        joined(f, "+", &self.0)
    }
}

impl Display for Pair {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}=", self.attribute)?;
        match &self.value {
            Value::Text(bytes) => write_text(f, bytes),
            Value::Ber(bytes) => {
                f.write_char('#')?;
                bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }
    }
}

fn write_text(f: &mut Formatter<'_>, bytes: &[u8]) -> fmt::Result {
    let end = bytes.len();
    let mut position = 0;
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            let first = position == 0;
            position += c.len_utf8();
            let special = match c {
                '"' | '+' | ',' | ';' | '<' | '>' | '\\' => true,
                ' ' => first || position == end,
                '#' => first,
                _ => false,
            };
            if special {
                f.write_char('\\')?;
            }
            if is_invisible(c) {
                c.encode_utf8(&mut [0; 4])
                    .bytes()
                    .try_for_each(|byte| write!(f, "\\{byte:02x}"))?;
            } else {
                f.write_char(c)?;
            }
        }
        for byte in chunk.invalid() {
            write!(f, "\\{byte:02x}")?;
            position += 1;
        }
    }
    Ok(())
}
