//! What the tree's `.gitignore` files leave out: such a file is each person's own, and not missing.

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use crate::compose::model::{file_name, folder};
use crate::repo::load::Repo;

/// The rules of a tree, as far as its `.gitignore` files were read.
#[derive(Debug)]
pub struct Ignored {
    rules: Option<Gitignore>,
}

impl Ignored {
    /// Takes the rules from the texts at hand.
    #[must_use]
    pub fn of(repo: &Repo) -> Self {
        let mut builder = GitignoreBuilder::new("");
        let files = repo.files.iter().filter(|file| file_name(&file.path) == ".gitignore");
        for file in files {
            for line in file.text.lines() {
                // A line that is no pattern is one that git passes over, too.
                let _ = builder.add_line(None, &within(folder(&file.path), line));
            }
        }
        Self { rules: builder.build().ok() }
    }

    /// Tells whether git leaves out a file.
    #[must_use]
    pub fn covers(&self, path: &str) -> bool {
        let rules = self.rules.as_ref();
        rules.is_some_and(|rules| rules.matched_path_or_any_parents(path, false).is_ignore())
    }
}

/// A pattern of a folder's file as one of the root's.
fn within(folder: &str, line: &str) -> String {
    if folder.is_empty() || line.trim().is_empty() || line.starts_with('#') {
        return line.to_owned();
    }
    let (sign, pattern) = match line.strip_prefix('!') {
        Some(pattern) => ("!", pattern),
        None => ("", line),
    };
    let is_anchored = pattern.trim_end().trim_end_matches('/').contains('/');
    match pattern.strip_prefix('/') {
        Some(rest) => format!("{sign}/{folder}/{rest}"),
        None if is_anchored => format!("{sign}/{folder}/{pattern}"),
        None => format!("{sign}/{folder}/**/{pattern}"),
    }
}

#[cfg(test)]
mod tests {
    use super::Ignored;
    use crate::repo::load::Repo;
    use crate::text::source::SourceFile;

    #[test]
    fn rules_count_from_their_own_folder() {
        let files = [
            (".gitignore", "# all\n.env\n/local/*\n!/local/keep.yml\n"),
            ("a/.gitignore", "*.yml\n/deep/x\n"),
        ];
        let files = files.into_iter().map(|(path, text)| SourceFile::new(path, text)).collect();
        let repo = Repo { files, ..Repo::default() };
        let ignored = Ignored::of(&repo);
        for (path, expected) in [
            (".env", true),
            ("b/c/.env", true),
            ("local/x.yml", true),
            ("local/keep.yml", false),
            ("x.yml", false),
            ("a/x.yml", true),
            ("a/b/x.yml", true),
            ("a/deep/x", true),
            ("deep/x", false),
        ] {
            assert_eq!(ignored.covers(path), expected, "{path}");
        }
    }
}
