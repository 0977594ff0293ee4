//! The test bed as a command; see the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    rollcall_testbed::main()
}
