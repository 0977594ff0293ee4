//! The table of methods and roles in the operators' guide.

use std::{fmt::Write as _, fs};

use super::{ROLES_OF_CALLERS, matrix};

const GUIDE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy/OPERATION.md");
const BEGIN: &str = "<!-- roles: made from the contract -->\n";
const END: &str = "<!-- roles: end -->\n";
/// Set, it makes this test write the table.
const UPDATE: &str = "ROLLCALL_UPDATE_GUIDE";

/// One row per method of the contract, and a mark per role.
fn table() -> String {
    let mut text = "| Method |".to_owned();
    for role in ROLES_OF_CALLERS {
        let name = role.as_str_name().trim_start_matches("ROLE_").to_lowercase();
        write!(text, " {name} |").expect("text");
    }
    text.push_str("\n|---|");
    text.push_str(&":-:|".repeat(ROLES_OF_CALLERS.len()));
    text.push('\n');
    for (path, roles) in matrix() {
        let Some(method) = path.strip_prefix("/rollcall.") else {
            continue;
        };
        let method = method.rsplit_once("v1.").map_or(method, |(_, method)| method);
        write!(text, "| `{method}` |").expect("text");
        for role in ROLES_OF_CALLERS {
            text.push_str(if roles.contains(&role) { " ● |" } else { " |" });
        }
        text.push('\n');
    }
    text
}

#[test]
fn the_operators_guide_shows_who_may_call_each_method() {
    let guide = fs::read_to_string(GUIDE).expect("the guide");
    let (before, rest) = guide.split_once(BEGIN).expect("a place for the table");
    let (shown, after) = rest.split_once(END).expect("the end of that place");
    let table = format!("\n{}\n", table());
    if std::env::var_os(UPDATE).is_some() {
        fs::write(GUIDE, format!("{before}{BEGIN}{table}{END}{after}")).expect("the guide");
    } else {
        assert_eq!(
            shown, table,
            "set {UPDATE}=1 and run this test again to write the table"
        );
    }
}
