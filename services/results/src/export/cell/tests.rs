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
fn a_file_begins_with_a_byte_order_mark_and_shows_the_directory_s_side_first() {
    let mut written = Lines::first().unwrap();
    written
        .row(&Row {
            object_dn: "CN=Ann Smith,DC=acme".into(),
            ..row("a@acme.example")
        })
        .unwrap();
    assert_eq!(
        String::from_utf8(written.finish().unwrap()).unwrap(),
        "\u{feff}address,address_type,primary_address,object_type,verdict,reason,portal_primary_address,\
         better_claim,object_dn\r\n\
         a@acme.example,ALIAS,a.smith@acme.example,USER,ADD,NEW_ACCOUNT,ann@acme.example,,\
         \"CN=Ann Smith,DC=acme\"\r\n"
    );
}

#[test]
fn what_is_unspecified_or_absent_is_an_empty_cell() {
    let absent = Row {
        address: "a@b.example".into(),
        verdict: Verdict::Keep.into(),
        ..Row::default()
    };
    assert_eq!(lines(&[absent]), "a@b.example,,,,KEEP,,,,\r\n");
}

#[test]
fn a_refused_claim_names_who_has_the_better_one_and_a_moved_address_names_nobody() {
    let with = |verdict: Verdict, reason: Reason| Row {
        verdict: verdict.into(),
        reason: reason.into(),
        other: "CN=Bob".into(),
        ..row("a@acme.example")
    };
    let refused = lines(&[with(Verdict::Skip, Reason::ClaimedByOtherObject)]);
    assert!(refused.ends_with(",ann@acme.example,CN=Bob,\r\n"), "{refused:?}");
    let moved = lines(&[with(Verdict::Update, Reason::Moved)]);
    assert!(moved.ends_with(",ann@acme.example,,\r\n"), "{moved:?}");
}

#[test]
fn what_cannot_be_seen_is_shown_in_every_cell() {
    let unseen = Row {
        object_dn: "CN=A\u{200b}\nCNF:1".into(),
        ..row("ann\u{ad}@acme.example")
    };
    let line = lines(&[unseen]);
    assert!(line.starts_with("ann\\u{ad}@acme.example,"), "{line:?}");
    assert!(line.ends_with(",CN=A\\u{200b}\\u{a}CNF:1\r\n"), "{line:?}");
}

#[test]
fn a_formula_is_defused() {
    for (cell, written) in [
        ("=1+1", "'=1+1"),
        ("+49", "'+49"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=x", "\\u{9}=x"),
        ("\r=x", "\\u{d}=x"),
        ("\u{feff}=x", "\\u{feff}=x"),
        ("＝1+1", "'＝1+1"),
        ("a=1", "a=1"),
        ("'=1", "''=1"),
        ("'a=1", "'a=1"),
        (" =1", " =1"),
        ("", ""),
        ("ann@acme.example", "ann@acme.example"),
    ] {
        let line = lines(&[row(cell)]);
        assert!(line.starts_with(&format!("{written},ALIAS,")), "{line:?}");
    }
}

#[test]
fn a_cell_is_quoted_where_rfc_4180_asks_for_it() {
    for (cell, written) in [
        ("a,b", "\"a,b\""),
        ("a\"b", "\"a\"\"b\""),
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
    let cells = ["a,b", "\"", "x;y", "ünï@acme.example"];
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
