//! Completion scripts and the manual page, from the same declaration as the arguments.

use clap::CommandFactory;

use super::args::Cli;

/// Gives the completion script of a shell.
pub(super) fn completions(shell: clap_complete::Shell) -> String {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "composemod", &mut script);
    String::from_utf8_lossy(&script).into_owned()
}

/// Gives the manual page in roff, the commands' options included.
pub(super) fn man() -> String {
    let mut page = Vec::new();
    // Writing to memory can't fail.
    let _ = clap_mangen::Man::new(Cli::command()).render(&mut page);
    String::from_utf8_lossy(&page).into_owned()
}
