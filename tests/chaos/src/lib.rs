//! The fault bench: trials in which something breaks at a chosen step of a run, and an oracle that says what must
//! hold afterwards.
//!
//! A [`Plan`] says which faults meet the three syncs of a trial (first import, changes, nothing changed). A
//! [`World`] is a set of private servers and services that many trials share. A [`trial`] carries a plan out and
//! answers a [`Verdict`]. Plans come from the [`matrix`](plan::matrix) (each step of each service, killed and stopped)
//! or from a seed; the same name makes the same plan.

pub mod bench;
pub mod plan;
pub mod trial;
pub mod world;

mod audit;
mod ground;
mod inflict;
mod oracle;
mod portal;
mod script;
mod weather;

pub use plan::Plan;
pub use trial::Verdict;
pub use world::World;
