use super::*;
use crate::text::edit::TextEdit;
use crate::yaml::document::NodeId;
use crate::yaml::patch::{self, Value};

/// Finds a node by keys and indices: `a.b.0`; a path that ends in `:` gives the pair's key.
fn find(doc: &Document, path: &str) -> NodeId {
    let (path, key) = path.strip_suffix(':').map_or((path, false), |path| (path, true));
    let mut parts = path.split('.').filter(|part| !part.is_empty()).peekable();
    let mut at = doc.roots()[0];
    while let Some(part) = parts.next() {
        at = match doc.get(at, part) {
            Some(entry) if key && parts.peek().is_none() => entry.key,
            Some(entry) => entry.value,
            None => doc.items(at)[part.parse::<usize>().expect("an index")].value,
        };
    }
    at
}

type Planned = (&'static str, fn(NodeId, &Document) -> Change);

fn run(before: &str, changes: &[Planned], after: &str) -> Result<(), Objection> {
    let (doc, errors) = Document::parse(&Arc::from(before));
    let duplicates = errors.iter().all(|error| error.kind == SyntaxErrorKind::DuplicateKey);
    assert!(duplicates, "{before}: {errors:?}");
    let changes: Vec<_> = changes.iter().map(|(path, make)| make(find(&doc, path), &doc)).collect();
    check(&doc, after, &changes)
}

fn string(text: &str) -> Value {
    Value::String(text.to_owned())
}

const RENAME: fn(NodeId, &Document) -> Change = |id, _| Change::RenameKey(id, "new".to_owned());
const SET: fn(NodeId, &Document) -> Change = |id, _| Change::SetScalar(id, "new".to_owned());
const REMOVE: fn(NodeId, &Document) -> Change = |id, _| Change::Remove(id);
const ADD: fn(NodeId, &Document) -> Change =
    |id, _| Change::AddEntry(id, "new".to_owned(), string("1"));
const ADD_MAP: fn(NodeId, &Document) -> Change = |id, _| {
    let aliases = Value::List(vec![string("old"), string("on")]);
    let network = Value::Map(vec![("aliases".to_owned(), aliases)]);
    Change::AddEntry(id, "new".to_owned(), network)
};
const ADD_ITEM: fn(NodeId, &Document) -> Change = |id, _| Change::AddItem(id, string("new"));
const EMPTY: fn(NodeId, &Document) -> Change = |id, _| Change::Replace(id, Value::Null);
const STRING: fn(NodeId, &Document) -> Change = |id, _| Change::Replace(id, string("new"));
const TO_MAP: fn(NodeId, &Document) -> Change = |id, _| {
    let pair = |name: &str, value| (name.to_owned(), value);
    Change::ListToMap(id, vec![pair("a", Value::Null), pair("b", string("2"))])
};
const COPY: fn(NodeId, &Document) -> Change = |id, doc| {
    let copy = Value::Verbatim(find(doc, "from"));
    Change::Replace(id, Value::Map(vec![("k".to_owned(), copy)]))
};

#[test]
fn agrees_with_what_was_planned() {
    let table: &[(&str, &[Planned], &str)] = &[
        ("", &[], ""),
        ("# c\n", &[], "# c\n"),
        ("---\n", &[], "---\n"),
        ("a: 1\n---\nb: 2\n", &[("a", SET)], "a: new\n---\nb: 2\n"),
        ("a: 1 # c\n", &[], "a: 1 # c\n"),
        ("a: 1\n", &[], "a:   1\n"),
        ("a: x\n", &[], "a: 'x'\n"),
        ("a: [x, y]\n", &[], "a:\n- x\n- y\n"),
        ("a: ~\nb:\n", &[], "a:\nb: null\n"),
        (
            "a: .nan\nb: 0440\nc: 18446744073709551616\nd: !t 1\n",
            &[],
            "a: .nan\nb: 0440\nc: 18446744073709551616\nd: !t 1\n",
        ),
        ("a: {old: 1}\n", &[("a.old:", RENAME)], "a: {new: 1}\n"),
        ("a: {old: 1}\n", &[("a.old:", RENAME), ("a.old:", RENAME)], "a: {new: 1}\n"),
        ("a: old\n", &[("a", SET)], "a: new\n"),
        ("a: !t old\n", &[("a", SET)], "a: !t new\n"),
        ("a: &x {old: 1}\nb: *x\n", &[("a.old:", RENAME)], "a: &x {new: 1}\nb: *x\n"),
        ("a: &x {old: 1}\nb: *x\n", &[("b.old:", RENAME)], "a: &x {new: 1}\nb: *x\n"),
        ("a: &x {old: 1}\nb: {<<: *x}\n", &[("a.old:", RENAME)], "a: &x {new: 1}\nb: {<<: *x}\n"),
        ("a: &x 1\nb: *x\n", &[("b", STRING)], "a: &x 1\nb: new\n"),
        ("a: 1\n", &[("a", EMPTY)], "a:\n"),
        ("a: {}\n", &[("a", ADD)], "a: {new: '1'}\n"),
        ("a: 1\n", &[("", ADD_MAP)], "a: 1\nnew:\n  aliases: [old, \"on\"]\n"),
        ("a:\n- x\n", &[("a", ADD_ITEM)], "a:\n- x\n- new\n"),
        ("n:\n- a # c\n- b\n", &[("n", TO_MAP)], "n:\n  a: # c\n  b: \"2\"\n"),
        ("n: [x, y]\n", &[("n.0", REMOVE)], "n: [y]\n"),
        ("a: 1 # c\nb: 2\n", &[("a:", REMOVE)], "b: 2\n"),
        ("a:\n  # d\n  x: 1 # c\nb: 2 # e\n", &[("a:", REMOVE)], "b: 2 # e\n"),
        ("# c\na: 1 # c\nb: 2 # c\n", &[("a:", REMOVE)], "# c\nb: 2 # c\n"),
        ("a: 1 # c\nb: 2\n", &[("a:", REMOVE)], "# c\nb: 2\n"),
        ("from: 0440\nto: x\n", &[("to", COPY)], "from: 0440\nto:\n  k: 0440\n"),
        ("a: 1\na: 2\nb: 3\n", &[("b", SET)], "a: 1\na: 2\nb: new\n"),
        ("a: 1\r\nb: 2\r\n", &[("a", SET)], "a: new\r\nb: 2\r\n"),
    ];
    let wrong: Vec<_> = table
        .iter()
        .filter_map(|(before, changes, after)| {
            let objection = run(before, changes, after).err()?;
            Some(format!("{before:?} -> {after:?}: {objection}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn objects_to_anything_else() {
    let table: &[(&str, &[Planned], &str, &str)] = &[
        ("a: 1\n", &[], "a: 2\n", "reads another value at `a`"),
        ("a: 1\n", &[], "a: '1'\n", "reads another value at `a`"),
        ("a: 0440\n", &[], "a: 440\n", "reads another value at `a`"),
        ("a: 1.0\n", &[], "a: 1.00\n", "saphyr reads another value at `a`"),
        ("a: x\n", &[], "a: !t x\n", "at `a`"),
        ("a: 1\nb: 2\n", &[], "b: 2\na: 1\n", "at `a`"),
        ("a: {b: {c: [x, {d: 1}]}}\n", &[], "a: {b: {c: [x, {d: 2}]}}\n", "at `a.b.c[1].d`"),
        ("a: [x]\n", &[], "a: [x, y]\n", "at `a`"),
        ("a: 1\n", &[], "a: 1\nb: 2\n", "at `b`"),
        ("a: 1\nb: 2\n", &[], "a: 1\n", "at `b`"),
        ("a: 1\n", &[], "a: 1\n---\nb: 1\n", "at ``"),
        ("", &[], "a: 1\n", "at ``"),
        ("a: |+\n  x\n\nb: 1\n", &[], "a: |+\n  x\nb: 1\n", "at `a`"),
        ("a: old\n", &[("a", SET)], "a: old\n", "at `a`"),
        ("a: old\nb: old\n", &[("a", SET)], "a: new\nb: new\n", "at `b`"),
        ("a: !t old\n", &[("a", SET)], "a: new\n", "at `a`"),
        ("a: {old: 1}\n", &[("a.old:", RENAME)], "a: {old: 1}\n", "at `a.old`"),
        ("a: 1\n", &[("", ADD)], "a: 1\nnew: 1\n", "at `new`"),
        ("a: 1\n", &[("", ADD)], "a: 1\n", "at `new`"),
        ("a: 1\n", &[("", ADD_MAP)], "a: 1\nnew:\n  aliases: [old, on, x]\n", "at `new.aliases`"),
        ("a: 1\n", &[("", ADD)], "new: '1'\na: 1\n", "at `a`"),
        ("n: [a, b]\n", &[("n", TO_MAP)], "n: {a: , b: 2}\n", "at `n.b`"),
        ("n: [x, y]\n", &[("n.0", REMOVE)], "n: [x]\n", "at `n[0]`"),
        ("from: 0440\nto: x\n", &[("to", COPY)], "from: 0440\nto:\n  k: '0440'\n", "at `to.k`"),
        // A change inside of a part that goes can't be seen to be made.
        ("a: {b: 1}\n", &[("a", STRING), ("a.b", SET)], "a: new\n", "at `a.b`"),
        ("a: &x 1\nb: *x\n", &[("b", STRING)], "a: &x new\nb: *x\n", "at `a`"),
        ("a: 1 # c\n", &[], "a: 1\n", "comment would change: `# c`"),
        ("a: 1 # c\n", &[], "a: 1 # d\n", "comment would change: `# c`"),
        ("a: 1\n", &[], "a: 1 # c\n", "comment would change: `# c`"),
        ("# c\na: 1\nb: 2\n", &[("a:", REMOVE)], "b: 2\n", "comment would change: `# c`"),
        ("a: 1 # c\nb: 2 # c\n", &[("a:", REMOVE)], "b: 2\n", "comment would change: `# c`"),
        ("a: 1\n", &[], "a: [\n", "composemod can't read the file after"),
        ("a: 1\n", &[], "a: 1\na: 2\n", "composemod can't read the file after"),
        ("a: 1\na: 2\n", &[], "a: 2\na: 1\n", "at `a`"),
        ("a: 1\nb: 1\n", &[], "a: 1\na: 1\n", "composemod can't read the file after"),
        ("a: 1\n", &[], "a: *x\n", "composemod can't read the file after"),
        ("...\n", &[], "...\n", "serde_yaml can't read the file as it stands"),
        ("a:\tx\n", &[], "a:\tx\n", "saphyr can't read the file as it stands"),
        ("a: 1\n", &[], "a:\t1\n", "saphyr can't read the file after"),
    ];
    let wrong: Vec<_> = table
        .iter()
        .filter_map(|(before, changes, after, objection)| {
            let found = run(before, changes, after).map_err(|found| found.to_string());
            let right = found.as_ref().is_err_and(|found| found.contains(objection));
            (!right).then(|| format!("{before:?} -> {after:?}: {objection}, not {found:?}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn agrees_with_patches() {
    type Make = fn(&Document, NodeId) -> Result<patch::Patch, patch::Refusal>;
    let table: &[(&str, &str, Make)] = &[
        ("a:\n  old: 1 # c\n", "a.old:", |doc, id| patch::rename_key(doc, id, "on")),
        ("a: &x old # c\nb: *x\n", "b", |doc, id| patch::set_scalar(doc, doc.resolve(id), "22:22")),
        ("a: \"http://old:1\"\n", "a", |doc, id| {
            patch::splice_scalar(doc, id, &[(7..10, "new".to_owned())])
        }),
        ("a: |\n  x old\n  y\nb: 1\n", "a", |doc, id| {
            patch::splice_scalar(doc, id, &[(2..5, "new".to_owned())])
        }),
        ("a:\n  b: 1\n# c\nd: |+\n  x\n\n", "", |doc, id| {
            patch::add_entry(doc, id, "e", &Value::Map(vec![("f".to_owned(), Value::Null)]))
        }),
        ("a: {b: 1}\n", "a", |doc, id| patch::add_entry(doc, id, "c", &string("~"))),
        ("a:\n- b # c\n", "a", |doc, id| patch::add_items(doc, id, &[string("1"), string("x: y")])),
        ("a:\n- b # c\n- d\n", "a", |doc, id| {
            patch::list_to_map(doc, id, &[Value::Null, Value::List(vec![string("x")])])
        }),
        ("a: [b, c]\n", "a", |doc, id| patch::list_to_map(doc, id, &[string("1"), Value::Null])),
        ("a: 0440\nb:\n", "b", |doc, id| {
            let copy = Value::Verbatim(find(doc, "a"));
            patch::replace_value(doc, id, &Value::Map(vec![("m".to_owned(), copy)]))
        }),
        ("a: # c\n  b: 1 # d\n  e: 2\n", "a.b:", patch::remove),
        ("a: [b]\n", "a.0", patch::remove),
        ("a:\r\n- b # d\r\n- c\r\n", "a.0", patch::remove),
        ("a: # c\n  # d\n  b: 1 # e\n  # f\n  g: 2\n# h\n", "a", patch::clear),
    ];
    for (before, path, make) in table {
        let (doc, _) = Document::parse(&Arc::from(*before));
        let patch = make(&doc, find(&doc, path)).expect(before);
        let after = TextEdit::new(patch.edits).expect(before).apply(before);
        assert_ne!(after, *before);
        assert_eq!(check(&doc, &after, &patch.changes), Ok(()), "{before:?} -> {after:?}");
        assert!(check(&doc, before, &patch.changes).is_err(), "{before:?}");
    }
}

#[test]
fn refuses_what_expands_without_measure() {
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..8 {
        let aliases = vec![format!("*a{}", level - 1); 10].join(", ");
        bomb += &format!("a{level}: &a{level} [{aliases}]\n");
    }
    let (doc, _) = Document::parse(&Arc::from(bomb.as_str()));
    let objection = check(&doc, &bomb, &[]).expect_err("it is too large");
    assert!(objection.to_string().contains("1000000 nodes"), "{objection}");

    let mut chain = "a0: &a0 [x]\n".to_owned();
    for level in 1..2000 {
        chain += &format!("a{level}: &a{level} [*a{}]\n", level - 1);
    }
    let (doc, _) = Document::parse(&Arc::from(chain.as_str()));
    assert!(check(&doc, &chain, &[]).is_err());
}
