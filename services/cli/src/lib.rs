//! The command of operators and of the demo.
