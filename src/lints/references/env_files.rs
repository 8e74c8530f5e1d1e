//! Env files and their templates, told by their names.

use crate::compose::model::{file_name, folder};
use crate::repo::load::Repo;

/// Words by which a file is the template of another one.
const TEMPLATE: [&str; 10] = [
    "example", "examples", "sample", "template", "tmpl", "tpl", "dist", "default", "defaults",
    "skel",
];

/// Tells whether a file's name is that of an env file, or of the template of one: `.env`,
/// `.env.example`, `db.env`, `example.env`, `env.sample`, `dot-env`.
pub(super) fn is_env_like(path: &str) -> bool {
    let name = file_name(path).to_ascii_lowercase();
    !name.ends_with(".envrc")
        && name.split(['.', '-', '_']).any(|word| word == "env" || word == "environment")
        && !has_code_ending(&name)
}

/// Tells whether a template for an env file lies beside it, or another folder's of the same name.
pub(super) fn is_env_file_beside(repo: &Repo, path: &str) -> bool {
    let words = words(path);
    let mut beside = repo
        .all_paths
        .iter()
        .filter(|other| folder(other) == folder(path) && is_env_like(other) && is_template(other));
    beside.any(|other| {
        let theirs = self::words(other);
        theirs.is_empty() || words.is_empty() || theirs.iter().any(|word| words.contains(word))
    })
}

/// Tells whether a file is one to be copied and filled in.
fn is_template(path: &str) -> bool {
    let name = file_name(path).to_ascii_lowercase();
    name.split(['.', '-', '_']).any(|word| TEMPLATE.contains(&word))
}

/// The words of a name that tell one env file from another.
fn words(path: &str) -> Vec<String> {
    let name = file_name(path).to_ascii_lowercase();
    let words = name
        .split(['.', '-', '_'])
        .filter(|word| !word.is_empty() && *word != "env" && !TEMPLATE.contains(word));
    words.map(str::to_owned).collect()
}

fn has_code_ending(name: &str) -> bool {
    let endings =
        [".yml", ".yaml", ".py", ".js", ".ts", ".go", ".rb", ".sh", ".json", ".md", ".php", ".rs"];
    endings.iter().any(|ending| name.ends_with(ending))
}

#[cfg(test)]
mod tests {
    use super::{is_env_file_beside, is_env_like};
    use crate::lints::testing::repo;

    #[test]
    fn env_files_are_told_by_their_names() {
        for (path, expected) in [
            (".env", true),
            ("a/.env.example", true),
            ("db.env", true),
            ("env.sample", true),
            ("example.env", true),
            ("dot-env-template", true),
            (".envrc", false),
            ("env.py", false),
            ("environs", false),
        ] {
            assert_eq!(is_env_like(path), expected, "{path}");
        }
    }

    #[test]
    fn templates_stand_for_their_files() {
        for (template, path, expected) in [
            (".env.example", ".env", true),
            (".env.example", "web.env", true),
            ("web.env.sample", "web.env", true),
            ("web.env.sample", "db.env", false),
            (".env", "web.env", false),
            ("a/.env.example", ".env", false),
        ] {
            let repo = repo(&[(template, "")]);
            assert_eq!(is_env_file_beside(&repo, path), expected, "{template} {path}");
        }
    }
}
