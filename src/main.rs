//! The `composemod` program: arguments in, exit code out.

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
        stdout: &mut stdout,
        stderr: &mut stderr,
    };
    ExitCode::from(cli::run(std::env::args_os(), &mut io))
}
