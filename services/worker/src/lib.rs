//! Reads directories and hands what they hold to reconcile.
