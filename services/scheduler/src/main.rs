//! The scheduler's process.

use std::{alloc::System, process::ExitCode};

use rollcall_chassis::ServiceInfo;
use rollcall_scheduler::Command;
use zeroizing_alloc::ZeroAlloc;

/// Wipes memory when it is given back. Libraries copy a password on its way: each copy ends with its buffer.
#[global_allocator]
static WIPED: ZeroAlloc<System> = ZeroAlloc(System);

fn main() -> ExitCode {
    let info = ServiceInfo {
        name: "rollcall-scheduler",
        about: "Keeps tenants' sync settings and schedules, and turns requested runs into jobs",
        version: env!("CARGO_PKG_VERSION"),
    };
    rollcall_chassis::main_with_commands(info, Command::run, rollcall_scheduler::start)
}
