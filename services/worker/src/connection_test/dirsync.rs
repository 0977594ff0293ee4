//! Right of this account to ask Active Directory for changes: the DirSync control.

use ldap3::{Scope, SearchOptions, controls::RawControl};
use rollcall_domain::ldap;

use super::ask::ask;
use crate::source::ldap::{
    connection::Connection,
    error::{DirectoryError, Operation},
    oid,
    search::Query,
};

/// Value of the DirSync control. Flags: object security, so that an ordinary account may ask. Then 1 byte at most, and no cookie.
const REQUEST: &[u8] = b"\x30\x08\x02\x01\x01\x02\x01\x01\x04\x00";
/// A server that has to look through everything for an answer is not waited for.
const SECONDS: i32 = 5;
/// The filter names one entry; some servers answer further ones of its class.
const MOST: usize = 100;

/// True if a naming context answers this account's DirSync.
pub(super) async fn is_allowed(connection: &mut Connection, context: &str) -> Result<bool, DirectoryError> {
    let attributes = ["name".to_owned()];
    let query = Query {
        base: context,
        scope: Scope::Subtree,
        filter: "(objectClass=domain)",
        attributes: &attributes,
        operation: Operation::Search,
    };
    // It is critical: a server that does not know it must say so.
    connection.ldap.with_controls(vec![RawControl {
        ctype: oid::DIRSYNC.to_owned(),
        crit: true,
        val: Some(REQUEST.to_vec()),
    }]);
    connection
        .ldap
        .with_search_options(SearchOptions::new().timelimit(SECONDS));
    let code = ask(connection, query, MOST).await?.code();
    // Rights are judged before anything is looked for.
    Ok(matches!(
        code,
        ldap::SUCCESS | ldap::TIME_LIMIT_EXCEEDED | ldap::SIZE_LIMIT_EXCEEDED
    ))
}
