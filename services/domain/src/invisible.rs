//! Invisible characters: what they are, how they are shown, and how a text is freed of them.
//!
//! A value with a zero-width space looks like the value without it, and is another. Rollcall therefore takes no such
//! character into an address, and shows it wherever it shows a text from elsewhere.

use std::borrow::Cow;
use std::fmt::{self, Write as _};

use icu_properties::props::{DefaultIgnorableCodePoint, GeneralCategory, GeneralCategoryGroup};
use icu_properties::{CodePointMapData, CodePointSetData};
use unicode_normalization::char::is_combining_mark;

/// Controls, format characters, and separators of words, lines and paragraphs.
const UNSEEN: GeneralCategoryGroup = GeneralCategoryGroup::Control
    .union(GeneralCategoryGroup::Format)
    .union(GeneralCategoryGroup::Separator);

/// Characters whose glyph is empty, although Unicode calls them symbols and marks: the braille pattern without dots, the
/// Khitan filler, the musical note without a head.
const BLANK: [char; 3] = ['\u{2800}', '\u{16fe4}', '\u{1d159}'];

/// True for a character that cannot be seen: a control, a format character, white space, a default-ignorable character
/// (such as a variation selector, a tag or a Hangul filler) or one with an empty glyph. A plain blank (U+0020) can be
/// seen between others.
pub fn is_invisible(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_control();
    }
    UNSEEN.contains(CodePointMapData::<GeneralCategory>::new().get(c))
        || CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c)
        || BLANK.contains(&c)
}

/// True if a text has an invisible character.
pub fn has_invisible(text: &str) -> bool {
    text.chars().any(is_invisible)
}

/// The text without white space and invisible characters at its ends, as they come along when a text is pasted. Control
/// characters that are no white space do not, and stay to be refused.
pub fn trim(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || is_invisible(c) && !c.is_control())
}

/// The text without its invisible characters.
pub fn strip(text: &str) -> Cow<'_, str> {
    if has_invisible(text) {
        Cow::Owned(text.chars().filter(|c| !is_invisible(*c)).collect())
    } else {
        Cow::Borrowed(text)
    }
}

/// The text with its invisible characters as `\u{200b}`. So is a combining mark that has nothing to combine with.
pub fn show(text: &str) -> Cow<'_, str> {
    show_all_but(text, |_| false)
}

/// The text with its invisible characters shown, except line feeds: a text of several lines.
pub fn show_lines(text: &str) -> Cow<'_, str> {
    show_all_but(text, |c| c == '\n')
}

/// A line of a log with its invisible characters shown, but for its end: no text in it begins a line of its own. In a
/// coloured one, the escape characters are those of the colours: whoever writes it has shown those of the texts.
pub fn show_log_line(line: &str, is_coloured: bool) -> Cow<'_, str> {
    let (text, end) = line.strip_suffix('\n').map_or((line, ""), |text| (text, "\n"));
    match show_all_but(text, |c| is_coloured && c == '\u{1b}') {
        Cow::Borrowed(_) => Cow::Borrowed(line),
        Cow::Owned(shown) => Cow::Owned(shown + end),
    }
}

/// JSON with its invisible characters as JSON writes them, such as `\u200b`: a program reads the same texts, and a person
/// sees them. JSON has such characters only in strings; those below U+0020 are escaped there already.
pub fn show_in_json(json: &str) -> Cow<'_, str> {
    let is_raw = |c: char| c >= ' ' && is_invisible(c);
    if !json.contains(is_raw) {
        return Cow::Borrowed(json);
    }
    let mut shown = String::with_capacity(json.len() + 8);
    for c in json.chars() {
        if is_raw(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                // Writing to a String cannot fail.
                write!(shown, "\\u{unit:04x}").ok();
            }
        } else {
            shown.push(c);
        }
    }
    Cow::Owned(shown)
}

/// Bytes as text, with `\xNN` for bytes that are not UTF-8, and with invisible characters shown.
pub fn show_bytes(bytes: &[u8]) -> Cow<'_, str> {
    text_of(bytes, show)
}

/// Bytes as text that any database stores, with `\xNN` for bytes that are not UTF-8 and for ASCII's control characters. A
/// name is kept so: other invisible characters are part of it.
pub fn escape_bytes(bytes: &[u8]) -> String {
    text_of(bytes, escape_controls).into_owned()
}

/// Bytes as text, with `\xNN` for bytes that are not UTF-8. All else stays as it is.
pub fn escape_no_text(bytes: &[u8]) -> Cow<'_, str> {
    fn unchanged(text: &str) -> Cow<'_, str> {
        Cow::Borrowed(text)
    }
    text_of(bytes, unchanged)
}

/// Bytes as text, with `\xNN` for bytes that are not UTF-8, and with each part that is as `valid` writes it.
fn text_of(bytes: &[u8], valid: impl Fn(&str) -> Cow<'_, str>) -> Cow<'_, str> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return valid(text);
    }
    let mut shown = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        shown.push_str(&valid(chunk.valid()));
        for byte in chunk.invalid() {
            push_byte(&mut shown, *byte);
        }
    }
    Cow::Owned(shown)
}

fn escape_controls(text: &str) -> Cow<'_, str> {
    if !text.contains(|c: char| c.is_ascii_control()) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match u8::try_from(c) {
            Ok(byte) if byte.is_ascii_control() => push_byte(&mut escaped, byte),
            _ => escaped.push(c),
        }
    }
    Cow::Owned(escaped)
}

/// A character by its code point, as `U+00A0`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CodePoint(pub char);

impl fmt::Display for CodePoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "U+{:04X}", u32::from(self.0))
    }
}

fn show_all_but(text: &str, is_layout: impl Fn(char) -> bool) -> Cow<'_, str> {
    // Most texts have nothing to show but ASCII, and nothing of it to escape.
    if text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic()) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 8);
    let mut stands_alone = true;
    for c in text.chars() {
        let layout = is_layout(c);
        let unseen = !layout && (is_invisible(c) || stands_alone && is_combining_mark(c));
        if unseen {
            shown.extend(c.escape_unicode());
        } else {
            shown.push(c);
        }
        stands_alone = layout || unseen;
    }
    Cow::Owned(shown)
}

fn push_byte(text: &mut String, byte: u8) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    text.push_str("\\x");
    for digit in [byte >> 4, byte & 15] {
        text.push(char::from(DIGITS[usize::from(digit)]));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_has_no_glyph_is_invisible() {
        for c in "\0\u{7f}\u{85}\u{9b}\t\n\u{a0}\u{ad}\u{34f}\u{61c}\u{115f}\u{1160}\u{1680}\u{17b4}\u{180b}\u{180e}\
                  \u{2000}\u{200a}\u{200b}\u{200c}\u{200d}\u{200e}\u{2028}\u{2029}\u{202a}\u{202e}\u{202f}\u{205f}\
                  \u{2060}\u{2065}\u{2066}\u{206f}\u{2800}\u{3000}\u{3164}\u{fe00}\u{fe0f}\u{feff}\u{ffa0}\u{fff0}\
                  \u{fff9}\u{16fe4}\u{1bca0}\u{1d159}\u{1d173}\u{e0001}\u{e0041}\u{e0100}\u{e0fff}"
            .chars()
        {
            assert!(is_invisible(c), "{}", CodePoint(c));
        }
    }

    #[test]
    fn what_has_a_glyph_is_visible() {
        for c in " a~ßä\u{301}ςعक用한\u{2010}\u{2026}☃💩\u{fffd}".chars() {
            assert!(!is_invisible(c), "{}", CodePoint(c));
        }
    }

    #[test]
    fn an_invisible_character_is_shown_by_its_number() {
        for (text, shown) in [
            ("ann\u{200b}.bell@x", r"ann\u{200b}.bell@x"),
            ("cay\u{ad}.dorn", r"cay\u{ad}.dorn"),
            ("\u{202a}dora \u{e0041}", r"\u{202a}dora \u{e0041}"),
            ("a\0b\n", r"a\u{0}b\u{a}"),
            ("Müller ☃", "Müller ☃"),
            ("", ""),
        ] {
            assert_eq!(show(text), shown);
        }
        assert_eq!(show_lines("a\u{a0}b\nc\r\n"), "a\\u{a0}b\nc\\u{d}\n");
    }

    #[test]
    fn json_stays_what_it_says() {
        let json = "{\n  \"dn\": \"CN=a\u{200b}\u{e0041}ü\\n\u{7f}\"\n}";
        let shown = show_in_json(json);
        assert_eq!(shown, "{\n  \"dn\": \"CN=a\\u200b\\udb40\\udc41ü\\n\\u007f\"\n}");
        assert_eq!(show_in_json("{\n \"a b\": \"ü\"}"), "{\n \"a b\": \"ü\"}");
    }

    #[test]
    fn no_text_in_a_line_of_a_log_begins_another_line_or_steers_a_terminal() {
        let line = "\u{1b}[1mWARN\ta\u{202e}\n2026 INFO forged\r\n";
        assert_eq!(
            show_log_line(line, false),
            "\\u{1b}[1mWARN\\u{9}a\\u{202e}\\u{a}2026 INFO forged\\u{d}\n"
        );
        assert_eq!(
            show_log_line(line, true),
            "\u{1b}[1mWARN\\u{9}a\\u{202e}\\u{a}2026 INFO forged\\u{d}\n"
        );
        assert_eq!(show_log_line("plain\n", false), "plain\n");
    }

    #[test]
    fn a_combining_mark_is_shown_by_its_number_where_it_combines_with_nothing() {
        assert_eq!(
            show("\u{301}e\u{301}\u{200b}\u{301}"),
            "\\u{301}e\u{301}\\u{200b}\\u{301}"
        );
    }

    #[test]
    fn bytes_that_are_no_text_are_shown_in_hexadecimal() {
        assert_eq!(show_bytes(b"M\xfcller@x"), r"M\xFCller@x");
        assert_eq!(show_bytes(b"\xf0\x9f\xe2\x80\x8b"), r"\xF0\x9F\u{200b}");
        assert_eq!(show_bytes("Müller".as_bytes()), "Müller");
    }

    #[test]
    fn a_name_is_kept_with_all_but_control_characters() {
        assert_eq!(escape_bytes(b"M\xfcller@x"), "M\\xFCller@x");
        assert_eq!(escape_bytes(b"\xf0\x9f"), "\\xF0\\x9F");
        assert_eq!(escape_bytes(b"a\0b\n"), "a\\x00b\\x0A");
        assert_eq!(escape_bytes("Mü\u{200d}ller".as_bytes()), "Mü\u{200d}ller");
    }

    #[test]
    fn ends_are_trimmed_and_the_middle_is_left() {
        assert_eq!(trim(" \u{200b}\u{a0}svc\u{a0}sync \t\u{feff}"), "svc\u{a0}sync");
        assert_eq!(trim("\u{a0} "), "");
        assert_eq!(trim("dc1\0\n"), "dc1\0");
    }

    #[test]
    fn stripping_leaves_blanks_alone() {
        assert_eq!(strip("\u{200b}a b\u{ad}c\0"), "a bc");
    }

    #[test]
    fn a_character_is_named_by_at_least_four_digits() {
        assert_eq!(CodePoint('\u{a0}').to_string(), "U+00A0");
        assert_eq!(CodePoint('\u{e0041}').to_string(), "U+E0041");
    }

    proptest! {
        #[test]
        fn what_is_shown_or_stripped_has_nothing_invisible(text in any::<String>(), bytes in any::<Vec<u8>>()) {
            prop_assert!(!has_invisible(&show(&text)) && !has_invisible(&strip(&text)));
            prop_assert!(!has_invisible(&show_bytes(&bytes)));
            prop_assert!(!escape_bytes(&bytes).contains('\0'));
            let shown = show(&text);
            prop_assert_eq!(show(&shown), &*shown);
        }
    }
}
