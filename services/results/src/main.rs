//! `rollcall-results`: see the library.

use std::process::ExitCode;

use rollcall_chassis::ServiceInfo;

fn main() -> ExitCode {
    let info = ServiceInfo {
        name: "rollcall-results",
        about: "Shows the decisions and results of runs, and the accounts of the portal",
        version: env!("CARGO_PKG_VERSION"),
    };
    rollcall_chassis::main(info, rollcall_results::start)
}
