//! What strings and comments look like in each language.
//!
//! Deliberately absent: keywords, grammar; only what a reader of strings and comments must know.

use crate::repo::kind::Language;

/// What strings and comments look like.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rules {
    pub(super) line_comments: &'static [&'static str],
    pub(super) block_comments: &'static [(&'static str, &'static str)],
    pub(super) single: Single,
    pub(super) backtick: Backtick,
    /// `"""…"""`
    pub(super) triple: bool,
    /// `"…"` may go over lines.
    pub(super) multiline: bool,
    /// `/…/` may be a pattern.
    pub(super) patterns: bool,
    /// `<<EOF`
    pub(super) heredocs: bool,
    /// `{…}` in a string without a prefix is code.
    pub(super) hash_braces: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Single {
    Text,
    Character,
    Nothing,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Backtick {
    /// JavaScript's templates, with `${…}`.
    Template,
    /// A plain string, or a shell command.
    Plain,
    Nothing,
}

impl Rules {
    /// Gives the rules of a language; a file's suffix tells more than its family.
    pub(super) fn new(language: Language, suffix: &str) -> Self {
        let slashes: (&[_], &[_]) = (&["//"], &[("/*", "*/")]);
        let plain = Self {
            line_comments: slashes.0,
            block_comments: slashes.1,
            single: Single::Text,
            backtick: Backtick::Nothing,
            triple: false,
            multiline: false,
            patterns: false,
            heredocs: false,
            hash_braces: false,
        };
        match (language, suffix) {
            (_, "sql") => Self { line_comments: &["--"], backtick: Backtick::Plain, ..plain },
            (_, "json" | "json5" | "jsonc") => plain,
            (_, "tf" | "tfvars" | "hcl" | "nomad") => Self {
                line_comments: &["#", "//"],
                single: Single::Nothing,
                heredocs: true,
                ..plain
            },
            (_, "php" | "phtml") => Self {
                line_comments: &["//", "#"],
                multiline: true,
                heredocs: true,
                backtick: Backtick::Plain,
                ..plain
            },
            (_, "css" | "scss" | "sass" | "less" | "styl" | "prisma") => plain,
            (_, "groovy" | "gradle" | "dart" | "jenkinsfile") => Self { triple: true, ..plain },
            (Language::Slashes | Language::Markup, _) => {
                Self { backtick: Backtick::Template, patterns: true, ..plain }
            }
            (Language::Chars, "rs") => Self { single: Single::Character, multiline: true, ..plain },
            (Language::Chars, _) => {
                Self { single: Single::Character, backtick: Backtick::Plain, triple: true, ..plain }
            }
            (Language::Hash, "py" | "pyi" | "pyw" | "bzl" | "star" | "tiltfile") => {
                Self { line_comments: &["#"], block_comments: &[], triple: true, ..plain }
            }
            (Language::Hash, "graphql" | "gql" | "toml") => {
                Self { line_comments: &["#"], block_comments: &[], triple: true, ..plain }
            }
            (Language::Hash, "nix") => Self {
                line_comments: &["#"],
                block_comments: &[("/*", "*/"), ("''", "''")],
                single: Single::Nothing,
                multiline: true,
                ..plain
            },
            (Language::Hash, _) => Self {
                line_comments: &["#"],
                block_comments: &[("\n=begin", "\n=end")],
                backtick: Backtick::Plain,
                triple: true,
                multiline: true,
                heredocs: true,
                hash_braces: true,
                ..plain
            },
            (Language::Dashes, _) => Self {
                line_comments: &["--"],
                block_comments: &[("--[[", "]]"), ("{-", "-}")],
                ..plain
            },
            (Language::Semicolons, _) => Self {
                line_comments: &[";"],
                block_comments: &[],
                single: Single::Nothing,
                multiline: true,
                ..plain
            },
        }
    }
}
