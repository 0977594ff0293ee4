//! The calls: convert, do, convert.

mod account;
mod account_request;
mod bind;
mod domain_list;
mod run;
mod seal;
mod test_request;

pub(crate) use account::AccountCalls;
pub(crate) use run::RunCalls;
