//! How docker compose is called for a project.

use std::borrow::Cow;

use crate::compose::model::{DEFAULT_NAMES, OVERRIDE_NAMES, file_name};

/// Gives the start of a command on a project, to be run at the root: `docker compose -f a.yml`.
///
/// The files are not named where docker compose finds them by itself.
#[must_use]
pub fn docker_compose(folder: &str, loaded: &[&str]) -> String {
    let is_default = |names: &[&str], path: Option<&&str>| {
        path.is_none_or(|path| names.contains(&file_name(path)))
    };
    let loads_by_itself = folder.is_empty()
        && loaded.len() <= 2
        && is_default(&DEFAULT_NAMES, loaded.first())
        && is_default(&OVERRIDE_NAMES, loaded.get(1));
    let mut command = "docker compose".to_owned();
    if !loads_by_itself {
        for path in loaded {
            command.push_str(" -f ");
            command.push_str(&quoted(path));
        }
    }
    command
}

/// Gives a word as a shell takes it.
#[must_use]
pub fn quoted(word: &str) -> Cow<'_, str> {
    let is_plain = |c: char| c.is_alphanumeric() || "-_./:=@%+,".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return Cow::Borrowed(word);
    }
    Cow::Owned(format!("'{}'", word.replace('\'', r"'\''")))
}

#[cfg(test)]
mod tests {
    use super::{docker_compose, quoted};

    #[test]
    fn files_are_named_where_compose_does_not_find_them() {
        for (folder, loaded, expected) in [
            ("", vec!["compose.yaml"], "docker compose"),
            ("", vec!["compose.yaml", "compose.override.yaml"], "docker compose"),
            ("", vec!["a b.yml"], "docker compose -f 'a b.yml'"),
            ("x", vec!["x/compose.yaml"], "docker compose -f x/compose.yaml"),
        ] {
            assert_eq!(docker_compose(folder, &loaded), expected);
        }
        assert_eq!(quoted("it's"), r"'it'\''s'");
    }
}
