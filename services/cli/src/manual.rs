//! `rollcall completion` and `rollcall man`: texts about the command itself, for packages and shells.

use std::{fs, path::Path};

use clap::CommandFactory;
use clap_complete::Shell;
use serde::Serialize;

use crate::{args::Args, error::Error, exit::Exit, output::Output};

/// Name of the command in shells and pages.
const NAME: &str = "rollcall";

/// Man pages that were written.
#[derive(Debug, Serialize)]
struct PagesView {
    folder: String,
    pages: usize,
}

/// Prints the script with which a shell completes commands and options.
pub(crate) fn completion(shell: Shell, output: &mut Output) -> Result<Exit, Error> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Args::command(), NAME, &mut script);
    output.bytes(&script)?;
    Ok(Exit::Success)
}

/// Writes a man page for the command and for each command below it into a folder.
pub(crate) fn man(folder: &Path, output: &mut Output) -> Result<Exit, Error> {
    let pages = write_pages(folder).map_err(|source| Error::Write {
        path: folder.to_owned(),
        source,
    })?;
    let view = PagesView {
        folder: folder.display().to_string(),
        pages,
    };
    output.answer(&view, |_| {
        format!("{pages} man pages written to {}.", view.folder)
    })?;
    Ok(Exit::Success)
}

fn write_pages(folder: &Path) -> std::io::Result<usize> {
    fs::create_dir_all(folder)?;
    let command = for_pages();
    let count = pages(&command);
    clap_mangen::generate_to(command, folder)?;
    Ok(count)
}

/// The command with the help of each option: a page, unlike `-h`, has room for what only `--help` describes.
fn for_pages() -> clap::Command {
    Args::command().mut_args(|arg| arg.hide_short_help(false))
}

/// The pages of a command: its own, and those of the commands below it.
fn pages(command: &clap::Command) -> usize {
    let shown = command.get_subcommands().filter(|below| !below.is_hide_set());
    1 + shown.map(pages).sum::<usize>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_describes_each_option_also_those_that_only_long_help_shows() {
        let mut page = Vec::new();
        clap_mangen::Man::new(for_pages()).render(&mut page).unwrap();
        let page = String::from_utf8(page).unwrap();
        for help in [
            "Address of scheduler",
            "The CA that",
            "Seconds in which a service must answer",
        ] {
            assert!(page.contains(help), "{help}: {page}");
        }
    }
}
