//! The table of methods and roles in the operators' guide.

use std::fmt::Write as _;

use super::{ROLES_OF_CALLERS, matrix};

/// One row per method of the contract, and a mark per role.
pub(in crate::grpc) fn table() -> String {
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
