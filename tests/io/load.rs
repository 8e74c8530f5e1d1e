//! What of a tree is listed, kept, and told.

use std::fs::File;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::symlink;

use composemod::repo::load::{LoadOptions, Reach, Repo, Texts};
use composemod::text::change::ChangeSet;
use composemod::text::edit::Edit;
use composemod::text::span::Span;

use crate::tree::{Tree, run_git};

const COMPOSE: &str = "services:\n  db: {}\n";

fn load(tree: &Tree) -> Repo {
    let texts = Texts::Holding(vec!["db".to_owned()]);
    Repo::load(&tree.path(), &LoadOptions { texts, ..LoadOptions::default() }).expect("read")
}

fn kept(repo: &Repo) -> Vec<&str> {
    repo.files.iter().map(|file| file.path.as_str()).collect()
}

fn paths(repo: &Repo) -> Vec<&str> {
    repo.all_paths.iter().collect()
}

/// Findings as `id path`.
fn told(repo: &Repo) -> Vec<String> {
    let path = |place: &composemod::diagnostics::Place| place.path.clone();
    let line = |finding: &composemod::diagnostics::Finding| {
        format!("{} {}", finding.id, finding.place.as_ref().map(path).unwrap_or_default())
    };
    repo.findings.iter().map(line).collect()
}

#[test]
fn git_says_which_files_there_are() {
    let tree = Tree::git(&[
        (".gitignore", "ignored*\n.env*\n!.env.example\nout/\n"),
        (".github/workflows/ci.yml", "db"),
        ("tracked.sh", "db"),
        ("gone.sh", "db"),
        ("untracked.sh", "db"),
        ("ignored.sh", "db"),
        ("ignored-but-tracked.sh", "db"),
        ("out/x.sh", "db"),
        ("compose.yaml", COMPOSE),
        (".env", "X=1"),
        (".env.local", "X=1"),
        (".env.example", "X=1"),
        (".envrc", "db"),
        ("elsewhere/.env", "db"),
        ("stack/my.yml", COMPOSE),
        ("stack/.env-dev", "X=1"),
        ("nested/x.sh", "db"),
        ("weird\n\"name\" ü.sh", "db"),
    ]);
    run_git(&tree.path().join("nested"), &["init", "-q"]);
    tree.run_git(&["add", "-f", "tracked.sh", "gone.sh", "ignored-but-tracked.sh"]);
    std::fs::remove_file(tree.path().join("gone.sh")).expect("removed");
    let repo = load(&tree);
    let expected = [
        ".env",
        ".env.example",
        ".env.local",
        ".github/workflows/ci.yml",
        "compose.yaml",
        "ignored-but-tracked.sh",
        "stack/.env-dev",
        "stack/my.yml",
        "tracked.sh",
        "untracked.sh",
        "weird\n\"name\" ü.sh",
    ];
    assert_eq!(kept(&repo), expected);
    assert!(repo.all_paths.contains(".gitignore"));
    assert!(!repo.all_paths.contains("gone.sh"));
    assert_eq!(told(&repo), [""; 0]);
}

#[test]
fn an_unmerged_file_is_listed_once() {
    let tree = Tree::git(&[("a.sh", "db")]);
    let blob = tree.run_git(&["hash-object", "-w", "a.sh"]);
    let blob = blob.trim();
    for stage in 1..4 {
        let line = format!("100644 {blob} {stage}\ta.sh\n");
        tree.put(".git/line", line);
        let info = File::open(tree.path().join(".git/line")).expect("the line");
        let mut git = std::process::Command::new("git");
        git.current_dir(tree.path()).args(["update-index", "--index-info"]).stdin(info);
        assert!(git.status().expect("git").success());
    }
    assert_eq!(paths(&load(&tree)), ["a.sh"]);
}

#[test]
fn a_folder_of_a_work_tree_is_listed_by_itself() {
    let tree = Tree::git(&[
        (".gitignore", "*.log\nvendor/\n"),
        ("a/x.sh", "db"),
        ("a/x.log", "db"),
        ("b/x.sh", "db"),
        ("vendor/x/compose.yaml", COMPOSE),
        ("vendor/x/.gitignore", "y.sh"),
        ("vendor/x/y.sh", "db"),
    ]);
    let read = |folder: &str| {
        let root = tree.path().join(folder);
        Repo::load(&root, &LoadOptions::default()).expect("read")
    };
    assert_eq!(kept(&read("a")), ["x.sh"]);
    // Ignored as a whole, and named all the same.
    assert_eq!(kept(&read("vendor/x")), [".gitignore", "compose.yaml"]);
}

#[test]
fn without_git_the_ignore_rules_hold() {
    let tree = Tree::new(&[
        (".gitignore", "ignored*\n"),
        (".hidden/x.sh", "db"),
        ("ignored.sh", "db"),
        ("x.sh", "db"),
        ("repo/.git/config", "db"),
        ("repo/x.sh", "db"),
        ("repo/sub/.gitignore", "y.sh"),
        ("repo/sub/y.sh", "db"),
    ]);
    assert_eq!(kept(&load(&tree)), [".hidden/x.sh", "repo/x.sh", "x.sh"]);
}

#[test]
fn no_ignore_reads_ignored_files_but_no_other_repository() {
    let tree = Tree::git(&[
        (".gitignore", "ignored*\n"),
        ("ignored.sh", "db"),
        ("nested/.git/config", "db"),
        ("nested/x.sh", "db"),
    ]);
    let options = LoadOptions { no_ignore: true, ..LoadOptions::default() };
    let repo = Repo::load(&tree.path(), &options).expect("read");
    assert_eq!(kept(&repo), [".gitignore", "ignored.sh"]);
}

#[test]
fn a_broken_repository_is_told_and_walked() {
    let tree = Tree::new(&[(".git/HEAD", "nonsense"), ("x.sh", "db"), ("nested/.git/HEAD", "db")]);
    let repo = load(&tree);
    assert_eq!(kept(&repo), ["x.sh"]);
    assert_eq!(told(&repo), ["git-unavailable "]);
}

#[test]
fn text_is_kept_where_it_may_matter() {
    let tree = Tree::new(&[
        ("named.txt", "the db here"),
        ("inside-a-longer-name.txt", "mydbx"),
        ("other.txt", "nothing"),
        ("compose.yaml", "x"),
        ("docker-compose.prod.yml", ""),
        ("by-content.yml", COMPOSE),
        ("by-include.yml", "include:\n- x\n"),
        ("other.yml", "a: b"),
        (".env", ""),
        ("prod.env", ""),
        ("composemod.yaml", "a: b"),
        ("asked-for", "x"),
    ]);
    let extra = vec!["asked-for".to_owned()];
    let texts = Texts::Holding(vec!["db".to_owned(), "never".to_owned()]);
    let options = LoadOptions { texts, extra, ..LoadOptions::default() };
    let repo = Repo::load(&tree.path(), &options).expect("read");
    let expected = [
        ".env",
        "asked-for",
        "by-content.yml",
        "by-include.yml",
        "compose.yaml",
        "docker-compose.prod.yml",
        "inside-a-longer-name.txt",
        "named.txt",
        "prod.env",
    ];
    assert_eq!(kept(&repo), expected);
    assert_eq!(repo.all_paths.len(), 12);
    assert_eq!(repo.get("named.txt").map(|file| &*file.text), Some("the db here"));
    assert!(repo.get("other.txt").is_none());
}

#[test]
fn a_file_that_git_ignores_is_read_where_it_is_asked_for() {
    let tree = Tree::git(&[(".gitignore", "x.yml\n"), ("x.yml", "a: b"), ("y.yml", "a: b")]);
    let extra = vec!["x.yml".to_owned()];
    let options =
        LoadOptions { texts: Texts::Holding(vec!["db".into()]), extra, ..LoadOptions::default() };
    assert_eq!(kept(&Repo::load(&tree.path(), &options).expect("read")), ["x.yml"]);
}

#[test]
fn what_can_not_be_read_is_told_where_it_may_matter() {
    let tree = Tree::new(&[("a.sh", "db")]);
    let root = tree.path();
    tree.put("latin1.txt", b"first\nx\xe9 db\n");
    tree.put("latin1-other.txt", b"\xe9");
    tree.put("compose.yml", b"# \xc3\xa9\xe9\nservices:\n");
    tree.put("utf16.txt", b"d\0b\0");
    tree.put("docker-compose.yml", b"s\0e\0r\0");
    tree.put("binary.bin", b"db\0");
    tree.put("nul-later.txt", format!("{}\0db", "x".repeat(8000)));
    let large = File::create(root.join("large.txt")).expect("made");
    std::io::Write::write_all(&mut &large, &[b'x'; 8000]).expect("written");
    large.set_len((8 << 20) + 1).expect("grown");
    let odd = root.join(std::ffi::OsStr::from_bytes(b"od\xffd.sh"));
    std::fs::copy(root.join("a.sh"), &odd).expect("copied");
    let other = root.join(std::ffi::OsStr::from_bytes(b"oth\xffer.txt"));
    std::fs::copy(root.join("latin1-other.txt"), other).expect("copied");
    symlink("a.sh", root.join("link.sh")).expect("linked");
    symlink("by-content.yml", root.join("compose.override.yml")).expect("linked");
    symlink(".", root.join("loop")).expect("linked");
    symlink("nowhere", root.join(".env")).expect("linked");
    let fifo = std::process::Command::new("mkfifo").arg(root.join("prod.env")).status();
    assert!(fifo.expect("mkfifo").success());
    let repo = load(&tree);
    assert_eq!(kept(&repo), ["a.sh", "nul-later.txt"]);
    let expected = [
        "symbolic-link .env",
        "symbolic-link compose.override.yml",
        "not-utf8 compose.yml",
        "not-utf8 docker-compose.yml",
        "file-too-large large.txt",
        "not-utf8 latin1.txt",
        "path-not-utf8 od\u{fffd}d.sh",
        "file-unreadable prod.env",
    ];
    assert_eq!(told(&repo), expected);
    let messages: Vec<&str> = repo.findings.iter().map(|found| found.message.as_str()).collect();
    assert!(messages[2].ends_with("not UTF-8 at line 1, column 4"), "{messages:?}");
    assert!(messages[5].ends_with("not UTF-8 at line 2, column 2"), "{messages:?}");
    assert!(repo.all_paths.contains("link.sh"));
}

#[test]
fn a_tracked_file_behind_a_link_is_not_read() {
    let outside = Tree::new(&[("x.sh", "db")]);
    let tree = Tree::git(&[("a/b/x.sh", "db"), ("c.sh", "db")]);
    tree.run_git(&["add", "."]);
    std::fs::remove_dir_all(tree.path().join("a/b")).expect("removed");
    symlink(outside.path(), tree.path().join("a/b")).expect("linked");
    let repo = load(&tree);
    assert_eq!(kept(&repo), ["c.sh"]);
    assert_eq!(paths(&repo), ["a/b", "c.sh"]);
}

#[test]
fn a_root_that_is_none_is_an_error() {
    let tree = Tree::new(&[("file", "")]);
    for root in ["file", "missing"] {
        let error = Repo::load(&tree.path().join(root), &LoadOptions::default());
        assert!(error.is_err_and(|error| error.to_string().contains(root)));
    }
}

#[test]
fn a_tree_after_a_change_is_another_value() {
    let tree = Tree::new(&[("a.env", "A=1\n"), ("compose.yaml", COMPOSE)]);
    let repo = load(&tree);
    let edit = Edit::replace(Span::new(2, 3), "22");
    let change = ChangeSet::new([("a.env".to_owned(), edit)]).expect("one edit");
    let after = repo.with(&change);
    let text = |repo: &Repo, path: &str| repo.get(path).map(|file| file.text.to_string());
    assert_eq!(text(&after, "a.env").as_deref(), Some("A=22\n"));
    assert_eq!(text(&after, "compose.yaml").as_deref(), Some(COMPOSE));
    assert_eq!(text(&repo, "a.env").as_deref(), Some("A=1\n"));
    assert_eq!(tree.text("a.env"), "A=1\n");
}

#[test]
fn what_is_gone_or_new_in_a_tracked_folder_is_known_without_a_walk() {
    let tree = Tree::git(&[
        (".gitignore", "out/\n*.log\n"),
        ("a-b/x.sh", "db"),
        ("a/deep/x.sh", "db"),
        ("a/deep/gone.sh", "db"),
        ("a.sh", "db"),
        ("file", "db"),
        ("gone/x.sh", "db"),
    ]);
    tree.run_git(&["add", "."]);
    for gone in ["a/deep/gone.sh", "file", "gone/x.sh"] {
        std::fs::remove_file(tree.path().join(gone)).expect("removed");
    }
    for new in ["a/deep/new.sh", "a/deep/x.log", "a/fresh/new.sh", "file/new.sh", "out/x.sh"] {
        tree.put(new, "db");
    }
    let repo = load(&tree);
    let expected = [
        ".gitignore",
        "a-b/x.sh",
        "a.sh",
        "a/deep/new.sh",
        "a/deep/x.sh",
        "a/fresh/new.sh",
        "file/new.sh",
    ];
    assert_eq!(paths(&repo), expected);
    assert_eq!(kept(&repo), expected[1..]);
}

#[test]
fn more_new_files_than_fit_a_command_line_are_listed() {
    let tree = Tree::git(&[("a/x.sh", "db"), (".gitignore", "ignored*\n")]);
    tree.run_git(&["add", "."]);
    for number in 0..700 {
        tree.put(&format!("a/new-{number}.sh"), "db");
        tree.put(&format!("a/ignored-{number}.sh"), "db");
    }
    assert_eq!(kept(&load(&tree)).len(), 701);
}

#[test]
fn near_some_folders_only_those_are_looked_at() {
    let tree = Tree::git(&[
        ("a/compose.yaml", COMPOSE),
        ("b/compose.yaml", COMPOSE),
        ("b/notes.md", "db"),
        ("c/compose.yaml", COMPOSE),
        ("l/compose.yaml", COMPOSE),
    ]);
    tree.run_git(&["add", "."]);
    let outside = Tree::new(&[("compose.yaml", COMPOSE)]);
    std::fs::remove_dir_all(tree.path().join("l")).expect("removed");
    symlink(outside.path(), tree.path().join("l")).expect("linked");
    std::fs::remove_file(tree.path().join("c/compose.yaml")).expect("removed");
    for new in ["a/new.yaml", "b/new.yaml", "new.yaml"] {
        tree.put(new, COMPOSE);
    }
    let reach = Reach::Folders(["a".to_owned()].into());
    let options = LoadOptions { texts: Texts::None, reach, ..LoadOptions::default() };
    let repo = Repo::load(&tree.path(), &options).expect("read");
    assert_eq!(kept(&repo), ["a/compose.yaml", "a/new.yaml", "b/compose.yaml"]);
    assert_eq!(paths(&repo), [kept(&repo), vec!["b/notes.md"]].concat());
}

#[test]
fn a_text_that_is_larger_than_a_read_is_whole() {
    for size in [65_535, 65_536, 65_537, 200_000, 262_144] {
        let text = format!("{}db", "x".repeat(size - 2));
        let tree = Tree::new(&[("a.txt", &text), ("compose.yaml", COMPOSE)]);
        let repo = load(&tree);
        let read = repo.get("a.txt").map(|file| file.text.len());
        assert_eq!(read, Some(size));
    }
}

#[test]
fn an_index_of_any_form_is_read() {
    for form in [&[][..], &["--index-version=3"], &["--index-version=4"], &["--split-index"]] {
        let tree = Tree::git(&[
            ("a-b/x.sh", "db"),
            ("a/x.sh", "db"),
            ("a/y.sh", "db"),
            ("ab.sh", "db"),
            ("\u{fc}.sh", "db"),
        ]);
        tree.run_git(&["add", "."]);
        tree.put("later.sh", "db");
        tree.run_git(&["add", "--intent-to-add", "later.sh"]);
        tree.run_git(&[&["update-index"], form].concat());
        let expected = ["a-b/x.sh", "a/x.sh", "a/y.sh", "ab.sh", "later.sh", "\u{fc}.sh"];
        assert_eq!(paths(&load(&tree)), expected, "{form:?}");
    }
}

#[test]
fn a_large_tree_without_git_is_listed_whole() {
    let tree = Tree::new(&[(".gitignore", "*.log\n"), ("b.log", "db")]);
    for number in 0..1200 {
        tree.put(&format!("{}/{number}.sh", number % 7), "db");
    }
    let repo = load(&tree);
    assert_eq!((paths(&repo).len(), kept(&repo).len()), (1201, 1200));
}
