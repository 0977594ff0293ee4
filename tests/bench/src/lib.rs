//! Measures imports against the directory's own speed.
