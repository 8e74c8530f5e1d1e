//! Templates of env files, told by their names.

use crate::compose::model::{file_name, folder};
use crate::repo::kind::{FileKind, kind};
use crate::repo::load::Repo;

/// Words by which a file is the template of another one.
const TEMPLATE: [&str; 10] = [
    "example", "examples", "sample", "template", "tmpl", "tpl", "dist", "default", "defaults",
    "skel",
];

/// Tells whether a template for an env file lies beside it; `.env` is copied from any other one.
pub(super) fn is_template_beside(repo: &Repo, path: &str) -> bool {
    let words = words(path);
    let is_plain = file_name(path) == ".env";
    let mut beside = repo.all_paths.within(folder(path)).filter(|other| {
        folder(other) == folder(path)
            && kind(other, "") == FileKind::Env
            && (is_plain || is_template(other))
    });
    beside.any(|other| {
        let theirs = self::words(other);
        is_plain
            || theirs.is_empty()
            || words.is_empty()
            || theirs.iter().any(|word| words.contains(word))
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

#[cfg(test)]
mod tests {
    use super::is_template_beside;
    use crate::lints::testing::repo;

    #[test]
    fn templates_stand_for_their_files() {
        for (template, path, expected) in [
            (".env.example", ".env", true),
            (".env.example", "web.env", true),
            (".env.production", ".env", true),
            ("web.env.sample", "web.env", true),
            ("web.env.sample", "db.env", false),
            (".env", "web.env", false),
            ("a/.env.example", ".env", false),
        ] {
            let repo = repo(&[(template, "")]);
            assert_eq!(is_template_beside(&repo, path), expected, "{template} {path}");
        }
    }
}
