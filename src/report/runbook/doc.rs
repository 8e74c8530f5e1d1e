//! Markdown and shell text, put together so that what is printed can be run.
//!
//! Invariant: every name that goes into a command passes through [`word`], every name that goes
//! into SQL through [`ident`] or [`literal`].

pub(super) use crate::postgres::sql::{ident, literal};
use crate::report::excerpt::harmless;

/// A document in the making.
#[derive(Debug, Default)]
pub(super) struct Doc {
    text: String,
}

impl Doc {
    /// Adds a heading: two for `##`.
    pub(super) fn heading(&mut self, level: usize, text: &str) {
        self.block(&format!("{} {text}", "#".repeat(level)));
    }

    /// Adds a paragraph.
    pub(super) fn para(&mut self, text: &str) {
        self.block(text);
    }

    /// Adds a list; nothing where it is empty.
    pub(super) fn list(&mut self, items: &[String]) {
        let items: Vec<String> = items.iter().map(|item| format!("- {item}")).collect();
        if !items.is_empty() {
            self.block(&items.join("\n"));
        }
    }

    /// Adds commands to run.
    pub(super) fn sh(&mut self, lines: &[String]) {
        let text = lines.join("\n");
        self.block(&format!("```sh\n{}\n```", text.trim_end()));
    }

    /// Gives the document.
    pub(super) fn finish(self) -> String {
        self.text
    }

    fn block(&mut self, text: &str) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.text.push_str(&harmless(text));
        self.text.push('\n');
    }
}

/// Gives a command with its input. `SQL` alone on a line is in none of ours.
pub(super) fn heredoc(command: &str, input: &[String]) -> Vec<String> {
    let first = format!("{command} <<'SQL'");
    std::iter::once(first).chain(input.iter().cloned()).chain(["SQL".to_owned()]).collect()
}

/// Gives text as code in a line; names hold no backticks.
pub(super) fn code(text: &str) -> String {
    format!("`{}`", text.replace('`', "'"))
}

/// Gives names as code, with commas and `and`.
pub(super) fn codes<'a>(names: impl IntoIterator<Item = &'a String>) -> String {
    let names: Vec<String> = names.into_iter().map(|name| code(name)).collect();
    match names.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// Gives text as one word of the shell.
pub(super) fn word(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@%+=,".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::word;

    #[test]
    fn names_are_quoted_for_where_they_go() {
        for (text, expected) in
            [("a-b_c.d", "a-b_c.d"), ("", "''"), ("a b", "'a b'"), ("it's", r"'it'\''s'")]
        {
            assert_eq!(word(text), expected);
        }
    }
}
