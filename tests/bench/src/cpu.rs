//! Processor time of processes with everything that they started, as the kernel counts it (proc(5), `stat`).

use std::{collections::HashMap, fs, time::Duration};

use anyhow::{Context, Result};

/// Processor time of a process, its descendants that live and those of them that it has waited for.
pub(crate) fn of_tree(root: u32) -> Result<Duration> {
    let ticks_per_second = rustix::param::clock_ticks_per_second();
    let processes = all()?;
    let root = processes.get(&root).context("the process runs")?;
    let mut ticks = 0;
    let mut open = vec![*root];
    while let Some(process) = open.pop() {
        ticks += process.ticks;
        open.extend(processes.values().filter(|child| child.parent == process.id));
    }
    Ok(Duration::from_millis(ticks * 1000 / ticks_per_second))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Process {
    id: u32,
    parent: u32,
    /// In user mode and in the kernel, with those of children that were waited for.
    ticks: u64,
}

fn all() -> Result<HashMap<u32, Process>> {
    let mut processes = HashMap::new();
    for entry in fs::read_dir("/proc").context("read /proc")?.flatten() {
        let Some(id) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else {
            continue;
        };
        // A process may end between the listing and the look at it.
        let Ok(stat) = fs::read_to_string(entry.path().join("stat")) else {
            continue;
        };
        if let Some(process) = parse(id, &stat) {
            processes.insert(id, process);
        }
    }
    Ok(processes)
}

/// The name, in parentheses, may hold blanks and parentheses: fields are counted behind its last one.
fn parse(id: u32, stat: &str) -> Option<Process> {
    const PARENT: usize = 1;
    const TIMES: std::ops::Range<usize> = 11..15;
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = fields.get(TIMES)?.iter().map(|field| field.parse::<u64>());
    Some(Process {
        id,
        parent: fields.get(PARENT)?.parse().ok()?,
        ticks: ticks.sum::<Result<u64, _>>().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_times_are_found_behind_a_name_with_blanks_and_parentheses() {
        let stat = "7 (a) b (c)) S 3 7 7 0 -1 4194560 100 0 0 0 10 20 30 40 20 0 1 0 5 6 7";
        let expected = Process {
            id: 7,
            parent: 3,
            ticks: 100,
        };
        assert_eq!(parse(7, stat), Some(expected));
        assert_eq!(parse(7, "7 (cut off) S 3"), None);
    }

    #[test]
    fn a_process_has_used_some_time_and_a_missing_one_is_an_error() {
        assert!(of_tree(std::process::id()).is_ok());
        assert!(of_tree(u32::MAX).is_err());
    }
}
