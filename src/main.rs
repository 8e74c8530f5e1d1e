//! The `composemod` program: arguments in, exit code out.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::IsTerminal;
use std::process::ExitCode;
use std::time::SystemTime;

use composemod::cli::{self, Io};

#[allow(clippy::disallowed_methods, reason = "the one place that asks for the current folder")]
fn main() -> ExitCode {
    let (mut stdout, mut stderr) = (std::io::stdout(), std::io::stderr());
    let color = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let mut io = Io {
        // A deleted current folder is told as a root that does not exist.
        cwd: std::env::current_dir().unwrap_or_default(),
        stdout_color: color && stdout.is_terminal(),
        stderr_color: color && stderr.is_terminal(),
        progress: stderr.is_terminal(),
        now: SystemTime::now(),
        stdin: Box::new(std::io::stdin()),
        variables: variables(),
        stdout: &mut stdout,
        stderr: &mut stderr,
    };
    ExitCode::from(cli::run(std::env::args_os(), &mut io))
}

/// Gives what of the environment is text; all that is asked for is.
fn variables() -> BTreeMap<String, String> {
    let text = |value: OsString| value.into_string().ok();
    std::env::vars_os().filter_map(|(name, value)| Some((text(name)?, text(value)?))).collect()
}
