//! The rules, told by examples and proved on random worlds.

mod properties;
mod worlds;
