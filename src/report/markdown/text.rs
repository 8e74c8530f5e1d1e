//! Text as Markdown: one line each, and nothing in a name or a file can make it mean something else.

use crate::report::excerpt::harmless;

/// Characters of a message that are shown: what is longer was made to be.
const MOST: usize = 1000;

/// Gives text as code, whatever backticks it holds.
pub(in crate::report) fn code(text: &str) -> String {
    let text = line(text);
    let fence = "`".repeat(longest_run(&text) + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// Gives names as code, the first few of them.
pub(super) fn codes<'a>(names: impl IntoIterator<Item = &'a str>, most: usize) -> String {
    let mut names: Vec<String> = names.into_iter().map(code).collect();
    let more = names.len().saturating_sub(most);
    names.truncate(most);
    if more > 0 {
        names.push(format!("{more} more"));
    }
    match names.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        Some((last, _)) => last.clone(),
        None => String::new(),
    }
}

/// Gives a message: what it has between backticks stays code, and nothing else is a tag.
pub(in crate::report) fn message(text: &str) -> String {
    let text = line(text);
    let parts = text.split('`').enumerate().map(|(number, part)| {
        let is_code = number % 2 == 1;
        if is_code { part.to_owned() } else { part.replace('<', "&lt;").replace('@', "&#64;") }
    });
    parts.collect::<Vec<_>>().join("`")
}

/// Gives text as one line.
pub(super) fn line(text: &str) -> String {
    let text = harmless(text).replace('\n', " ");
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

/// Gives the fence of a block that holds a text.
pub(super) fn fence(text: &str) -> String {
    "`".repeat(longest_run(text).max(2) + 1)
}

fn longest_run(text: &str) -> usize {
    text.split(|character| character != '`').map(str::len).max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_holds_any_backticks() {
        let cases =
            [("a", "`a`"), ("a`b", "``a`b``"), ("`a", "`` `a ``"), ("a\n``b", "```a ``b```")];
        for (text, expected) in cases {
            assert_eq!(code(text), expected);
        }
    }

    #[test]
    fn messages_make_no_tags_and_call_nobody() {
        assert_eq!(message("a <b> of @x\n`<c> @y`"), "a &lt;b> of &#64;x `<c> @y`");
        assert_eq!(line(&"é".repeat(1001)), format!("{}…", "é".repeat(1000)));
    }

    #[test]
    fn names_are_listed_as_people_do() {
        assert_eq!(codes([], 2), "");
        assert_eq!(codes(["a"], 2), "`a`");
        assert_eq!(codes(["a", "b"], 2), "`a` and `b`");
        assert_eq!(codes(["a", "b", "c", "d"], 2), "`a`, `b` and 2 more");
    }
}
