//! Entries as LDIF describes them (RFC 2849): content records, without changes, URLs and options.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use crate::error::{Error, Result};

/// An entry that is about to be added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its DN.
    pub dn: String,
    /// Names and values of its attributes, in the order in which they stand. A name stands once for each value.
    pub attributes: Vec<(String, Vec<u8>)>,
}

impl Entry {
    /// The values of each attribute, the attributes in the order in which they first stand.
    pub fn values(&self) -> Vec<(String, Vec<Vec<u8>>)> {
        let mut all: Vec<(String, Vec<Vec<u8>>)> = Vec::new();
        for (name, value) in &self.attributes {
            match all.iter_mut().find(|(known, _)| known.eq_ignore_ascii_case(name)) {
                Some((_, values)) => values.push(value.clone()),
                None => all.push((name.clone(), vec![value.clone()])),
            }
        }
        all
    }
}

/// Reads entries. Refuses a line without a colon, a value that is not base64 where it must be, a DN that is not text,
/// and an entry that does not begin with its DN.
pub fn parse(text: &str) -> Result<Vec<Entry>> {
    let mut entries: Vec<Entry> = Vec::new();
    let mut is_new = true;
    for line in unfolded(text) {
        if line.is_empty() {
            is_new = true;
        } else if !line.starts_with('#') {
            let (name, value) = attribute(&line)?;
            match entries.last_mut() {
                Some(entry) if !is_new => entry.attributes.push((name, value)),
                _ if name.eq_ignore_ascii_case("dn") => entries.push(Entry {
                    dn: String::from_utf8(value).map_err(|_| refused(&line))?,
                    attributes: Vec::new(),
                }),
                _ => return Err(refused(&line)),
            }
            is_new = false;
        }
    }
    Ok(entries)
}

/// Lines, each with those that continue it.
fn unfolded(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines() {
        match (line.strip_prefix(' '), lines.last_mut()) {
            (Some(more), Some(last)) => last.push_str(more),
            _ => lines.push(line.to_owned()),
        }
    }
    lines
}

fn attribute(line: &str) -> Result<(String, Vec<u8>)> {
    let (name, value) = line.split_once(':').ok_or_else(|| refused(line))?;
    let value = match value.strip_prefix(':') {
        Some(encoded) => BASE64.decode(encoded.trim()).map_err(|_| refused(line))?,
        None => value.trim_start_matches(' ').as_bytes().to_vec(),
    };
    Ok((name.to_owned(), value))
}

fn refused(line: &str) -> Error {
    Error::Refused(format!("not a line of LDIF at this place: {line}"))
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn an_entry_is_read_with_values_of_any_bytes_and_lines_that_go_on() {
        let entries =
            parse("# two\ndn: CN=a,\n DC=x\ncn: a\nmail:: YcO8\nmail: b\n\n\ndn:: Q049Yg==\ncn:: /w==\n")
                .unwrap();
        assert_eq!(entries.len(), 2);
        assert_eq!(entries[0].dn, "CN=a,DC=x");
        assert_eq!(
            entries[0].values(),
            [
                ("cn".to_owned(), vec![b"a".to_vec()]),
                ("mail".to_owned(), vec!["aü".into(), b"b".to_vec()])
            ]
        );
        assert_eq!(entries[1].dn, "CN=b");
        assert_eq!(entries[1].attributes, [("cn".to_owned(), vec![0xff])]);
    }

    #[test]
    fn a_line_out_of_place_is_refused() {
        assert!(parse("cn: a").is_err());
        assert!(parse("dn: CN=a\n\ncn: a").is_err());
        assert!(parse("dn: CN=a\nword").is_err());
        assert!(parse("dn: CN=a\ncn:: ?").is_err());
    }
}
