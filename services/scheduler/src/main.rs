//! The scheduler's process.

use std::process::ExitCode;

use rollcall_chassis::ServiceInfo;

fn main() -> ExitCode {
    let info = ServiceInfo {
        name: "rollcall-scheduler",
        about: "Keeps tenants' sync settings and schedules, and turns requested runs into jobs",
        version: env!("CARGO_PKG_VERSION"),
    };
    rollcall_chassis::main(info, rollcall_scheduler::start)
}
