use std::io::ErrorKind;

use sha2::{Digest as _, Sha256};

use super::*;
use crate::repo::load::LoadOptions;
use crate::text::edit::Edit;
use crate::text::span::Span;

/// A tree of files that all hold `old`, as read, and a change of all of them to `new`.
fn tree(paths: &[&str]) -> (tempfile::TempDir, Repo, ChangeSet) {
    let folder = tempfile::tempdir().unwrap();
    for path in paths {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        put(&path, "old\n");
    }
    let repo = Repo::load(folder.path(), &LoadOptions::default()).unwrap();
    let edit = |path: &&str| ((*path).to_owned(), Edit::replace(Span::new(0, 3), "new"));
    let change = ChangeSet::new(paths.iter().map(edit)).unwrap();
    (folder, repo, change)
}

#[allow(clippy::disallowed_methods, reason = "tests write the trees that they try")]
fn put(path: &Path, text: &str) {
    std::fs::write(path, text).unwrap();
}

/// Every file of a folder with its text, staged files too; folders and links by name.
fn texts(folder: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for entry in ignore::WalkBuilder::new(folder).standard_filters(false).build() {
        let entry = entry.unwrap();
        let path = entry.path().strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
        if entry.file_type().unwrap().is_file() {
            let bytes = std::fs::read(entry.path()).unwrap();
            found.push((path, String::from_utf8(bytes).unwrap()));
        }
    }
    found.sort();
    found
}

fn expected(files: &[(&str, &str)]) -> Vec<(String, String)> {
    files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
}

#[test]
fn all_files_change_and_nothing_else_remains() {
    let (folder, repo, change) = tree(&["a", "b/c", "b/d e"]);
    apply(folder.path(), &repo, &change).unwrap();
    let new = [("a", "new\n"), ("b/c", "new\n"), ("b/d e", "new\n")];
    assert_eq!(texts(folder.path()), expected(&new));
}

#[test]
fn a_file_of_our_own_is_made_and_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("a");
    for text in ["one\n", "two\n"] {
        replace(&target, "a", text).unwrap();
        assert_eq!(texts(folder.path()), expected(&[("a", text)]));
    }
    let error = replace(folder.path(), "x", "").unwrap_err();
    assert!(matches!(error, ApplyError::NotRegular { path } if path == "x"));
    assert!(replace(&folder.path().join("no/a"), "no/a", "").is_err());
}

/// A change of `a` that makes two files too, one of them in folders that are not there.
fn making() -> (tempfile::TempDir, Repo, ChangeSet) {
    let (folder, repo, _) = tree(&["a", "there/b"]);
    let edit = |path: &str, edit| (path.to_owned(), edit);
    let edits = [
        edit("a", Edit::replace(Span::new(0, 3), "new")),
        edit("far/away/c", Edit::insert(0, "made\n")),
        edit("there/d", Edit::insert(0, "made\n")),
    ];
    let made = ["far/away/c", "there/d"].map(str::to_owned);
    (folder, repo, ChangeSet::new(edits).unwrap().creating(made))
}

#[test]
fn files_are_made_with_their_folders() {
    let (folder, repo, change) = making();
    apply(folder.path(), &repo, &change).unwrap();
    let new =
        [("a", "new\n"), ("far/away/c", "made\n"), ("there/b", "old\n"), ("there/d", "made\n")];
    assert_eq!(texts(folder.path()), expected(&new));
}

#[test]
fn nothing_is_made_where_one_file_can_not_be() {
    type Harm = fn(&Path);
    let harms: [(Harm, &str); 3] = [
        (|root| put(&root.join("there/d"), "mine\n"), "there/d: it is there already"),
        (|root| put(&root.join("a"), "odd\n"), "a: the file has changed"),
        (|root| put(&root.join("far"), "a file\n"), "far/away/c: can't look at it"),
    ];
    for (harm, message) in harms {
        let (folder, repo, change) = making();
        harm(folder.path());
        let before = texts(folder.path());
        let error = apply(folder.path(), &repo, &change).unwrap_err().to_string();
        assert!(error.starts_with(message), "{error}");
        assert_eq!(texts(folder.path()), before);
        assert!(!folder.path().join("far/away").exists(), "{error}");
    }
}

#[cfg(unix)]
#[test]
fn nothing_is_made_behind_a_link() {
    let outside = tempfile::tempdir().unwrap();
    let (folder, repo, change) = making();
    std::os::unix::fs::symlink(outside.path(), folder.path().join("far")).unwrap();
    let error = apply(folder.path(), &repo, &change).unwrap_err();
    assert!(matches!(error, ApplyError::NotRegular { path } if path == "far/away/c"));
    assert_eq!(texts(outside.path()), []);
    assert!(!outside.path().join("away").exists());
}

/// What happens to the tree between reading and writing; then nothing may be written.
#[test]
fn what_is_in_the_way_leaves_every_file_as_it_was() {
    type Harm = fn(&Path);
    let cases: [(Harm, &str, &str); 6] = [
        (|root| put(&root.join("b/c"), "odd\n"), "odd\n", "b/c: the file has changed"),
        (|root| put(&root.join("b/c"), "old\nmore"), "old\nmore", "b/c: the file has changed"),
        (|root| put(&root.join("b/c"), ""), "", "b/c: the file has changed"),
        (|root| std::fs::remove_file(root.join("b/c")).unwrap(), "gone", "b/c: the file has"),
        (
            |root| {
                std::fs::remove_file(root.join("b/c")).unwrap();
                std::fs::create_dir(root.join("b/c")).unwrap();
            },
            "gone",
            "b/c: not written, as it is no regular file",
        ),
        (
            |root| {
                std::fs::remove_dir_all(root.join("b")).unwrap();
                put(&root.join("b"), "a file now");
            },
            "gone",
            "b/c: can't look at it",
        ),
    ];
    for (harm, left, message) in cases {
        let (folder, repo, change) = tree(&["a", "b/c", "z"]);
        harm(folder.path());
        let error = apply(folder.path(), &repo, &change).unwrap_err().to_string();
        assert!(error.starts_with(message), "{error}");
        let mut texts = texts(folder.path());
        texts.retain(|(path, _)| path != "b");
        let mut old = expected(&[("a", "old\n"), ("b/c", left), ("z", "old\n")]);
        old.retain(|(_, text)| text != "gone");
        assert_eq!(texts, old, "{error}");
    }
}

#[cfg(unix)]
#[test]
fn links_are_never_written_through() {
    use std::os::unix::fs::symlink;
    let outside = tempfile::tempdir().unwrap();
    put(&outside.path().join("c"), "old\n");
    let file = |root: &Path| {
        std::fs::remove_file(root.join("b/c")).unwrap();
        symlink(outside.path().join("c"), root.join("b/c")).unwrap();
    };
    let parent = |root: &Path| {
        std::fs::remove_dir_all(root.join("b")).unwrap();
        symlink(outside.path(), root.join("b")).unwrap();
    };
    for harm in [&file as &dyn Fn(&Path), &parent] {
        let (folder, repo, change) = tree(&["a", "b/c"]);
        harm(folder.path());
        let error = apply(folder.path(), &repo, &change).unwrap_err();
        assert!(matches!(error, ApplyError::NotRegular { path } if path == "b/c"));
        assert_eq!(texts(outside.path()), expected(&[("c", "old\n")]));
        assert_eq!(texts(folder.path()), expected(&[("a", "old\n")]));
    }
}

/// A change of `a`, `b`, `c/d` and `e` that is staged, and then can't be made: nothing can be renamed
/// over `c/d`, which is a folder that is not empty by now.
fn blocked() -> (tempfile::TempDir, Repo, ChangeSet) {
    let (folder, repo, change) = tree(&["a", "b", "c/d", "e"]);
    let made = [("f".to_owned(), Edit::insert(0, "made\n"))];
    let edits = change.iter().flat_map(|(path, edit)| {
        edit.edits().iter().map(|edit| (path.to_owned(), edit.clone())).collect::<Vec<_>>()
    });
    let change = ChangeSet::new(made.into_iter().chain(edits)).unwrap().creating(["f".to_owned()]);
    (folder, repo, change)
}

/// Does what [`apply`] does, with something that happens just before the renames.
fn commit_after(folder: &Path, repo: &Repo, change: &ChangeSet, harm: fn(&Path)) -> ApplyError {
    let root = folder.canonicalize().unwrap();
    let mut folders = NewFolders::default();
    let staged = stage_all(&root, repo, change, &mut folders).unwrap();
    harm(&root);
    commit(&root, staged).unwrap_err()
}

#[test]
fn a_rename_that_fails_undoes_those_before_it() {
    let (folder, repo, change) = blocked();
    let error = commit_after(folder.path(), &repo, &change, |root| {
        std::fs::remove_file(root.join("c/d")).unwrap();
        std::fs::create_dir_all(root.join("c/d/x")).unwrap();
    });
    assert!(matches!(&error, ApplyError::Io { path, .. } if path == "c/d"), "{error}");
    assert_eq!(texts(folder.path()), expected(&[("a", "old\n"), ("b", "old\n"), ("e", "old\n")]));
}

#[test]
fn made_files_go_where_the_change_is_undone() {
    let (folder, repo, change) = blocked();
    let error = commit_after(folder.path(), &repo, &change, |root| put(&root.join("f"), "mine\n"));
    assert!(matches!(&error, ApplyError::Io { path, .. } if path == "f"), "{error}");
    let old = [("a", "old\n"), ("b", "old\n"), ("c/d", "old\n"), ("e", "old\n"), ("f", "mine\n")];
    assert_eq!(texts(folder.path()), expected(&old));
}

/// What is done and what is staged of a change that was stopped after some renames; the files are
/// given as they are.
fn stopped(after: usize, paths: &[&str]) -> (tempfile::TempDir, ChangeSet, Vec<(String, String)>) {
    let (folder, repo, change) = tree(paths);
    let root = folder.path().canonicalize().unwrap();
    let mut folders = NewFolders::default();
    let mut staged = stage_all(&root, &repo, &change, &mut folders).unwrap();
    keep(&mut staged, true);
    Journal::of(&staged).write(&root).unwrap();
    for file in staged.into_iter().take(after) {
        assert!(file.put(&root).is_ok());
    }
    let texts = texts(&root);
    (folder, change, texts)
}

#[test]
fn an_interrupted_change_is_finished() {
    let paths = ["a", "b/c", "d"];
    for after in 0..=paths.len() {
        let (folder, change, _) = stopped(after, &paths);
        let again = Repo::load(folder.path(), &LoadOptions::default()).unwrap();
        let error = apply(folder.path(), &again, &change).unwrap_err();
        assert!(matches!(error, ApplyError::Interrupted { files: 3 }), "{error}");
        let found = interrupted(folder.path()).unwrap().unwrap();
        assert_eq!(found.paths().collect::<Vec<_>>(), paths);
        found.finish().unwrap();
        assert_eq!(texts(folder.path()), expected(&paths.map(|path| (path, "new\n"))));
        // Whoever comes second has nothing to do.
        found.finish().unwrap();
        assert!(interrupted(folder.path()).unwrap().is_none());
    }
}

#[test]
fn an_interrupted_change_of_what_was_edited_since_is_let_be() {
    type Harm = fn(&Path);
    let harms: [(Harm, &str); 4] = [
        (|root| put(&root.join("a"), "odd\n"), "a"),
        (|root| put(&root.join("d"), "odd\n"), "d"),
        (|root| std::fs::remove_file(root.join("d")).unwrap(), "d"),
        (|root| sweep(&root.join("b")), "b/c"),
    ];
    for (harm, edited) in harms {
        let (folder, ..) = stopped(1, &["a", "b/c", "d"]);
        harm(folder.path());
        let before = texts(folder.path());
        let error = interrupted(folder.path()).unwrap().unwrap().finish().unwrap_err();
        assert!(matches!(&error, ApplyError::Edited { path } if path == edited), "{error}");
        assert_eq!(texts(folder.path()), before);
    }
}

/// A journal is a file of the tree, and a tree may come from anybody.
#[cfg(unix)]
#[test]
fn a_journal_reaches_no_file_but_its_own() {
    let outside = tempfile::tempdir().unwrap();
    put(&outside.path().join("x"), "old\n");
    put(&outside.path().join(".composemod-abcdef"), "new\n");
    let (folder, ..) = tree(&["a", ".git/config"]);
    put(&folder.path().join(".composemod-abcdef"), "new\n");
    put(&folder.path().join(".git/.composemod-abcdef"), "new\n");
    std::os::unix::fs::symlink(outside.path(), folder.path().join("away")).unwrap();
    let journal = |path: &str, staged: &str| {
        let sha = |text: &str| {
            Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect::<String>()
        };
        serde_json::json!({"format": 1, "files": [
            {"path": path, "staged": staged, "old": sha("old\n"), "new": sha("new\n")}]})
        .to_string()
    };
    let name = outside.path().file_name().unwrap().to_str().unwrap();
    let wrong = [
        journal("../x", ".composemod-abcdef"),
        journal(&format!("../{name}/x"), ".composemod-abcdef"),
        journal(outside.path().join("x").to_str().unwrap(), ".composemod-abcdef"),
        journal("away/x", ".composemod-abcdef"),
        journal(".git/config", ".composemod-abcdef"),
        journal(".GIT/config", ".composemod-abcdef"),
        journal("a", "away/.composemod-abcdef"),
        journal("a", "away"),
        journal("", ".composemod-abcdef"),
        journal("a", ".composemod-abcdef").replace("\"format\":1", "\"format\":2"),
        r#"{"format":1,"files":[{"path":"a"}]}"#.to_owned(),
        "{\"format\":1".to_owned(),
        "[".repeat(100_000),
    ];
    for text in wrong {
        put(&folder.path().join(journal::FILE_NAME), &text);
        let before = texts(folder.path());
        let done = interrupted(folder.path()).and_then(|found| found.unwrap().finish());
        assert!(
            matches!(done, Err(ApplyError::NoJournal { .. } | ApplyError::NotRegular { .. })),
            "{text:.100}: {done:?}"
        );
        assert_eq!(texts(folder.path()), before, "{text:.100}");
    }
    assert_eq!(std::fs::read(outside.path().join("x")).unwrap(), b"old\n");
    put(&folder.path().join(journal::FILE_NAME), &journal("a", ".composemod-abcdef"));
    interrupted(folder.path()).unwrap().unwrap().finish().unwrap();
    assert_eq!(std::fs::read(folder.path().join("a")).unwrap(), b"new\n");
}

#[test]
fn what_could_not_be_undone_is_named() {
    let (folder, ..) = tree(&["a", "b"]);
    let root = folder.path().canonicalize().unwrap();
    let written = |path| Written { path, old: Some("old\n"), text: "new\n".to_owned() };
    put(&root.join("a"), "new\n");
    let cause = failed("c", "replace it", ErrorKind::Other.into());
    let error = torn(&root, &[written("a"), written("b")], cause);
    assert!(matches!(&error, ApplyError::Torn { files, .. } if files == &["a"]), "{error}");
}

/// What a process that was killed while it staged left behind is nobody's file.
#[test]
fn staged_files_are_no_files_of_the_tree() {
    for is_git in [false, true] {
        let (folder, _, change) = tree(&["a", "b/c"]);
        if is_git {
            let git =
                std::process::Command::new("git").arg("init").arg("-q").arg(folder.path()).status();
            assert!(git.unwrap().success());
        }
        put(&folder.path().join("b/.composemod-abcdef"), "old\n");
        put(&folder.path().join("b/.composemod-notes.txt"), "old\n");
        let repo = Repo::load(folder.path(), &LoadOptions::default()).unwrap();
        assert_eq!(repo.all_paths.iter().collect::<Vec<_>>(), ["a", "b/c"]);
        apply(folder.path(), &repo, &change).unwrap();
        let mut left = texts(folder.path());
        left.retain(|(path, _)| !path.starts_with(".git/"));
        let new = [("a", "new\n"), ("b/.composemod-notes.txt", "old\n"), ("b/c", "new\n")];
        assert_eq!(left, expected(&new));
    }
}

#[cfg(unix)]
#[test]
fn one_process_writes_at_a_time() {
    let (folder, repo, change) = tree(&["a", "b"]);
    let other = lock(folder.path()).unwrap();
    let error = apply(folder.path(), &repo, &change).unwrap_err();
    assert!(matches!(error, ApplyError::Busy), "{error}");
    assert_eq!(texts(folder.path()), expected(&[("a", "old\n"), ("b", "old\n")]));
    drop(other);
    apply(folder.path(), &repo, &change).unwrap();
}

#[cfg(unix)]
#[test]
fn a_file_with_two_names_is_not_parted_from_its_other() {
    let (folder, repo, change) = tree(&["a", "b"]);
    std::fs::hard_link(folder.path().join("b"), folder.path().join("z")).unwrap();
    let error = apply(folder.path(), &repo, &change).unwrap_err();
    assert!(matches!(&error, ApplyError::HardLinked { path, names: 2 } if path == "b"), "{error}");
    assert_eq!(texts(folder.path()), expected(&[("a", "old\n"), ("b", "old\n"), ("z", "old\n")]));
}

/// Only root may give files away, so for others there is nothing to see.
#[cfg(unix)]
#[test]
fn owner_and_group_stay() {
    use std::os::unix::fs::MetadataExt as _;
    let (folder, repo, change) = tree(&["a"]);
    let path = folder.path().join("a");
    if std::os::unix::fs::chown(&path, Some(1234), Some(2345)).is_err() {
        return;
    }
    apply(folder.path(), &repo, &change).unwrap();
    let meta = path.metadata().unwrap();
    assert_eq!((meta.uid(), meta.gid()), (1234, 2345));
}

/// Where the file system of the tests has no extended attributes there is nothing to see.
#[cfg(unix)]
#[test]
fn extended_attributes_stay() {
    let (folder, repo, change) = tree(&["a"]);
    let path = folder.path().join("a");
    if xattr::set(&path, "user.note", b"kept").is_err() {
        return;
    }
    apply(folder.path(), &repo, &change).unwrap();
    assert_eq!(xattr::get(&path, "user.note").unwrap().as_deref(), Some(&b"kept"[..]));
    assert_eq!(texts(folder.path()), expected(&[("a", "new\n")]));
}

#[cfg(unix)]
#[test]
fn mode_bits_stay() {
    use std::os::unix::fs::PermissionsExt;
    for mode in [0o644, 0o755, 0o600, 0o444, 0o4711] {
        let (folder, repo, change) = tree(&["a"]);
        let path = folder.path().join("a");
        std::fs::set_permissions(&path, PermissionsExt::from_mode(mode)).unwrap();
        apply(folder.path(), &repo, &change).unwrap();
        let kept = path.metadata().unwrap().permissions().mode() & 0o7777;
        assert_eq!(kept, mode, "{kept:o}");
        assert_eq!(texts(folder.path()), expected(&[("a", "new\n")]));
    }
}
