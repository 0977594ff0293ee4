//! The rules, shown by examples and proved on random worlds.

mod absences;
mod defence;
mod hostile;
mod linear;
mod outcomes;
mod properties;
mod rules;
mod spoilt;
mod takeovers;
mod tenant;
mod withheld;
mod withholding;
pub(crate) mod worlds;
