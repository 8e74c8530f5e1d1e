//! dclint's comments in Compose files: `# dclint disable-file` and `# dclint disable RULE…` in the
//! first line that says something, for the file; `# dclint disable-line RULE…` for its own line, or,
//! where it has a line to itself, for the next.
//!
//! Without rules they are about all rules of dclint. Our other lints, which dclint does not have, go
//! on speaking.

use crate::lints::dclint::{RULES, rule};
use crate::lints::suppress::{Reach, Suppression, Tool, lines};
use crate::text::source::{SourceFile, line_range};
use crate::text::span::Span;

/// Finds dclint's comments of a file.
#[must_use]
pub fn comments(source: &SourceFile) -> Vec<Suppression> {
    let text = &*source.text;
    let named = memchr::memmem::find_iter(text.as_bytes(), "dclint");
    let mut found: Vec<Suppression> = named.filter_map(|at| comment(text, at)).collect();
    found.dedup();
    found
}

fn comment(text: &str, at: usize) -> Option<Suppression> {
    let line = line_range(text, at);
    let before = text.get(line.start..at)?.trim_end().strip_suffix('#')?;
    let start = line.start + before.len();
    let order = text.get(at + "dclint".len()..line.end)?.strip_prefix([' ', '\t'])?;
    let mut words = order.split_whitespace();
    let reach = match words.next()? {
        "disable-file" | "disable" if opens(text, line.start) => Reach::File,
        "disable-line" if before.trim().is_empty() => Reach::Lines(lines(text, line.clone())),
        "disable-line" => Reach::Lines(Span::new(line.start, line.end)),
        _ => return None,
    };
    let is_all = order.trim_start().starts_with("disable-file");
    let words: Vec<&str> = words.filter(|_| !is_all).collect();
    let named = words.iter().filter_map(|word| rule(word));
    let rules: Vec<_> = if words.is_empty() { RULES.iter().collect() } else { named.collect() };
    Some(Suppression {
        lints: rules.into_iter().flat_map(|rule| rule.lints).map(|&lint| lint.to_owned()).collect(),
        span: Span::new(start, start + text.get(start..line.end)?.trim_end().len()),
        reach,
        reason: None,
        tool: Tool::Dclint,
    })
}

/// Tells whether a line is the first that says something: blank ones and `---` don't.
fn opens(text: &str, line: usize) -> bool {
    let before = text.get(..line).unwrap_or_default().trim_start_matches('\u{feff}');
    before.lines().all(|line| matches!(line.trim(), "" | "---"))
}

#[cfg(test)]
mod tests {
    use super::comments;
    use crate::lints::suppress::Reach;
    use crate::text::source::SourceFile;
    use crate::text::span::Span;

    /// What covers a place: the number of lints, and whether it is for the file.
    fn covering(text: &str, needle: &str) -> Vec<(usize, bool)> {
        let at = text.find(needle).unwrap();
        let found = comments(&SourceFile::new("compose.yaml", text));
        let span = Span::new(at, at + 1);
        let covers = found.iter().filter(|one| one.lints.iter().any(|lint| one.covers(lint, span)));
        covers.map(|one| (one.lints.len(), one.reach == Reach::File)).collect()
    }

    #[test]
    fn for_the_file_in_its_first_line() {
        for (text, expected) in [
            ("# dclint disable-file\nx: 1\n", vec![(16, true)]),
            ("\u{feff}\n---\n#dclint  disable\nx: 1\n", vec![(16, true)]),
            (
                "# dclint disable no-version-field services-alphabetical-order\nx: 1\n",
                vec![(2, true)],
            ),
            ("# dclint disable no-version-field because it is old\nx: 1\n", vec![(1, true)]),
            ("# dclint disable nothing-of-the-kind\nx: 1\n", vec![]),
            ("# hello\n# dclint disable\nx: 1\n", vec![]),
            ("y: 1\n# dclint disable-file\nx: 1\n", vec![]),
            ("# dclint-disable\nx: 1\n", vec![]),
        ] {
            assert_eq!(covering(text, "x"), expected, "{text}");
        }
    }

    #[test]
    fn for_a_line() {
        for (text, expected) in [
            ("x: 1 # dclint disable-line\n", vec![(16, false)]),
            ("x: 1 # dclint disable-line no-version-field\n", vec![(1, false)]),
            ("y: 1\n# dclint disable-line\nx: 1\n", vec![(16, false)]),
            ("y: 1 # dclint disable-line\nx: 1\n", vec![]),
            ("# dclint disable-line no-version-field\ny: 1\nx: 1\n", vec![]),
        ] {
            assert_eq!(covering(text, "x"), expected, "{text}");
        }
    }
}
