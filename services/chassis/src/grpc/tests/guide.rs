//! Tables in the operators' guide that are made from the contract.

use std::fs;

use crate::grpc::{limits, methods};

const GUIDE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy/OPERATION.md");
/// Set, it makes this test write the tables.
const UPDATE: &str = "ROLLCALL_UPDATE_GUIDE";

#[test]
fn the_operators_guide_shows_who_may_call_each_method_and_what_each_field_may_hold() {
    assert_shown("roles", &methods::table_of_roles());
    assert_shown("limits", &limits::table_of_limits());
}

fn assert_shown(name: &str, table: &str) {
    let guide = fs::read_to_string(GUIDE).expect("the guide");
    let begin = format!("<!-- {name}: made from the contract -->\n");
    let end = format!("<!-- {name}: end -->\n");
    let (before, rest) = guide.split_once(&begin).expect("a place for the table");
    let (shown, after) = rest.split_once(&end).expect("the end of that place");
    let table = format!("\n{table}\n");
    if std::env::var_os(UPDATE).is_some() {
        fs::write(GUIDE, format!("{before}{begin}{table}{end}{after}")).expect("the guide");
    } else {
        assert_eq!(
            shown, table,
            "set {UPDATE}=1 and run this test again to write the table"
        );
    }
}
