//! The broker's users, as the table for operators has them.

use std::collections::BTreeMap;

use crate::error::{Error, Result};
use crate::place::secret;
use crate::service::Kind;

const TABLE: &str = include_str!("../../../../deploy/rabbitmq/permissions.tsv");

/// The user that declares the topology.
pub const OPERATOR: &str = "rollcall_operator";
/// The portal's user.
pub const PORTAL: &str = "rollcall_portal";

/// A service's user.
pub fn user_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Scheduler => "rollcall_scheduler",
        Kind::Worker => "rollcall_worker",
        Kind::Reconcile => "rollcall_reconcile",
        Kind::Results => "rollcall_results",
    }
}

/// A user, and the names that it may configure, write and read.
struct Row {
    user: &'static str,
    configure: &'static str,
    write: &'static str,
    read: &'static str,
}

fn rows() -> Result<Vec<Row>> {
    let lines = TABLE.lines().filter(|line| !line.starts_with('#'));
    let rows = lines.map(|line| match line.split('\t').collect::<Vec<_>>()[..] {
        [user, configure, write, read] => Ok(Row {
            user,
            configure,
            write,
            read,
        }),
        _ => Err(Error::Refused(format!("a row of four columns: {line:?}"))),
    });
    rows.collect()
}

/// A password for each user.
pub(super) fn passwords() -> Result<BTreeMap<String, String>> {
    Ok(rows()?
        .into_iter()
        .map(|row| (row.user.to_owned(), secret()))
        .collect())
}

/// Erlang that makes the users.
pub(super) fn making(passwords: &BTreeMap<String, String>) -> String {
    let calls = passwords.iter().map(|(user, password)| {
        format!("rabbit_auth_backend_internal:add_user(<<\"{user}\">>, <<\"{password}\">>, <<\"bed\">>), ")
    });
    calls.collect::<String>() + "made."
}

/// Erlang that gives the users their rights in a virtual host.
pub(super) fn permitting(vhost: &str) -> Result<String> {
    let calls = rows()?.into_iter().map(|row| {
        let Row {
            user,
            configure,
            write,
            read,
        } = row;
        format!(
            "ok = rabbit_auth_backend_internal:set_permissions(<<\"{user}\">>, <<\"{vhost}\">>, \
             <<\"{configure}\">>, <<\"{write}\">>, <<\"{read}\">>, <<\"bed\">>), "
        )
    });
    Ok(calls.collect::<String>() + "permitted.")
}
