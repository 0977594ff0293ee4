//! `rollcall-results`: see the library.

use std::process::ExitCode;

use rollcall_chassis::ServiceInfo;

fn main() -> ExitCode {
    let info = ServiceInfo {
        name: "rollcall-results",
        about: "Answers what runs decided and did, and what the portal holds",
        version: env!("CARGO_PKG_VERSION"),
    };
    rollcall_chassis::main(info, rollcall_results::start)
}
