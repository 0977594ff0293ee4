//! Right of this account to ask Active Directory for changes: the DirSync control.

use ldap3::{Scope, SearchOptions, controls::RawControl};
use rollcall_domain::ldap;

use super::ask::{ask, names_alone};
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
    control(connection, oid::DIRSYNC, Some(REQUEST));
    let code = ask(connection, query, MOST).await?.code();
    // Rights are judged before anything is looked for.
    Ok(matches!(
        code,
        ldap::SUCCESS | ldap::TIME_LIMIT_EXCEEDED | ldap::SIZE_LIMIT_EXCEEDED
    ))
}

/// True if the naming context shows this account an object that was deleted.
pub(super) async fn shows_deleted(
    connection: &mut Connection,
    context: &str,
) -> Result<bool, DirectoryError> {
    let base = format!("CN=Deleted Objects,{context}");
    let attributes = names_alone();
    let query = Query {
        base: &base,
        scope: Scope::OneLevel,
        filter: "(isDeleted=TRUE)",
        attributes: &attributes,
        operation: Operation::Search,
    };
    control(connection, oid::SHOW_DELETED, None);
    connection
        .ldap
        .with_search_options(SearchOptions::new().sizelimit(1).timelimit(SECONDS));
    Ok(!ask(connection, query, MOST).await?.names.is_empty())
}

/// Control of the next request. It is critical: a server that does not know it must say so.
fn control(connection: &mut Connection, ctype: &str, value: Option<&[u8]>) {
    connection.ldap.with_controls(vec![RawControl {
        ctype: ctype.to_owned(),
        crit: true,
        val: value.map(<[u8]>::to_vec),
    }]);
    connection
        .ldap
        .with_search_options(SearchOptions::new().timelimit(SECONDS));
}
