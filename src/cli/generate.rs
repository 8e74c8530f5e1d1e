//! What is printed of the program itself: completion scripts and the manual page from the same
//! declaration as the arguments, the schema from the types that composemod.yaml is read into.

use clap::CommandFactory;
use serde_json::{Value, json};

use crate::lints::select::words;
use crate::repo::config::Config;

use super::args::Cli;

/// Gives the completion script of a shell.
pub(super) fn completions(shell: clap_complete::Shell) -> String {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "composemod", &mut script);
    String::from_utf8_lossy(&script).into_owned()
}

/// What the exit codes say.
const EXIT_STATUS: &str = ".SH \"EXIT STATUS\"\n\
    .TP\n0\nDone, or nothing to do, or nothing found.\n\
    .TP\n1\nChanges are pending (\\-\\-check, check \\-\\-diff), a change is refused, or check found something.\n\
    .TP\n2\nThe command could not run; nothing was written.\n";

/// Gives the manual page in roff: the program's own, each command's synopsis and options, and what
/// the exit codes say.
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
    String::from_utf8_lossy(&page).into_owned() + EXIT_STATUS
}

/// Gives the JSON schema of composemod.yaml. Where a lint is named, it lists the lints there are:
/// the types that it is derived from know none.
pub(super) fn schema() -> String {
    let mut schema = Config::schema().to_value();
    let lint =
        json!({"description": "A lint's id, a group's name, or all of some.", "enum": words()});
    for (parent, key) in [
        ("/$defs/LintSettings/properties/select", "items"),
        ("/$defs/LintSettings/properties/ignore", "items"),
        ("/$defs/LintSettings/properties/severity", "propertyNames"),
        ("/$defs/Allowance/properties/lints", "items"),
        ("/$defs", "Lint"),
    ] {
        if let Some(Value::Object(parent)) = schema.pointer_mut(parent) {
            let value = if key == "Lint" { lint.clone() } else { json!({"$ref": "#/$defs/Lint"}) };
            parent.insert(key.to_owned(), value);
        }
    }
    // A schema is maps with string keys: nothing here can fail.
    let mut text = serde_json::to_string_pretty(&schema).unwrap_or_default();
    text.push('\n');
    text
}
