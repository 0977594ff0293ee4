//! Looks for a secret in all memory that a process can write to.

use std::{
    fs::{self, File},
    os::unix::fs::FileExt as _,
};

use anyhow::{Context, Result};
use memchr::memmem::Finder;

/// Bytes read at a time.
const CHUNK: usize = 1024 * 1024;

/// The places where the process has any of these texts in memory, each with the mapping's name.
pub(crate) fn find(pid: u32, texts: &[&str]) -> Result<Vec<String>> {
    let memory = File::open(format!("/proc/{pid}/mem"))?;
    let finders: Vec<_> = texts.iter().map(|text| Finder::new(text.as_bytes())).collect();
    let overlap = texts.iter().map(|text| text.len()).max().unwrap_or_default();
    let mut found = Vec::new();
    for mapping in fs::read_to_string(format!("/proc/{pid}/maps"))?.lines() {
        let mut words = mapping.split_whitespace();
        let range = words.next().context("a range")?;
        if !words.next().context("permissions")?.starts_with("rw") {
            continue;
        }
        let (from, to) = range.split_once('-').context("two addresses")?;
        let (from, to) = (u64::from_str_radix(from, 16)?, u64::from_str_radix(to, 16)?);
        let mut chunk = vec![0; CHUNK + overlap];
        for at in (from..to).step_by(CHUNK) {
            let wanted = usize::try_from(to - at)?.min(chunk.len());
            // A mapping may be gone by now, and with it what was in it.
            let read = memory.read_at(&mut chunk[..wanted], at).unwrap_or_default();
            for finder in &finders {
                for place in finder.find_iter(&chunk[..read]) {
                    found.push(format!("{:x} in {mapping}", at + place as u64));
                }
            }
        }
    }
    Ok(found)
}
