//! What files and services are for, as far as their names tell.

use crate::compose::default_host::repository;

/// Words of paths to files that nothing is served from.
const TRIALS: &[&str] = &[
    "ci",
    "debug",
    "demo",
    "demos",
    "dev",
    "devcontainer",
    "develop",
    "development",
    "e2e",
    "example",
    "examples",
    "fixture",
    "fixtures",
    "integration",
    "local",
    "localdev",
    "playground",
    "sample",
    "samples",
    "sandbox",
    "test",
    "testdata",
    "testing",
    "tests",
    "tutorial",
    "tutorials",
];

/// Tells whether a file is for development, tests or as an example, by a word of its path.
pub(super) fn is_for_trial(path: &str) -> bool {
    words(path).any(|word| TRIALS.contains(&word.as_str()))
}

/// Gives the words of a name or path, in lower case.
pub(super) fn words(text: &str) -> impl Iterator<Item = String> + '_ {
    let parts = text.split(|c: char| !c.is_ascii_alphanumeric());
    parts.filter(|word| !word.is_empty()).map(str::to_ascii_lowercase)
}

/// Gives the first of some programs that an image runs: one that is the last part of its name, with
/// or without more words behind it (`traefik`, `traefik-ee`), or all of it (`docker/compose`).
pub(super) fn program<'p>(image: &str, programs: &[&'p str]) -> Option<&'p str> {
    let repository = repository(image).to_ascii_lowercase();
    let last = repository.rsplit('/').next().unwrap_or(&repository);
    programs.iter().copied().find(|program| {
        let rest = if program.contains('/') { repository.as_str() } else { last };
        rest.strip_prefix(program)
            .is_some_and(|more| more.is_empty() || more.starts_with(['-', '_']))
    })
}

#[cfg(test)]
mod tests {
    use super::{is_for_trial, program};

    #[test]
    fn trials_are_told_by_their_paths() {
        for (path, expected) in [
            ("docker-compose.yml", false),
            ("docker-compose.dev.yml", true),
            ("examples/a/compose.yaml", true),
            (".devcontainer/docker-compose.yml", true),
            ("devices/compose.yaml", false),
        ] {
            assert_eq!(is_for_trial(path), expected, "{path}");
        }
    }

    #[test]
    fn programs_are_told_by_their_images() {
        let known = ["traefik", "gitea/act_runner"];
        for (image, expected) in [
            ("traefik:v3", Some("traefik")),
            ("ghcr.io/x/traefik-ee", Some("traefik")),
            ("traefikx", None),
            ("docker.io/gitea/act_runner:1", Some("gitea/act_runner")),
            ("gitea/gitea", None),
        ] {
            assert_eq!(program(image, &known), expected, "{image}");
        }
    }
}
