//! Splits a document into blocks of code and lines of prose: Markdown's fences,
//! reStructuredText's directives, AsciiDoc's listings.

use std::ops::Range;

use crate::repo::mentions::people;

/// A piece of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Block<'t> {
    /// One line of prose.
    Prose(Range<usize>),
    /// A block of code.
    Code {
        /// What its fence calls the language, in its own spelling; empty where nothing is said.
        language: &'t str,
        /// Its lines, without the fences.
        range: Range<usize>,
    },
}

/// What is open while lines are read.
enum Open<'t> {
    /// A fence of so many characters.
    Fence { language: &'t str, mark: u8, length: usize, start: usize },
    /// Lines that are indented deeper than the directive above them.
    Indented { language: &'t str, indent: usize, start: Option<usize>, end: usize },
    /// `----`
    Listing { language: &'t str, mark: &'t str, start: usize },
}

/// Splits a document.
pub(super) fn blocks(text: &str) -> Vec<Block<'_>> {
    let mut blocks = Vec::new();
    let mut open: Option<Open<'_>> = None;
    // AsciiDoc names the language on the line before the block.
    let mut announced = "";
    for line in people::lines(text, &(0..text.len())) {
        let shown = text.get(line.clone()).unwrap_or_default();
        open = match open {
            Some(Open::Fence { language, mark, length, start }) => {
                if closes(shown, mark, length) {
                    blocks.push(Block::Code { language, range: start..line.start });
                    None
                } else {
                    Some(Open::Fence { language, mark, length, start })
                }
            }
            Some(Open::Listing { language, mark, start }) => {
                if shown.trim_end() == mark {
                    blocks.push(Block::Code { language, range: start..line.start });
                    None
                } else {
                    Some(Open::Listing { language, mark, start })
                }
            }
            Some(Open::Indented { language, indent, start, end }) => {
                let deeper = shown.len() - shown.trim_start().len() > indent;
                if shown.trim().is_empty() {
                    Some(Open::Indented { language, indent, start, end })
                } else if deeper {
                    let start = start.or(Some(line.start));
                    Some(Open::Indented { language, indent, start, end: line.end })
                } else {
                    blocks.extend(start.map(|start| Block::Code { language, range: start..end }));
                    starts(shown, &line, announced, &mut blocks)
                }
            }
            None => starts(shown, &line, announced, &mut blocks),
        };
        announced = announcement(shown).unwrap_or_default();
    }
    let end = text.len();
    blocks.extend(open.and_then(|open| match open {
        Open::Fence { language, start, .. } | Open::Listing { language, start, .. } => {
            Some(Block::Code { language, range: start.min(end)..end })
        }
        Open::Indented { language, start, end, .. } => {
            start.map(|start| Block::Code { language, range: start..end })
        }
    }));
    blocks
}

/// Reads a line outside of blocks: it may open one, or it is prose.
fn starts<'t>(
    shown: &'t str,
    line: &Range<usize>,
    announced: &'t str,
    blocks: &mut Vec<Block<'t>>,
) -> Option<Open<'t>> {
    let content = content(shown);
    if let Some(mark) = content.bytes().next().filter(|byte| matches!(byte, b'`' | b'~')) {
        let length = content.bytes().take_while(|byte| *byte == mark).count();
        let info = content.get(length..).unwrap_or_default();
        if length >= 3 && !(mark == b'`' && info.contains('`')) {
            let language = language(info);
            return Some(Open::Fence { language, mark, length, start: line.end + 1 });
        }
    }
    let bare = shown.trim_end();
    if matches!(bare, "----" | "....") && !announced.is_empty() {
        let start = line.end + 1;
        return Some(Open::Listing {
            language: announced.trim_start_matches('!'),
            mark: bare,
            start,
        });
    }
    let indent = shown.len() - shown.trim_start().len();
    if let Some(language) = directive(shown.trim()) {
        return Some(Open::Indented { language, indent, start: None, end: line.end });
    }
    blocks.push(Block::Prose(line.clone()));
    // A paragraph that ends so in reStructuredText announces a block.
    let literal = bare.ends_with("::") && !bare.trim_start().starts_with("..") && bare.len() > 2;
    literal.then_some(Open::Indented { language: "", indent, start: None, end: line.end })
}

/// Takes quote signs and list marks off a line's start.
fn content(line: &str) -> &str {
    let mut rest = line.trim_start();
    loop {
        let next = rest.strip_prefix('>').or_else(|| rest.strip_prefix("- ")).or_else(|| {
            rest.strip_prefix("* ").or_else(|| {
                let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
                rest.get(digits..)
                    .filter(|_| digits > 0)
                    .and_then(|rest| rest.strip_prefix(". ").or_else(|| rest.strip_prefix(") ")))
            })
        });
        match next {
            Some(next) => rest = next.trim_start(),
            None => return rest,
        }
    }
}

fn closes(line: &str, mark: u8, length: usize) -> bool {
    let content = line.trim_start().trim_start_matches(['>', ' ']).trim_end();
    content.len() >= length && content.bytes().all(|byte| byte == mark)
}

/// `bash`, `{.yaml}`, `yaml title="x"`, `{code-block} sh`.
fn language(info: &str) -> &str {
    let info = info.trim();
    let info = info.strip_prefix("{code-block}").unwrap_or(info);
    let word = info.trim().trim_start_matches(['{', '.']);
    word.split([' ', ',', '{', '}', ':', '\t']).next().unwrap_or_default()
}

/// `.. code-block:: bash`
fn directive(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("..")?.trim_start();
    let names = ["code-block::", "code::", "sourcecode::", "prompt::"];
    let found = names.iter().find_map(|name| rest.strip_prefix(name));
    found.map(|language| language.split_whitespace().next().unwrap_or_default())
}

/// `[source,bash]`; a listing without a language is announced by `!`.
fn announcement(line: &str) -> Option<&str> {
    let inner = line.trim().strip_prefix('[')?.strip_suffix(']')?;
    let mut parts = inner.split(',').map(str::trim);
    match parts.next()? {
        "source" | "source%linenums" => Some(parts.next().unwrap_or("!")),
        "listing" | "literal" => Some("!"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Block, blocks};

    /// Blocks of code as `language|text`, prose as its text.
    fn split(text: &str) -> Vec<String> {
        blocks(text)
            .into_iter()
            .map(|block| match block {
                Block::Prose(range) => text[range].to_owned(),
                Block::Code { language, range } => format!("{language}|{}", &text[range]),
            })
            .collect()
    }

    #[test]
    fn documents() {
        let table: &[(&str, &[&str])] = &[
            ("a\n```sh\nb\n```\nc", &["a", "sh|b\n", "c"]),
            ("~~~\na\n```\n~~~\nb", &["|a\n```\n", "b"]),
            ("````md\n```\na\n```\n````", &["md|```\na\n```\n"]),
            ("> ```yaml title=\"x\"\n> a\n> ```\nb", &["yaml|> a\n", "b"]),
            ("1. ```bash\n   a\n   ```\n2. b", &["bash|   a\n", "2. b"]),
            ("```{.python}\na", &["python|a"]),
            ("```a` b", &["```a` b"]),
            (".. code-block:: sh\n\n   a\n\n   b\nc", &["sh|   a\n\n   b", "c"]),
            ("a::\n\n  b\nc", &["a::", "|  b", "c"]),
            ("[source,bash]\n----\na\n----\nb", &["[source,bash]", "bash|a\n", "b"]),
            ("----\na\n----", &["----", "a", "----"]),
            ("```\n", &["|"]),
            ("", &[""]),
        ];
        for (text, expected) in table {
            assert_eq!(split(text), *expected, "{text}");
        }
    }
}
