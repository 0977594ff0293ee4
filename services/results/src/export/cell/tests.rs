use rollcall_proto::v1::{AddressType, ObjectType, Reason, Verdict};

use super::*;

fn row(address: &str) -> Row {
    Row {
        address: address.into(),
        verdict: Verdict::Add.into(),
        reason: Reason::NewAccount.into(),
        address_type: AddressType::Primary.into(),
        primary_address: "ann@acme.example".into(),
        directory_type: AddressType::Alias.into(),
        directory_primary: "a.smith@acme.example".into(),
        object_type: ObjectType::User.into(),
        ..Row::default()
    }
}

fn lines(rows: &[Row]) -> String {
    let mut lines = Lines::new();
    for row in rows {
        lines.row(row).unwrap();
    }
    String::from_utf8(lines.finish().unwrap()).unwrap()
}

#[test]
fn a_line_shows_the_directory_s_side_first_and_ends_in_crlf() {
    let mut written = Lines::new();
    written.header().unwrap();
    written.row(&row("a@acme.example")).unwrap();
    assert_eq!(
        String::from_utf8(written.finish().unwrap()).unwrap(),
        "address,address_type,primary_address,object_type,verdict,reason,portal_primary_address\r\n\
         a@acme.example,ALIAS,a.smith@acme.example,USER,ADD,NEW_ACCOUNT,ann@acme.example\r\n"
    );
}

#[test]
fn what_is_unspecified_or_absent_is_an_empty_cell() {
    let absent = Row {
        address: "a@b.example".into(),
        verdict: Verdict::Keep.into(),
        ..Row::default()
    };
    assert_eq!(lines(&[absent]), "a@b.example,,,,KEEP,,\r\n");
}

#[test]
fn a_formula_is_defused() {
    for (cell, written) in [
        ("=1+1", "'=1+1"),
        ("+49", "'+49"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\tx", "'\tx"),
        ("\rx", "'\rx"),
        ("\nx", "'\nx"),
        ("＝1+1", "'＝1+1"),
        ("a=1", "a=1"),
        ("'=1", "'=1"),
        (" =1", " =1"),
        ("", ""),
        ("ann@acme.example", "ann@acme.example"),
    ] {
        assert_eq!(defused(cell), written, "{cell:?}");
    }
}

#[test]
fn a_cell_is_quoted_where_rfc_4180_asks_for_it() {
    for (cell, written) in [
        ("a,b", "\"a,b\""),
        ("a\"b", "\"a\"\"b\""),
        ("a\r\nb", "\"a\r\nb\""),
        ("=HYPERLINK(\"x\",\"y\")", "\"'=HYPERLINK(\"\"x\"\",\"\"y\"\")\""),
        ("a b", "a b"),
        ("ä\\xff", "ä\\xff"),
    ] {
        let line = lines(&[row(cell)]);
        assert!(line.starts_with(&format!("{written},ALIAS,")), "{line:?}");
    }
}

#[test]
fn what_is_written_reads_back() {
    let cells = ["a,b", "\"", "x\r\ny", "ünï@acme.example"];
    let text = lines(&cells.map(row));
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(text.as_bytes());
    let read: Vec<String> = reader
        .records()
        .map(|record| record.unwrap()[0].to_owned())
        .collect();
    assert_eq!(read, cells);
}

#[test]
fn the_length_counts_every_line_written() {
    let mut written = Lines::new();
    assert_eq!(written.len(), 0);
    written.row(&row("a@acme.example")).unwrap();
    let len = written.len();
    assert_eq!(written.finish().unwrap().len(), len);
}
