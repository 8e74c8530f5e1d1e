//! Where the values of variables stand in a file: no report shows them.
//!
//! Whatever a variable is called, it may hold a secret. A value that spans lines is given as a whole.
//! Deliberately absent: settings that are no variables (a key of a JSON file). Which of those are
//! secrets is told by their names, where a line is shown.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use regex::Regex;

use crate::compose::env_file;
use crate::repo::kind::{FileKind, kind};
use crate::repo::parsed::Parsed;
use crate::text::source::SourceFile;
use crate::yaml::document::{Document, Kind, NodeId, ScalarStyle};

/// The values of files by path, with the text that they are of. Copies share them.
#[derive(Clone, Default)]
pub struct Values(Arc<Mutex<BTreeMap<String, OfText>>>);

impl std::fmt::Debug for Values {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Values").finish_non_exhaustive()
    }
}

type OfText = (Arc<str>, Arc<[Range<usize>]>);

impl Values {
    /// Gives the bytes of a file's values: in order, disjoint, without quotes around them.
    #[must_use]
    pub fn of(&self, file: &SourceFile, parsed: &Parsed) -> Arc<[Range<usize>]> {
        let known = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((text, values)) = known().get(&file.path)
            && Arc::ptr_eq(text, &file.text)
        {
            return Arc::clone(values);
        }
        let values: Arc<[Range<usize>]> = values(file, parsed).into();
        known().insert(file.path.clone(), (Arc::clone(&file.text), Arc::clone(&values)));
        values
    }
}

fn values(file: &SourceFile, parsed: &Parsed) -> Vec<Range<usize>> {
    let text = &file.text;
    let found = match kind(&file.path, text) {
        FileKind::Env => of_env_file(text),
        FileKind::Yaml | FileKind::Ci => {
            let read = parsed.get(file);
            let mut found = of_document(&read.doc);
            if !read.errors.is_empty() {
                found.extend(of_lines(text));
            }
            found
        }
        _ => Vec::new(),
    };
    joined(found.into_iter().chain(assigned(text)).collect())
}

/// Gives ranges in order, those that meet as one.
fn joined(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.retain(|range| !range.is_empty());
    ranges.sort_by_key(|range| (range.start, range.end));
    let mut joined: Vec<Range<usize>> = Vec::new();
    for range in ranges {
        match joined.last_mut() {
            Some(last) if range.start < last.end => last.end = last.end.max(range.end),
            _ => joined.push(range),
        }
    }
    joined
}

/// Each value, and what stands in a line that is no assignment: it may be one that is mistyped.
fn of_env_file(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut entries = env_file::entries(text).into_iter().peekable();
    let (mut start, mut read) = (0, 0);
    for line in text.split_inclusive('\n') {
        let (begin, end) = (start, start + line.len());
        start = end;
        while let Some(entry) = entries.next_if(|entry| entry.name.start < end) {
            read = entry.value.as_ref().map_or(entry.name.end, |value| value.end);
            found.extend(entry.value);
        }
        if begin >= read && !line.trim_start().starts_with('#') {
            let name = NAME.as_ref().and_then(|name| name.find(line)).map_or(0, |name| name.end());
            let end = begin + line.trim_end().len();
            found.push((begin + name).min(end)..end);
        }
    }
    found
}

/// The start of a line up to where a value may begin.
static NAME: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"^\s*(?:export\s+)?[A-Za-z0-9_.-]*\s*[=:]?\s*").ok());

/// `NAME=value`, as shells, Dockerfiles, make and programs have it, where the name is in capitals; a
/// name in small letters at the start of a line, as in a shell; defaults of a variable in a program.
static ASSIGNED: LazyLock<Vec<Regex>> =
    LazyLock::new(|| SOURCES.iter().filter_map(|source| Regex::new(source).ok()).collect());

const SOURCES: [&str; 8] = [
    r#"(?-u:\b)[A-Z][A-Z0-9_]*=(?<value>[^[:space:]"'`;&|<>]+)"#,
    r#"(?-u:\b)[A-Z][A-Z0-9_]*[[:space:]]*[:?+]?=[[:space:]]*["'](?<value>[^"'\n]+)"#,
    r#"(?m)^[[:space:]]*(?:export[[:space:]]+)?[A-Z][A-Z0-9_]*[ \t]*[:?+]?=[ \t]+(?<value>[^[:space:]"'`(\[{,;]+)(?:[ \t]*$|[ \t]+#)"#,
    r#"(?m)^[ \t]*(?:export[ \t]+)?[a-z_][A-Za-z0-9_]*=(?<value>[^[:space:]"'`;&|<>]+)"#,
    r#"(?m)^[ \t]*(?:ARG|ENV)[ \t]+[A-Za-z_][A-Za-z0-9_]*=(?<value>[^[:space:]"']+)"#,
    r#"(?m)^ENV[ \t]+[A-Za-z_][A-Za-z0-9_]*[ \t]+(?<value>[^=[:space:]]+)[ \t]*$"#,
    r#"(?-u:\b)[A-Za-z_]*(?:get|getenv|setdefault|env)[A-Za-z0-9_]*\([[:space:]]*["'][A-Z][A-Z0-9_]*["'][[:space:]]*,[[:space:]]*["'](?<value>[^"'\n]+)"#,
    r#"(?-u:\b)env(?-u:\b)[.\[A-Za-z0-9_"'\])]*[[:space:]]*(?:\|\||\?\?)[[:space:]]*["'](?<value>[^"'\n]+)"#,
];

fn assigned(text: &str) -> Vec<Range<usize>> {
    let all = ASSIGNED.iter().flat_map(|pattern| pattern.captures_iter(text));
    let values = all.filter_map(|captures| captures.name("value"));
    // What a command prints is no text of the file.
    values.filter(|value| !value.as_str().starts_with("$(")).map(|value| value.range()).collect()
}

/// What a node is to the values in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    /// Nothing is known of it.
    Other,
    /// It holds secrets or configs by name, one of which may have its content here.
    Stores,
    /// One of these.
    Store,
    /// Variables: a mapping, or a list of `NAME=value` or of `name` and `value`.
    Variables,
    /// One item of such a list.
    Variable,
    /// A value, with all that is in it.
    Value,
}

/// Keys whose values are variables: of Compose, of Kubernetes, of CI.
const VARIABLES: [&str; 6] =
    ["args", "build-args", "env", "environment", "stringData", "variables"];

/// Gives the values of YAML that can't be read as a whole: what stands in lines that are further in
/// than a key of variables.
fn of_lines(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut open: Option<usize> = None;
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let content = line.trim();
        let indent = line.len() - line.trim_start().len();
        let begin = start + indent;
        let end = begin + content.len();
        start += line.len();
        let is_item = content.starts_with('-');
        if open
            .is_some_and(|open| content.is_empty() || indent > open || (indent == open && is_item))
        {
            let name = LINE_NAME.as_ref().and_then(|name| name.find(content));
            found.push(begin + name.map_or(0, |name| name.end())..end);
            continue;
        }
        let key = content.split_once(':').filter(|(key, _)| VARIABLES.contains(key));
        if let Some((_, rest)) = key {
            let flow = rest.trim_start().trim_start_matches(['[', '{']).trim_start();
            let name = LINE_NAME.as_ref().and_then(|name| name.find(flow));
            found.push(end - flow.len() + name.map_or(0, |name| name.end())..end);
        }
        open = key.map(|_| indent);
    }
    found
}

/// A list's dash and a name, up to where its value may begin.
static LINE_NAME: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"^(?:-\s+)?["']?[A-Za-z_][A-Za-z0-9_.-]*["']?\s*[:=]\s*["']?"#).ok()
});

fn of_document(doc: &Document) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut seen = BTreeSet::new();
    let mut open: Vec<(NodeId, Part)> = doc.roots().iter().map(|id| (*id, Part::Other)).collect();
    while let Some((id, part)) = open.pop() {
        if !seen.insert((id, part)) {
            continue;
        }
        let node = doc.node(id);
        match &node.kind {
            Kind::Alias { target: Some(target), .. } if part > Part::Store => {
                open.push((*target, part));
            }
            // A password may begin with a star, or be read as an anchor or a tag.
            Kind::Alias { .. } if part == Part::Value => found.push(node.span.range()),
            Kind::Alias { .. } => {}
            Kind::Scalar(_) if part == Part::Value && node.span.range().is_empty() => {
                let names = node.anchor.iter().chain(&node.tag);
                found.extend(names.map(|name| name.span.range()));
            }
            Kind::Scalar(style) => {
                let span = node.span.range();
                let text = doc.text().get(span.clone()).unwrap_or_default();
                match part {
                    Part::Value => found.push(match style {
                        ScalarStyle::Single | ScalarStyle::Double if text.len() > 1 => {
                            span.start + 1..span.end - 1
                        }
                        _ => span,
                    }),
                    Part::Variables | Part::Variable => {
                        let end =
                            span.end - usize::from(text.len() > 1 && text.ends_with(['"', '\'']));
                        found.extend(text.find('=').map(|at| (span.start + at + 1).min(end)..end));
                    }
                    Part::Other | Part::Stores | Part::Store => {}
                }
            }
            Kind::Sequence { items, .. } => {
                let of_item = if part == Part::Variables { Part::Variable } else { part };
                open.extend(items.iter().map(|item| (item.value, of_item)));
            }
            Kind::Mapping { entries, .. } => {
                for entry in entries {
                    let key = doc.value(entry.key).unwrap_or_default();
                    open.push((entry.value, below(part, &key)));
                }
            }
        }
    }
    found
}

/// Tells what stands under a key.
fn below(part: Part, key: &str) -> Part {
    match part {
        Part::Variables if key == "<<" => Part::Variables,
        Part::Value | Part::Variables => Part::Value,
        Part::Variable if !["key", "name", "valueFrom"].contains(&key) => Part::Value,
        Part::Store if key == "content" => Part::Value,
        Part::Stores => Part::Store,
        Part::Other if VARIABLES.contains(&key) => Part::Variables,
        Part::Other if ["configs", "secrets"].contains(&key) => Part::Stores,
        Part::Other | Part::Store | Part::Variable => Part::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn veiled(path: &str, text: &str) -> String {
        let mut out = text.to_owned();
        for range in values(&SourceFile::new(path, text), &Parsed::default()).into_iter().rev() {
            out.replace_range(range, "*");
        }
        out
    }

    #[test]
    fn every_pattern_is_one() {
        assert_eq!(ASSIGNED.len(), SOURCES.len());
        assert!(NAME.is_some());
    }

    #[test]
    fn values_of_variables_are_found() {
        let table = [
            (
                ".env",
                "A=b c # d\nexport b='c'\n# e\nF\nG h\nI=\"j\nk\"\n",
                "A=* # d\nexport b='*'\n# e\nF\nG *\nI=\"*\"\n",
            ),
            (
                "c.yaml",
                "environment:\n  a: b\n  c: 'd'\n  e: |\n    f\ng: h\n",
                "environment:\n  a: *\n  c: '*'\n  e: *\ng: h\n",
            ),
            ("c.yaml", "environment: [a=b, \"c=d\", e]\n", "environment: [a=*, \"c=*\", e]\n"),
            ("c.yaml", "env:\n  - {name: a, value: b}\n", "env:\n  - {name: a, value: *}\n"),
            (
                "c.yaml",
                "x: &x {a: b}\nenvironment:\n  <<: *x\n",
                "x: &x {a: *}\nenvironment:\n  <<: *x\n",
            ),
            (
                "c.yaml",
                "secrets: {a: {content: b, file: c}}\n",
                "secrets: {a: {content: *, file: c}}\n",
            ),
            ("c.yaml", "environment: {c: &d , e: !f }\n", "environment: {c: * , e: * }\n"),
            (
                "c.yaml",
                "environment:\n  a: \"b\n  c: d\nf: g\n",
                "environment:\n  a: \"*\n  c: *\nf: g\n",
            ),
            ("c.yaml", "environment: {a: b, c: [\n", "environment: {a: *\n"),
            ("c.yaml", "environment: {a: *b, c: d}\n", "environment: {a: *\n"),
            ("c.yaml", "env: [{a: b}]\nx: [\n", "env: [{a: *\nx: [\n"),
            ("c.yaml", "command: A_B=c d --e=f\n", "command: A_B=* d --e=f\n"),
            ("a.sh", "x=y A=b,c d \"E=f g\" && H='i j' k\n", "x=* A=* d \"E=* g\" && H='*' k\n"),
            ("b.sh", "a=$(b c) d=e\n", "a=$(b c) d=e\n"),
            ("Makefile", "A := b\nC = $(d e)\n", "A := *\nC = $(d e)\n"),
            ("Dockerfile", "ENV A=b&(c D=e\nENV F g\n", "ENV A=* D=*\nENV F *\n"),
            (
                "a.py",
                "A = os.getenv(\"B\", \"c\")\nD = e.f\n",
                "A = os.getenv(\"B\", \"*\")\nD = *\n",
            ),
            (
                "a.js",
                "a = process.env.B || 'c'; d = process.env['E'] ?? 'f'\n",
                "a = process.env.B || '*'; d = process.env['E'] ?? '*'\n",
            ),
            ("a.md", "NOTE: it is so; a == b, x=y\n", "NOTE: it is so; a == b, x=y\n"),
        ];
        for (path, text, expected) in table {
            assert_eq!(veiled(path, text), expected, "{path}");
        }
    }

    #[test]
    fn values_are_found_once_for_each_text() {
        let values = Values::default();
        let file = SourceFile::new(".env", "A=b\n");
        let of = |file: &SourceFile| values.clone().of(file, &Parsed::default());
        assert!(Arc::ptr_eq(&of(&file), &of(&file)));
        assert_eq!(of(&SourceFile::new(".env", "AA=b\n")).first(), Some(&(3..4)));
    }
}
