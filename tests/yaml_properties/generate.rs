//! Random files: such as Compose files are, and such as nobody writes.

use composemod::yaml::patch::Value;
use proptest::prelude::*;

/// Text that is YAML often enough: all that has a meaning, and some that has none.
pub(crate) fn yaml_like() -> impl Strategy<Value = String> {
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

/// A file, and how its lines end.
pub(crate) fn file() -> impl Strategy<Value = String> {
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

pub(crate) fn new_value() -> impl Strategy<Value = Value> {
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
