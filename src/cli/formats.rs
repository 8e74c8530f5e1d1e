//! Which `--format` a command takes. The flag is global, and each command has its own few.

use clap::ValueEnum as _;

use crate::diagnostics::Finding;

use super::args::Format;

/// Checks that a command takes the format that is asked for.
///
/// # Errors
/// It does not; the finding says what it takes.
pub(super) fn check(format: Option<Format>, takes: &[Format]) -> Result<(), Finding> {
    match format {
        Some(format) if !takes.contains(&format) => {
            let takes: Vec<String> = takes.iter().map(|format| name(*format)).collect();
            let message = format!("this command has no format `{}`", name(format));
            let help = format!("choose one of {}", takes.join(", "));
            Err(Finding::error("format-unknown", message).help(help))
        }
        _ => Ok(()),
    }
}

fn name(format: Format) -> String {
    // No value of the enum is hidden, so that each has a name.
    format.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_of_another_command_is_an_error_that_lists_the_own() {
        assert_eq!(check(None, &[Format::Json]), Ok(()));
        assert_eq!(check(Some(Format::Json), &[Format::Dot, Format::Json]), Ok(()));
        let finding = check(Some(Format::Diff), &[Format::Dot, Format::Svg]).unwrap_err();
        assert_eq!(finding.message, "this command has no format `diff`");
        assert_eq!(finding.help.as_deref(), Some("choose one of dot, svg"));
    }
}
