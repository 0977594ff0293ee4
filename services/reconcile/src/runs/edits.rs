//! The portal's own writes. Each takes the tenant's lock, and raises the tenant's generation, so that no run takes the
//! portal for unchanged.

pub(crate) mod accounts;
mod domain_list;
pub(crate) mod domains;
mod records;

pub(crate) use domain_list::DomainList;
