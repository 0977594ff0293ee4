//! Directories that can be read.

pub(crate) mod ldap;
