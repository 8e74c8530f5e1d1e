//! What is printed of the program itself: completion scripts and the manual page from the same
//! declaration as the arguments, the schema from the types that composemod.yaml is read into.

use clap::CommandFactory;

use crate::repo::config::Config;

use super::args::Cli;

/// Gives the completion script of a shell.
pub(super) fn completions(shell: clap_complete::Shell) -> String {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "composemod", &mut script);
    String::from_utf8_lossy(&script).into_owned()
}

/// Gives the manual page in roff: the program's own, then each command's synopsis and options.
pub(super) fn man() -> String {
    let mut program = Cli::command();
    program.build();
    let mut page = Vec::new();
    // Writing to memory can't fail.
    let _ = clap_mangen::Man::new(program.clone()).render(&mut page);
    for command in program.get_subcommands().filter(|command| command.get_name() != "help") {
        let section = clap_mangen::Man::new(command.clone());
        let _ = section.render_synopsis_section(&mut page);
        let _ = section.render_description_section(&mut page);
        let _ = section.render_options_section(&mut page);
    }
    String::from_utf8_lossy(&page).into_owned()
}

/// Gives the JSON schema of composemod.yaml.
pub(super) fn schema() -> String {
    // A schema is maps with string keys: nothing here can fail.
    let mut text = serde_json::to_string_pretty(&Config::schema()).unwrap_or_default();
    text.push('\n');
    text
}
