use std::sync::Arc;

use proptest::prelude::*;

use super::parse;
use crate::yaml::build::parse_events;

/// Reads a text, and holds the tree against the one that the parser's events make. Gives whether it
/// was read.
fn agrees(text: &str) -> Result<bool, TestCaseError> {
    let text: Arc<str> = Arc::from(text);
    let Some(ours) = parse(&text) else { return Ok(false) };
    let (theirs, errors) = parse_events(&text);
    prop_assert_eq!(errors, []);
    prop_assert_eq!(format!("{ours:?}"), format!("{theirs:?}"));
    Ok(true)
}

/// Contents of lines: all that is read here, and much of what is not.
const LINES: [&str; 108] = [
    "",
    "",
    " ",
    "# c",
    "  # c ",
    "#",
    "a:",
    "b:",
    "c:",
    "d: 1",
    "e: f g",
    "h: i # c",
    "j:  # c",
    "k: l:m",
    "n: o#p",
    "q: #",
    "\"r\": s",
    "'t': u",
    "'v''w': x",
    "\"y\": \"z\"",
    "a b: c",
    "- a",
    "- b c",
    "-",
    "- # c",
    "- - d",
    "- -",
    "- - -",
    "- e: f",
    "- g:",
    "- \"h\"",
    "- 'i'",
    "- j: k # c",
    "-   l: m",
    "- http://n:80",
    "o: |",
    "o: |-",
    "o: >+",
    "o: >  # c",
    "- |",
    "- o: |",
    "o: |2",
    "o: |#",
    "text",
    "text more",
    "k: v: w",
    "k: \"x\" y",
    "k: \"x",
    "k: 'x''y'",
    "k: \"\\n\\\\\\\"\"",
    "k: \"\\x41\"",
    "k: \"\\q\"",
    "k: 'x' # c",
    "k: 'x'#c",
    "k: [a, b]",
    "k: [a , 'b' ,\"c\"]",
    "k: []",
    "k: {}",
    "k: [a,]",
    "k: [,]",
    "k: [a",
    "k: [a] # c",
    "k: [a]b",
    "k: {a: b}",
    "k: {a: b, c: [d, {e: f}]}",
    "k: {a}",
    "k: {a: }",
    "k: {\"a\":b}",
    "k: {a: b,}",
    "k: {'a': b }",
    "k: [a: b]",
    "k: [*n, a]",
    "k: {a: *n}",
    "k: [a:b, c-d, -e]",
    "k: [a #]",
    "[a]: b",
    "{a: b}",
    "[a, b]",
    "- [a]",
    "- {a: b}",
    "k: &n",
    "k: &n v",
    "k: &n [a]",
    "k: &n |",
    "k: &n # c",
    "k: &m *n",
    "k: *n",
    "k: *n # c",
    "- *n",
    "<<: *n",
    "- &n a",
    "- &n",
    "- &n a: b",
    "&n k: v",
    "*n : v",
    "k: !t v",
    "---",
    "--- # c",
    "...",
    "%T",
    "? k",
    ": v",
    "k: - a",
    "k: ? a",
    "k : v",
    "k: @a",
    "k: é ü",
    "k: \u{85}",
];

/// Texts of such lines, each indented somehow.
fn lines() -> impl Strategy<Value = String> {
    let line = (0_usize..4, 0_usize..12, prop::sample::select(LINES.to_vec()));
    let line = line.prop_map(|(depth, odd, line)| {
        let indent = depth * 2 + usize::from(odd == 0);
        format!("{}{line}", " ".repeat(indent))
    });
    let end = prop::sample::select(vec!["\n", "\n", "", " ", "\n\n", "\n  "]);
    (prop::collection::vec(line, 0..9), end).prop_map(|(lines, end)| lines.join("\n") + end)
}

/// Texts that are trees: each key and item has a value, indented as it should be.
fn trees() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(vec![
        " v",
        " \"q\\n\"",
        " 's''s'",
        "",
        " # c",
        " [a, {b: c}]",
        " {a: [b, *n]}",
        " |",
        " >-  # c",
        " &n",
        " &n x",
        " *n",
        " a:b # c",
    ]);
    let node = (0_usize..3, leaf, 0_usize..3).prop_map(|(shape, leaf, more)| (shape, leaf, more));
    prop::collection::vec(node, 1..24).prop_map(|nodes| {
        let mut text = String::from("x: &n [1]\n");
        let mut depth = 0_usize;
        for (number, (shape, leaf, more)) in nodes.into_iter().enumerate() {
            let indent = "  ".repeat(depth);
            let line = match shape {
                0 => format!("{indent}k{number}:{leaf}\n"),
                1 => format!("{indent}-{leaf}\n"),
                _ => format!("{indent}- k{number}:{leaf}\n"),
            };
            text += &line;
            if leaf.contains(['|', '>']) {
                text += &format!("{indent}     text: {number}\n\n{indent}       # more\n");
            }
            depth = if leaf.is_empty() || leaf == " &n" || leaf == " # c" {
                depth + more
            } else {
                depth.saturating_sub(more / 2)
            };
        }
        text
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn lines_of_any_sort_are_read_as_the_parser_reads_them(text in lines()) {
        agrees(&text)?;
    }

    #[test]
    fn trees_are_read_as_the_parser_reads_them(text in trees()) {
        agrees(&text)?;
    }
}

#[test]
fn what_compose_files_are_made_of_is_read() {
    for text in [
        "",
        "# only a comment\n",
        "---\nservices:\n  db:\n    image: postgres:16 # c\n",
        "services:\n  web:\n    ports:\n    - \"80:80\"\n    - 'a''b'\n    command: [\"sh\", -c, {a: b}]\n",
        "x-c: &c\n  restart: always\nservices:\n  a:\n    <<: *c\n    environment: {A: 1, B: [*c]}\n",
        "services:\n  a:\n    command: |\n      one\n        two\n\n    entrypoint: >-\n      x\n  b:\n",
        "a:\n- b: 1\n  c:\n  - d\n-\n- - e\n",
    ] {
        assert!(agrees(text).expect("the same tree"), "{text:?}");
    }
}

#[test]
fn what_is_not_common_is_left_to_the_parser() {
    for text in [
        "a:\tb\n",
        "a: b\r\n",
        "a: !reset null\n",
        "a: b\n  c\n",
        "a: \"b\n  c\"\n",
        "a: 1\na: 2\n",
        "a: *b\n",
        "a: &a [*a]\n",
        "a: [b,\n  c]\n",
        "a: 1\n---\nb: 2\n",
        "\u{feff}a: 1\n",
        "? a\n: b\n",
        "a: 1\n b: 2\n",
        "a\n",
        "[a]\n",
    ] {
        assert_eq!(parse(&Arc::from(text)).map(|_| ()), None, "{text:?}");
    }
    let deep: String = (0..200).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
    assert!(parse(&Arc::from(deep)).is_none());
}

/// What most files hold is read here, and not left to the parser.
#[test]
fn common_shapes_are_read() {
    for text in [
        "a: 'b\\c'\n",
        "a: 'b''c'\n",
        "a: \"b\\\"c\\\\d\\n\"\n",
        "\"a\\\"b\": c\n",
        "'a''b': c\n",
        ".a: b\nc:\n  ..d: e\n  ...f: g\n",
        "a: .b\n",
        "-a: b\n--c: d\n",
        "--- # c\na: b\n",
        "\n\n# c\n\n--- \n\na: b\n\n",
        "a: b#c d # e\n",
        "a: b:c://d\n",
        "a:b: c\n",
        "a#b: c\n",
        "a: &x\n  b: c\n",
        "a: &x # c\n  b: c\n",
        "a: &x [b]\n",
        "a: &x b\nc: *x\n",
        "- &x a\n- *x\n",
        "a: |\n  b\n\n   c\nd: e\n",
        "a: |\n  b\n\n\n",
        "a: >-\n\n  b\n  c\n",
        "a: |+\n  b\n\nc: d\n",
        "a: |  # c\n  b\n",
        "- |\n a\n- b\n",
        "a:\n  - |\n    b\n  - c\n",
        "a:\n- b\n- c: d\n  e: f\n",
        "- - a\n  - b\n- - c\n",
        "a: [b, 'c', \"d\"]\n",
        "a: {b: c, d: [e, {f: g}]}\n",
        "a: []\nb: {}\n",
        "a: [b] # c\n",
        "a:\n\n  b:\n    c: 1\n\n\n  d: 2\n",
        "a:\nb: ~\nc: # d\n",
    ] {
        let is_read = agrees(text);
        assert!(is_read.is_ok(), "{text:?}: {is_read:?}");
        assert!(is_read.is_ok_and(|is_read| is_read), "{text:?}");
    }
}
