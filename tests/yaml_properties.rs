//! What holds of the YAML tree for any input, and for every file of the corpus.

#![allow(clippy::print_stdout, reason = "tells what the corpus lacks")]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use composemod::text::edit::TextEdit;
use composemod::text::span::Span;
use composemod::yaml::document::{
    Document, Entry, Kind, Node, NodeId, ScalarStyle, Style, SyntaxErrorKind,
};
use composemod::yaml::patch::{self, Change, Patch, Refusal, Value};
use proptest::prelude::*;
use saphyr_parser::{Event, Parser};

/// Gives every YAML file of the corpus beside the repository; none where it is not checked out.
fn corpus() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let beside = root.join("../shared/corpus");
    let named = std::env::var_os("COMPOSEMOD_CORPUS").map(PathBuf::from);
    let Some(found) = named.or_else(|| beside.is_dir().then_some(beside)) else {
        println!("skipped: no corpus at ../shared/corpus");
        return Vec::new();
    };
    let mut files = Vec::new();
    let mut folders = vec![found];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(folder) else { continue };
        for path in entries.flatten().map(|entry| entry.path()) {
            let is_yaml = path.extension().is_some_and(|end| end == "yml" || end == "yaml");
            match path.is_dir() {
                true => folders.push(path),
                false if is_yaml => files.push(path),
                false => {}
            }
        }
    }
    files.sort();
    files
}

/// What a reader makes of a file: one line a node, in order.
fn read_by_saphyr(text: &str) -> Result<Vec<String>, String> {
    let mut seen = Vec::new();
    for event in Parser::new_from_str(text) {
        let (event, _) = event.map_err(|error| error.to_string())?;
        match event {
            Event::Scalar(value, style, ..) => {
                let absent = style == saphyr_parser::ScalarStyle::Plain && value == "~";
                seen.push(if absent { "scalar ".to_owned() } else { format!("scalar {value}") });
            }
            Event::Alias(_) => seen.push("alias".to_owned()),
            Event::SequenceStart(..) => seen.push("sequence".to_owned()),
            Event::MappingStart(..) => seen.push("mapping".to_owned()),
            _ => {}
        }
    }
    Ok(seen)
}

fn read_by_us(doc: &Document) -> Vec<String> {
    let tell = |(id, node): (NodeId, &Node)| match &node.kind {
        Kind::Scalar(style) => {
            let value = doc.value(id).unwrap_or_default();
            let absent = *style == ScalarStyle::Plain && value == "~";
            format!("scalar {}", if absent { "" } else { &value })
        }
        Kind::Alias { .. } => "alias".to_owned(),
        Kind::Sequence { .. } => "sequence".to_owned(),
        Kind::Mapping { .. } => "mapping".to_owned(),
    };
    doc.nodes().map(tell).collect()
}

/// Checks what the doc comments say of the spans of a well-formed file's nodes.
fn check_spellings(doc: &Document) {
    let text = doc.text();
    for (_, node) in doc.nodes() {
        let source = &text[node.span.range()];
        let starts = |start: &str| assert!(source.starts_with(start), "{source:?}");
        let whole = |open: char, close: char| {
            assert!(source.starts_with(open) && source.ends_with(close), "{source:?}");
            assert!(source.len() > 1, "{source:?}");
        };
        match &node.kind {
            Kind::Scalar(ScalarStyle::Single) => whole('\'', '\''),
            Kind::Scalar(ScalarStyle::Double) => whole('"', '"'),
            Kind::Scalar(ScalarStyle::Literal) => starts("|"),
            Kind::Scalar(ScalarStyle::Folded) => starts(">"),
            Kind::Scalar(ScalarStyle::Plain) => {
                assert_eq!(source, source.trim_matches([' ', '\t', '\r', '\n']));
            }
            Kind::Sequence { style: Style::Flow, .. } => whole('[', ']'),
            Kind::Sequence { style: Style::Block, items } => {
                for item in items {
                    let dash = item.start as usize;
                    assert_eq!(text.as_bytes().get(dash), Some(&b'-'));
                }
                assert_eq!(items.first().map(|item| item.start), Some(node.span.start));
            }
            Kind::Mapping { .. } => {}
            Kind::Alias { .. } => starts("*"),
        }
    }
}

/// Checks that spans are in the text, nested and in order, and that values are where they say.
fn check_spans(doc: &Document) {
    let slice = |span: Span| doc.text().get(span.range()).expect("a span fits the text");
    for (id, node) in doc.nodes() {
        for (named, sigil) in [(&node.anchor, '&'), (&node.tag, '!')] {
            if let Some(named) = named {
                assert_eq!(slice(named.span), format!("{sigil}{}", named.name));
                assert!(named.span.end <= node.span.start);
            }
        }
        let mut children = Vec::new();
        if let Kind::Mapping { entries, .. } = &node.kind {
            children.extend(entries.iter().flat_map(|entry| [entry.key, entry.value]));
        }
        if let Kind::Sequence { items, .. } = &node.kind {
            children.extend(items.iter().map(|item| item.value));
        }
        let mut before = node.span.start;
        for child in children {
            let span = doc.node(child).span;
            assert!(node.span.contains(span), "{span:?} in {:?} {:?}", node.span, slice(node.span));
            assert!(before <= span.start, "children overlap in {:?}", slice(node.span));
            before = span.end;
            assert_eq!(doc.node(child).parent, Some(id));
        }
        if let Some(value) = doc.value(id).filter(|_| matches!(node.kind, Kind::Scalar(_))) {
            check_value_spans(doc, id, &value);
        }
    }
    for &comment in doc.comments() {
        assert!(slice(comment).starts_with('#'));
    }
}

/// Every character of a value is where `value_span` says, or nowhere.
fn check_value_spans(doc: &Document, id: NodeId, value: &str) {
    let node = doc.node(id);
    for (at, char) in value.char_indices().take(200) {
        if let Some(span) = doc.value_span(id, at..at + char.len_utf8()) {
            assert_eq!(doc.text().get(span.range()), Some(char.to_string().as_str()));
            assert!(node.span.contains(span));
        } else {
            let folded = matches!(char, ' ' | '\n');
            let quoted =
                matches!(node.kind, Kind::Scalar(ScalarStyle::Single | ScalarStyle::Double));
            assert!(folded || quoted, "{value:?} at {at}");
        }
    }
}

#[test]
fn corpus_is_read_as_saphyr_reads_it() {
    let mut unreadable = Vec::new();
    for path in corpus() {
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        let (doc, errors) = Document::parse(&Arc::from(text.as_str()));
        for error in &errors {
            println!("{}: {:?} {error}", path.display(), error.kind);
        }
        check_spans(&doc);
        if errors.is_empty() {
            check_spellings(&doc);
        }
        match read_by_saphyr(&text) {
            Ok(theirs) => {
                let ours = read_by_us(&doc);
                let differing = ours.iter().zip(&theirs).find(|(ours, theirs)| ours != theirs);
                assert_eq!(differing, None, "{}", path.display());
                assert_eq!(ours.len(), theirs.len(), "{}", path.display());
            }
            Err(error) => unreadable.push((path, error)),
        }
    }
    for (path, error) in unreadable {
        println!("saphyr can't read {}: {error}", path.display());
    }
}

/// Text that is YAML often enough: all that has a meaning, and some that has none.
fn yaml_like() -> impl Strategy<Value = String> {
    let tokens = [
        " ",
        "  ",
        "\n",
        "\n",
        "\n  ",
        "\r\n",
        "\t",
        "a",
        "é",
        "- ",
        "-",
        ": ",
        ":",
        "? ",
        "|",
        ">-",
        "#",
        " # c\n",
        "[",
        "]",
        "{",
        "}",
        ", ",
        "&x ",
        "*x",
        "!t ",
        "\"",
        "'",
        "\\",
        "---",
        "...\n",
        "\u{feff}",
        "a: ",
        "\n- a",
        "\nb: |\n  x",
        "\n  - ",
        "{a: b}",
        "[a, b]",
        "- c: 1\n",
        "k:\n",
    ];
    let token = prop::sample::select(tokens.to_vec());
    prop::collection::vec(token, 0..30).prop_map(|tokens| tokens.concat())
}

/// A value as it is planned or read.
#[derive(Clone, Debug, PartialEq)]
enum Tree {
    Null,
    Scalar(String),
    List(Vec<Tree>),
    Map(Vec<(String, Tree)>),
}

fn tree(doc: &Document, id: NodeId) -> Tree {
    match &doc.node(id).kind {
        Kind::Mapping { entries, .. } => Tree::Map(
            entries
                .iter()
                .map(|entry| {
                    let key = doc.value(entry.key).unwrap_or_default().into_owned();
                    (key, tree(doc, entry.value))
                })
                .collect(),
        ),
        Kind::Sequence { items, .. } => {
            Tree::List(items.iter().map(|item| tree(doc, item.value)).collect())
        }
        Kind::Scalar(style) => match doc.value(id).unwrap_or_default() {
            value if *style == ScalarStyle::Plain && matches!(&*value, "" | "~" | "null") => {
                Tree::Null
            }
            value => Tree::Scalar(value.into_owned()),
        },
        Kind::Alias { .. } => Tree::Null,
    }
}

fn planned(value: &Value) -> Tree {
    match value {
        Value::String(string) => Tree::Scalar(string.clone()),
        Value::List(items) => Tree::List(items.iter().map(planned).collect()),
        Value::Map(pairs) => {
            Tree::Map(pairs.iter().map(|(key, value)| (key.clone(), planned(value))).collect())
        }
        Value::Null | Value::Verbatim(_) => Tree::Null,
    }
}

/// Makes the planned changes on the tree of values.
fn plan(doc: &Document, id: NodeId, changes: &[Change]) -> Tree {
    let old = match &doc.node(id).kind {
        Kind::Mapping { entries, .. } => {
            let kept = entries.iter().filter(|entry| !changes.contains(&Change::Remove(entry.key)));
            let pair = |entry: &Entry| {
                let renamed = changes.iter().find_map(|change| match change {
                    Change::RenameKey(key, new) if *key == entry.key => Some(new.clone()),
                    _ => None,
                });
                let key = doc.value(entry.key).unwrap_or_default().into_owned();
                (renamed.unwrap_or(key), plan(doc, entry.value, changes))
            };
            Tree::Map(kept.map(pair).collect())
        }
        Kind::Sequence { items, .. } => {
            let kept = items.iter().filter(|item| !changes.contains(&Change::Remove(item.value)));
            Tree::List(kept.map(|item| plan(doc, item.value, changes)).collect())
        }
        _ => tree(doc, id),
    };
    changes.iter().fold(old, |old, change| match (old, change) {
        (_, Change::Replace(at, new)) if *at == id => planned(new),
        (_, Change::SetScalar(at, new)) if *at == id => Tree::Scalar(new.clone()),
        (Tree::Map(mut pairs), Change::AddEntry(at, key, value)) if *at == id => {
            pairs.push((key.clone(), planned(value)));
            Tree::Map(pairs)
        }
        (Tree::List(mut items), Change::AddItem(at, value)) if *at == id => {
            items.push(planned(value));
            Tree::List(items)
        }
        (Tree::List(_), Change::ListToMap(at, pairs)) if *at == id => {
            Tree::Map(pairs.iter().map(|(key, value)| (key.clone(), planned(value))).collect())
        }
        (old, _) => old,
    })
}

fn scalar() -> impl Strategy<Value = String> {
    let spelled = [
        "x",
        "'it''s'",
        "\"a\\tb\"",
        "22:22",
        "\"\"",
        "~",
        "",
        "a b",
        "http://db:1/x",
        "on",
        "\"é\"",
        "'8080:80'",
        "${A:-b}",
        "x-y_z",
    ];
    prop::sample::select(spelled.to_vec()).prop_map(str::to_owned)
}

/// Lines of a block node, to be indented below its key.
fn block_node() -> impl Strategy<Value = Vec<String>> {
    let comment = prop::sample::select(vec!["", "", " # c", "  # d: e"]);
    let scalar_line = (scalar(), comment.clone()).prop_map(|(scalar, comment)| {
        // A key's or a dash's line: the first blank is the caller's.
        vec![format!("={scalar}{comment}")]
    });
    let flow = prop::sample::select(vec![
        "[]",
        "{}",
        "[a, b]",
        "[ 'a', \"b\", ]",
        "{a: b}",
        "{ \"a\": 1, \"b\": [c] }",
        "{a: , b: c}",
        "[{a: b}, [c]]",
        "[a,\n  b]",
        "[\n  a, # c\n  b # d\n  ]",
        "{\n  a: 1,\n  b: {}, # e\n  }",
        "{\n  \"a\": 1\n  }",
    ]);
    let flow = flow.prop_map(|flow| {
        let mut lines = flow.split('\n').map(str::to_owned).collect::<Vec<_>>();
        lines[0] = format!("={}", lines[0]);
        lines
    });
    let text = prop::sample::select(vec!["|", "|-", "|+", ">", ">-", ">+"]);
    let block = (text, prop::collection::vec(prop::sample::select(vec!["x", "y z", ""]), 1..4));
    let block = block.prop_map(|(header, content)| {
        let mut lines = vec![format!("={header}"), "  x".to_owned()];
        lines.extend(content.iter().map(|line| match line.is_empty() {
            true => String::new(),
            false => format!("  {line}"),
        }));
        lines
    });
    let leaf = prop_oneof![4 => scalar_line, 2 => flow, 1 => block];
    leaf.prop_recursive(4, 40, 4, move |inner| {
        let between = prop::sample::select(vec!["", "", "", "", "#", "# c", "    # far", "."]);
        let children = prop::collection::vec((inner, between, comment.clone()), 1..4);
        (children, 0..5_usize).prop_map(|(children, shape)| {
            let mut lines = Vec::new();
            for (at, (child, between, comment)) in children.into_iter().enumerate() {
                match between {
                    "." => lines.push(String::new()),
                    "" => {}
                    comment => lines.push(comment.to_owned()),
                }
                // `-`, a zero-indented or an indented list, a mapping of step 2 or 4.
                let (head, indent) = match shape {
                    0 | 1 => ("-".to_owned(), "  "),
                    2 => (["a:", "'b c':", "\"d\":", "e_f:"][at].to_owned(), "    "),
                    _ => (["a:", "'b c':", "\"d\":", "e_f:"][at].to_owned(), "  "),
                };
                let mut child = child.into_iter();
                let first = child.next().unwrap_or_default();
                let zero = shape == 4 && first.starts_with('-');
                let indent = if zero { "" } else { indent };
                let indented = |line: String| match line.is_empty() {
                    true => line,
                    false => format!("{indent}{line}"),
                };
                match first.strip_prefix('=') {
                    Some("") => lines.push(head),
                    Some(inline) => lines.push(format!("{head} {inline}")),
                    // A compact collection in a list.
                    None if head == "-" && comment.is_empty() && !first.starts_with(['#', ' ']) => {
                        lines.push(format!("- {first}"));
                    }
                    None => {
                        lines.push(format!("{head}{comment}"));
                        lines.push(indented(first));
                    }
                }
                lines.extend(child.map(indented));
            }
            lines
        })
    })
}

/// A file, and how its lines end.
fn file() -> impl Strategy<Value = String> {
    (block_node(), any::<bool>(), any::<bool>()).prop_map(|(lines, crlf, last)| {
        let mut lines = lines;
        if let Some(scalar) = lines[0].strip_prefix('=') {
            lines[0] = format!("k: {scalar}");
        }
        let line_break = if crlf { "\r\n" } else { "\n" };
        let text = lines.join(line_break);
        if last { text + line_break } else { text }
    })
}

fn new_value() -> impl Strategy<Value = Value> {
    let string = prop::sample::select(vec!["new", "on", "a: b", "it's", "", "é", "-x", "1"]);
    let leaf = prop_oneof![
        3 => string.prop_map(|string| Value::String(string.to_owned())),
        1 => Just(Value::Null)
    ];
    leaf.prop_recursive(3, 8, 3, |inner| {
        let pairs = prop::collection::vec(inner.clone(), 0..3).prop_map(|values| {
            let pair =
                |(at, value): (usize, Value)| (["default", "n x", "yes"][at].to_owned(), value);
            Value::Map(values.into_iter().enumerate().map(pair).collect())
        });
        let items = prop::collection::vec(inner, 0..3).prop_map(Value::List);
        prop_oneof![pairs, items]
    })
}

/// Makes one of the changes at a node.
fn change(doc: &Document, id: NodeId, which: usize, new: &Value) -> Result<Patch, Refusal> {
    let items = doc.items(id).len();
    match which {
        0 => patch::add_entry(doc, id, "new key", new),
        1 => patch::add_items(doc, id, &[new.clone(), Value::String("z".to_owned())]),
        2 => patch::list_to_map(doc, id, &vec![new.clone(); items]),
        3 => patch::replace_value(doc, id, new),
        4 => patch::remove(doc, id),
        5 => patch::rename_key(doc, id, "new: name"),
        6 => patch::set_scalar(doc, id, "new name"),
        _ => {
            let value = doc.value(id).unwrap_or_default();
            let parts =
                value.match_indices('x').map(|(at, x)| (at..at + x.len(), "new".to_owned()));
            patch::splice_scalar(doc, id, &parts.collect::<Vec<_>>())
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn any_text_gives_a_tree_with_sound_spans(text in prop_oneof![yaml_like(), ".{0,40}"]) {
        let text: Arc<str> = Arc::from(text);
        let (doc, errors) = Document::parse(&text);
        prop_assert_eq!(doc.text(), &text);
        check_spans(&doc);
        if errors.iter().all(|error| error.kind != SyntaxErrorKind::Malformed) {
            check_spellings(&doc);
        }
    }

    #[test]
    fn changes_are_as_planned(
        text in file(),
        at in any::<prop::sample::Index>(),
        which in 0..8_usize,
        new in new_value(),
    ) {
        let (doc, errors) = Document::parse(&Arc::from(text.as_str()));
        prop_assert_eq!(errors, vec![], "{}", text);
        check_spans(&doc);
        let suits = |(id, node): &(NodeId, &Node)| {
            let is_item = node.parent.is_some_and(|parent| !doc.items(parent).is_empty());
            let is_key = node.parent.is_some_and(|parent| {
                doc.entries(parent).iter().any(|entry| entry.key == *id)
            });
            match (which, &node.kind) {
                (0, Kind::Mapping { .. }) | (1 | 2, Kind::Sequence { .. }) => true,
                (3, _) => !is_key,
                (4, _) => is_key || is_item,
                (5, _) => is_key,
                (6 | 7, Kind::Scalar(_)) => true,
                _ => false,
            }
        };
        let nodes: Vec<_> = doc.nodes().filter(suits).map(|(id, _)| id).collect();
        if nodes.is_empty() {
            return Ok(());
        }
        let id = nodes[at.index(nodes.len())];
        let Ok(patch) = change(&doc, id, which, &new) else { return Ok(()) };
        let plan = plan(&doc, doc.roots()[0], &patch.changes);
        let after = TextEdit::new(patch.edits).expect("edits are disjoint").apply(&text);
        let (doc_after, errors) = Document::parse(&Arc::from(after.as_str()));
        prop_assert_eq!(errors, vec![], "{}", after);
        prop_assert_eq!(tree(&doc_after, doc_after.roots()[0]), plan, "{}", after);
        prop_assert_eq!(read_by_saphyr(&after), Ok(read_by_us(&doc_after)));
        let comments = |doc: &Document| {
            let slice = |span: &Span| doc.text()[span.range()].to_owned();
            doc.comments().iter().map(slice).collect::<Vec<_>>()
        };
        if which != 4 {
            prop_assert_eq!(comments(&doc), comments(&doc_after), "{}", after);
            prop_assert_eq!(after.ends_with('\n'), text.ends_with('\n'), "{}", after);
        }
        for line in after.split_inclusive('\n') {
            prop_assert_eq!(line.ends_with("\r\n"), text.contains('\r') && line.ends_with('\n'));
        }
    }
}
