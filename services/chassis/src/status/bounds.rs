//! Bounds of an answer that refuses a call.
//!
//! gRPC sends a status in the trailers of a call. Many clients accept 8 KiB of them, and break the call, or the whole
//! connection, over more. The message stands there twice: percent-encoded, which may triple it, and in the details, which
//! are in Base64.

/// Bytes of a message. Encoded as percents they are at most 3 KiB.
pub(super) const MESSAGE: usize = 1024;
/// Bytes of the violations in the details. With the message and an `ErrorInfo` they are some 4.5 KiB in Base64.
pub(super) const VIOLATIONS: usize = 2048;
/// Bytes of one field's path or description.
const TEXT: usize = 512;
/// Bytes that each violation takes beside its texts: tags and lengths.
const OVERHEAD: usize = 12;

/// In place of the rest of a text.
const REST: char = '…';

/// The text, or as much of it as fits so many bytes.
pub(super) fn shortened(mut text: String, bytes: usize) -> String {
    if text.len() > bytes {
        text.truncate(text.floor_char_boundary(bytes - REST.len_utf8()));
        text.push(REST);
    }
    text
}

/// The first violations, as many as fit.
pub(super) fn fitting(violations: Vec<(String, String)>) -> Vec<(String, String)> {
    let mut left = VIOLATIONS;
    violations
        .into_iter()
        .map(|(field, description)| (shortened(field, TEXT), shortened(description, TEXT)))
        .take_while(|(field, description)| {
            let fits = left.checked_sub(field.len() + description.len() + OVERHEAD);
            left = fits.unwrap_or_default();
            fits.is_some()
        })
        .collect()
}

/// The violations as one message: the first of them, and the number of the others.
pub(super) fn message(violations: &[(String, String)], others: impl Fn(usize) -> String) -> String {
    let mut message = String::new();
    for (index, (field, what)) in violations.iter().enumerate() {
        let next = format!("{}{field}: {what}", if index == 0 { "" } else { "; " });
        let others = others(violations.len() - index);
        if index > 0 && message.len() + next.len() + others.len() > MESSAGE {
            return message + &others;
        }
        message.push_str(&next);
    }
    message
}

#[cfg(test)]
mod tests {
    use super::*;

    fn others(count: usize) -> String {
        format!("; and {count} more")
    }

    fn violations(count: usize) -> Vec<(String, String)> {
        (0..count)
            .map(|n| (format!("field[{n}]"), "is wrong".to_owned()))
            .collect()
    }

    #[test]
    fn a_message_names_what_fits_and_counts_the_rest() {
        assert_eq!(
            message(&violations(2), others),
            "field[0]: is wrong; field[1]: is wrong"
        );
        let many = message(&violations(1000), others);
        assert!(many.len() <= MESSAGE, "{}", many.len());
        let named = many.matches("is wrong").count();
        assert!(many.ends_with(&format!("; and {} more", 1000 - named)), "{many}");
    }

    #[test]
    fn a_text_ends_between_characters() {
        assert_eq!(shortened("äöü".to_owned(), 6), "äöü");
        assert_eq!(shortened("äöüß".to_owned(), 7), "äö…");
    }

    #[test]
    fn violations_beyond_the_bound_are_left_out_and_a_long_one_is_shortened() {
        assert_eq!(fitting(violations(3)).len(), 3);
        let all = fitting(violations(10_000));
        let bytes: usize = all.iter().map(|(field, what)| field.len() + what.len()).sum();
        assert!(!all.is_empty() && bytes <= VIOLATIONS);
        let long = fitting(vec![("field".to_owned(), "x".repeat(100_000))]);
        assert_eq!(long.len(), 1);
    }
}
