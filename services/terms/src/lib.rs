//! Agreed words and agreed conditions: what several services, the command and the tests must say alike.
//!
//! Each fact here has one home, so that two services cannot drift apart: the refusals that a program may rely on, the
//! names of enum values in the contract and in SQL, times, objects and failures as messages, the lock of a tenant, and
//! where a password may be sent.
//!
//! Invariants: the crate depends on the rules and on the contract only. It knows no runtime, no database and no
//! transport, so that every front end may use it.

pub mod audit;
pub mod failure;
pub mod left_out;
pub mod names;
pub mod object;
mod password_target;
mod refusal;
pub mod run;
pub mod skipped;
pub mod tenant_lock;
pub mod time;
mod twin;

pub use password_target::PasswordTarget;
pub use refusal::{GrpcCode, Refusal};
pub use twin::Twin;
