//! Words and numbers within sentences.

use std::{fmt::Write as _, time::Duration};

use jiff::Timestamp;

/// A list in words: `a`, `a and b`, `a, b and c`.
pub(super) fn list(items: &[String]) -> String {
    let mut text = String::new();
    for (place, item) in items.iter().enumerate() {
        let link = match place {
            0 => "",
            _ if place + 1 == items.len() => " and ",
            _ => ", ",
        };
        // Writing to a String cannot fail.
        write!(text, "{link}{item}").ok();
    }
    text
}

/// A number with its thousands apart.
pub(super) fn number(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number of things: `1 account`, `2 accounts`.
pub(super) fn counted(number: u64, one: &str, more: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { more })
}

/// A length of time.
pub(super) fn seconds(time: Duration) -> String {
    match time.as_secs() {
        0 => format!("{} ms", time.as_millis()),
        1 => "1 second".to_owned(),
        seconds => format!("{seconds} seconds"),
    }
}

/// The day of a time.
pub(super) fn day(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d").to_string()
}

/// The minute of a time.
pub(super) fn minute(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

#[cfg(test)]
mod tests {
    use super::{list, number};

    #[test]
    fn lists_read_as_people_write_them() {
        let written = |items: &[&str]| list(&items.iter().map(|item| (*item).to_owned()).collect::<Vec<_>>());
        assert_eq!(written(&[]), "");
        assert_eq!(written(&["a"]), "a");
        assert_eq!(written(&["a", "b"]), "a and b");
        assert_eq!(written(&["a", "b", "c"]), "a, b and c");
    }

    #[test]
    fn numbers_have_their_thousands_apart() {
        let written = [0, 999, 1_000, 12_345, 1_234_567].map(number);
        assert_eq!(written, ["0", "999", "1,000", "12,345", "1,234,567"]);
    }
}
