//! The unified diff, given to the real `git apply`: it must make exactly the edited text.

use std::collections::BTreeMap;
use std::sync::Arc;

use composemod::text::change::ChangeSet;
use composemod::text::diff::unified;
use composemod::text::edit::Edit;
use composemod::text::span::Span;
use proptest::prelude::*;

use crate::tree::Tree;

/// A file and its edits: bytes from, bytes to, what stands there then.
type Case = (&'static str, String, Vec<(usize, usize, &'static str)>);

fn cases() -> Vec<Case> {
    let numbered: String = (1..=40).map(|line| format!("line {line}\n")).collect();
    // Each line of the first nine is seven bytes long.
    let line = |number: usize| (number - 1) * 7;
    vec![
        ("plain.txt", "a\nb\nc\n".into(), vec![(2, 3, "x")]),
        ("first line", "a\nb\nc\n".into(), vec![(0, 1, "x")]),
        ("no-line-feed-at-end", "a\nb".into(), vec![(2, 3, "x")]),
        ("no-line-feed-as-context", "a\nb\nc\nd".into(), vec![(0, 1, "x")]),
        ("line-feed-added-at-end", "a\nb".into(), vec![(3, 3, "\n")]),
        ("line-feed-removed-at-end", "a\nb\n".into(), vec![(3, 4, "")]),
        ("line-feed-removed-and-more-added", "a\nb\n".into(), vec![(3, 4, ""), (4, 4, "c")]),
        ("line-added-after-unfinished-line", "a\nb".into(), vec![(3, 3, "\nc\nd")]),
        ("line-added-at-end", "a\nb\n".into(), vec![(4, 4, "c\n")]),
        ("unfinished-line-added-at-end", "a\nb\n".into(), vec![(4, 4, "c")]),
        ("line-added-at-start", "a\nb\n".into(), vec![(0, 0, "c\n")]),
        ("line-added-between", "a\nb\n".into(), vec![(2, 2, "c\nd\n")]),
        ("line-removed", "a\nb\nc\n".into(), vec![(2, 4, "")]),
        ("lines-joined", "a\nb\nc\n".into(), vec![(1, 2, "")]),
        ("all-removed", "a\nb\nc\n".into(), vec![(0, 6, "")]),
        ("all-removed-unfinished", "a".into(), vec![(0, 1, "")]),
        ("empty-file", String::new(), vec![(0, 0, "a\n")]),
        ("empty-file-unfinished", String::new(), vec![(0, 0, "a")]),
        ("only-a-line-feed", "\n".into(), vec![(0, 0, "a")]),
        ("crlf", "a\r\nb\r\nc\r\n".into(), vec![(3, 4, "x")]),
        ("mixed-line-ends", "a\r\nb\nc\rd\ne\r".into(), vec![(7, 8, "x"), (9, 10, "y")]),
        ("bare-carriage-returns", "a\rb\rc\rd".into(), vec![(2, 3, "x")]),
        ("other-line-ends", "a\u{2028}b\u{85}c\u{c}d\u{b}e\n".into(), vec![(4, 5, "x")]),
        ("bom", "\u{feff}a: b\n".into(), vec![(6, 7, "c")]),
        ("beyond-ascii", "é: ü\n日本: 語\n".into(), vec![(0, 2, "日")]),
        ("two-edits-on-a-line", "a b c\n".into(), vec![(0, 1, "x"), (4, 5, "y")]),
        ("edits-on-following-lines", "a\nb\nc\n".into(), vec![(0, 1, "x"), (2, 3, "y")]),
        ("edit-over-lines", "a\nb\nc\nd\n".into(), vec![(0, 5, "x\nb\ny"), (6, 7, "z")]),
        ("same-text", "a\nb\n".into(), vec![(0, 1, "a")]),
        ("same-text-and-another", "a\nb\n".into(), vec![(0, 1, "a"), (2, 3, "c")]),
        (
            "hunks-that-touch",
            numbered.clone(),
            vec![(line(1), line(1) + 4, "LINE"), (line(8), line(8) + 4, "LINE")],
        ),
        (
            "hunks-apart",
            numbered.clone(),
            vec![(line(1), line(1) + 4, "LINE"), (line(9), line(9) + 4, "LINE\n")],
        ),
        ("growth-moves-later-hunks", numbered, vec![(7, 7, "x\ny\nz\n"), (300, 300, "w\n")]),
        ("looks like a diff", "-- a\n++ b\n@@ -1 +1 @@\n\\ No\n".into(), vec![(3, 4, "x")]),
        ("a folder/with blanks/x y.txt", "a\n".into(), vec![(0, 1, "x")]),
        ("ends with blank ", "a\n".into(), vec![(0, 1, "x")]),
        ("tab\there", "a\n".into(), vec![(0, 1, "x")]),
        ("quote\"and\\backslash", "a\n".into(), vec![(0, 1, "x")]),
        ("line\nfeed\rin name", "a\n".into(), vec![(0, 1, "x")]),
        ("control\u{1}\u{7}\u{8}\u{b}\u{c}\u{1b}\u{7f}", "a\n".into(), vec![(0, 1, "x")]),
        ("ümläut/日本.yaml", "a\n".into(), vec![(0, 1, "x")]),
        ("ü and blank", "a\n".into(), vec![(0, 1, "x")]),
        ("a -> b/{x}/b/a", "a\n".into(), vec![(0, 1, "x")]),
        ("-dash", "a\n".into(), vec![(0, 1, "x")]),
        ("nul-later", format!("{}\0\nb\n", "a".repeat(9000)), vec![(9002, 9003, "x")]),
    ]
}

/// Writes the files, has git apply the diff of the edits, and compares what it made.
fn check(files: &BTreeMap<String, (String, Vec<Edit>)>) {
    let tree = Tree::new(&[]);
    for (path, (text, _)) in files {
        tree.put(path, text);
    }
    let edits = files
        .iter()
        .flat_map(|(path, (_, edits))| edits.iter().map(move |edit| (path.clone(), edit.clone())));
    let change = ChangeSet::new(edits).expect("edits without conflict");
    let diff = unified(&change, &|path| files.get(path).map(|(text, _)| Arc::from(text.as_str())));
    if !diff.is_empty() {
        // Outside a repository git applies to the files as they are.
        tree.put(".patch", &diff);
        tree.run_git(&["apply", "--whitespace=nowarn", ".patch"]);
    }
    for (path, (text, _)) in files {
        let edited = change.get(path).map_or_else(|| text.clone(), |edit| edit.apply(text));
        assert_eq!(tree.text(path), edited, "{path:?}\n{diff}");
    }
}

#[test]
fn git_applies_the_diff_of_odd_files() {
    let mut all = BTreeMap::new();
    for (path, text, edits) in cases() {
        let edit = |&(start, end, insert): &(usize, usize, &str)| {
            Edit::replace(Span::new(start, end), insert)
        };
        let case = (text, edits.iter().map(edit).collect::<Vec<_>>());
        check(&BTreeMap::from([(path.to_owned(), case.clone())]));
        all.insert(path.to_owned(), case);
    }
    check(&all);
}

#[test]
fn hunks_are_as_git_writes_them() {
    let text: Arc<str> = (1..=20).map(|line| format!("{line}\n")).collect::<String>().into();
    let edits = [
        Edit::replace(Span::new(0, 1), "one"),
        Edit::replace(Span::new(2, 3), "two"),
        Edit::insert(21, "ten and a half\n"),
        Edit::replace(Span::new(48, 51), ""),
    ];
    let change = ChangeSet::new(edits.map(|edit| ("a b".to_owned(), edit))).expect("no conflict");
    let expected = [
        "diff --git a/a b b/a b\n--- a/a b\t\n+++ b/a b\t\n",
        "@@ -1,5 +1,5 @@\n-1\n-2\n+one\n+two\n 3\n 4\n 5\n",
        "@@ -8,6 +8,7 @@\n 8\n 9\n 10\n+ten and a half\n 11\n 12\n 13\n",
        "@@ -17,4 +18,3 @@\n 17\n 18\n 19\n-20\n",
    ];
    assert_eq!(unified(&change, &|_| Some(Arc::clone(&text))), expected.concat());
}

/// Git takes more than it writes; this is what it writes.
#[test]
fn short_hunks_are_as_git_writes_them() {
    let head = "diff --git a/a b/a\n--- a/a\n+++ b/a\n";
    let unfinished = "\\ No newline at end of file\n";
    let cases = [
        ("a\n", Edit::replace(Span::new(0, 1), "b"), "@@ -1 +1 @@\n-a\n+b\n".to_owned()),
        ("a\n", Edit::insert(2, "b\n"), "@@ -1 +1,2 @@\n a\n+b\n".to_owned()),
        ("", Edit::insert(0, "b\n"), "@@ -0,0 +1 @@\n+b\n".to_owned()),
        ("a\n", Edit::replace(Span::new(0, 2), ""), "@@ -1 +0,0 @@\n-a\n".to_owned()),
        ("a", Edit::insert(1, "\n"), format!("@@ -1 +1 @@\n-a\n{unfinished}+a\n")),
        ("a\n", Edit::replace(Span::new(1, 2), ""), format!("@@ -1 +1 @@\n-a\n+a\n{unfinished}")),
        (
            "a",
            Edit::insert(1, "\nb"),
            format!("@@ -1 +1,2 @@\n-a\n{unfinished}+a\n+b\n{unfinished}"),
        ),
    ];
    for (text, edit, expected) in cases {
        let change = ChangeSet::new([("a".to_owned(), edit)]).expect("no conflict");
        assert_eq!(unified(&change, &|_| Some(Arc::from(text))), format!("{head}{expected}"));
    }
}

#[test]
fn a_large_file_takes_no_longer_for_its_edits() {
    let text: Arc<str> = "services: x\n".repeat(300_000).into();
    let edits = (0..300_000).map(|line| Edit::replace(Span::new(line * 12, line * 12 + 1), "S"));
    let change = ChangeSet::new(edits.map(|edit| ("a".to_owned(), edit))).expect("no conflict");
    let start = std::time::Instant::now();
    let diff = unified(&change, &|_| Some(Arc::clone(&text)));
    assert_eq!(diff.lines().count(), 600_004);
    // A comparison of all lines with all others would take hours.
    assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
}

fn file() -> impl Strategy<Value = (String, Vec<Edit>)> {
    let text = "[ab\u{e9}\r\n\n\n]{0,40}";
    let cuts = proptest::collection::vec((0_usize..41, "[a\n\r]{0,4}"), 0..6);
    (text, cuts).prop_map(|(text, cuts)| {
        let ends: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        let mut cuts: Vec<(usize, String)> =
            cuts.into_iter().map(|(at, insert)| (ends[at % ends.len()], insert)).collect();
        cuts.sort();
        cuts.dedup_by_key(|cut| cut.0);
        let edits = cuts.chunks(2).map(|pair| {
            let last = pair.last().map_or(pair[0].0, |cut| cut.0);
            Edit::replace(Span::new(pair[0].0, last), pair[0].1.clone())
        });
        let edits = edits.collect();
        (text, edits)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
    #[test]
    fn git_applies_the_diff_of_any_edits(files in proptest::collection::vec(file(), 40)) {
        let files = files.into_iter().enumerate();
        check(&files.map(|(at, file)| (format!("file {at}"), file)).collect());
    }
}
