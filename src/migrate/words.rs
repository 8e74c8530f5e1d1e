//! How things are said to people.

use crate::diagnostics::Finding;
use crate::engine::docker::Container;
use crate::engine::program::CallError;

/// Tells that a program was of no help.
pub(super) fn asked(error: &CallError) -> Finding {
    let help = match error {
        CallError::Missing(_) => "install it, or put it on the path",
        CallError::Failed { said, .. } if said.contains("Cannot connect to the Docker daemon") => {
            "start the engine, or let DOCKER_HOST lead to it"
        }
        _ => "see what it says, and run it again",
    };
    Finding::error("engine-unusable", error.to_string()).help(help)
}

/// Says which container it is, and of which project.
pub(super) fn whose(container: &Container) -> String {
    match container.project() {
        Some(project) => format!("the container {} of the project {project}", container.name()),
        None => format!("the container {}", container.name()),
    }
}

/// Gives an id as people write it.
pub(super) fn short(id: &str) -> &str {
    let id = id.strip_prefix("sha256:").unwrap_or(id);
    id.get(..12).unwrap_or(id)
}

/// Gives bytes as people read them.
pub(super) fn size(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["B", "kB", "MB", "GB", "TB"];
    let mut unit = 0;
    let mut rest = bytes;
    while rest >= 10_000 && unit + 1 < UNITS.len() {
        rest /= 1000;
        unit += 1;
    }
    format!("{rest} {}", UNITS.get(unit).copied().unwrap_or("B"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_ids_are_short() {
        for (bytes, expected) in
            [(0, "0 B"), (9_999, "9999 B"), (12_345, "12 kB"), (12_345_678, "12 MB")]
        {
            assert_eq!(size(bytes), expected);
        }
        assert_eq!(short("sha256:0123456789abcdef"), "0123456789ab");
    }
}
