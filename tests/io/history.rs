//! What `--changed-since` asks of git, and what it reports.

use composemod::repo::history::{HistoryError, since};
use composemod::repo::load::{LoadOptions, Notes, Repo, Texts};

use crate::cli::composemod;
use crate::tree::Tree;

const COMPOSE: &str = "services:\n  db:\n    image: postgres:15\n    env_file: settings/db.conf\n    volumes: [d:/var/lib/postgresql/data]\nvolumes:\n  d:\n";

/// A tree with one commit, made in its folder `stack` too.
fn committed(files: &[(&str, &str)]) -> Tree {
    let tree = Tree::git(files);
    commit(&tree);
    tree
}

fn commit(tree: &Tree) {
    tree.run_git(&["add", "-A"]);
    let who = ["-c", "user.name=a", "-c", "user.email=a@example.org"];
    let args = ["-c", "commit.gpgsign=false", "commit", "-q", "-m", "x"];
    tree.run_git(&[who.as_slice(), args.as_slice()].concat());
}

fn load(tree: &Tree, folder: &str) -> Repo {
    let texts = Texts::None;
    let mut repo =
        Repo::load(&tree.path().join(folder), &LoadOptions { texts, ..LoadOptions::default() })
            .expect("read");
    repo.read_also(&["settings/db.conf".to_owned()].into(), Notes::Made);
    repo
}

#[test]
fn a_tree_is_given_as_it_was() {
    let tree = committed(&[
        (".gitignore", ".env\n"),
        ("compose.yaml", COMPOSE),
        ("settings/db.conf", "POSTGRES_USER=bot\n"),
        ("same.yaml", "services:\n  a: {}\n"),
        ("gone.yml", "services:\n  gone: {}\n"),
        ("old name.yml", "services:\n  moved: {}\n"),
        ("run.sh", "one\n"),
    ]);
    tree.put(".env", "X=1\n");
    tree.put("compose.yaml", COMPOSE.replace("15", "16"));
    tree.put("settings/db.conf", "POSTGRES_USER=postgres\n");
    tree.put("run.sh", "two\n");
    tree.put("new.yml", "services:\n  new: {}\n");
    std::fs::remove_file(tree.path().join("gone.yml")).expect("removed");
    tree.run_git(&["mv", "old name.yml", "new name.yml"]);
    let past = since(&load(&tree, ""), "HEAD", &[]).expect("a past");
    let changed: Vec<&str> = past.changed.iter().map(String::as_str).collect();
    let expected = [
        "compose.yaml",
        "gone.yml",
        "new name.yml",
        "new.yml",
        "old name.yml",
        "run.sh",
        "settings/db.conf",
    ];
    assert_eq!(changed, expected);
    let before: Vec<(&str, &str)> =
        past.before.files.iter().map(|file| (file.path.as_str(), &*file.text)).collect();
    let expected = [
        (".env", "X=1\n"),
        ("compose.yaml", COMPOSE),
        ("gone.yml", "services:\n  gone: {}\n"),
        ("old name.yml", "services:\n  moved: {}\n"),
        ("same.yaml", "services:\n  a: {}\n"),
        ("settings/db.conf", "POSTGRES_USER=bot\n"),
    ];
    assert_eq!(before, expected);
    assert!(past.before.all_paths.contains("run.sh"));
    assert!(!past.before.all_paths.contains("new.yml"));
}

#[test]
fn a_folder_of_a_work_tree_has_its_own_past() {
    let tree =
        committed(&[("stack/compose.yaml", "services:\n  a: {}\n"), ("other.yml", "x: 1\n")]);
    tree.put("stack/compose.yaml", "services:\n  b: {}\n");
    tree.put("other.yml", "x: 2\n");
    let past = since(&load(&tree, "stack"), "HEAD", &[]).expect("a past");
    assert_eq!(past.changed.iter().collect::<Vec<_>>(), ["compose.yaml"]);
    let texts: Vec<&str> = past.before.files.iter().map(|file| &*file.text).collect();
    assert_eq!(texts, ["services:\n  a: {}\n"]);
}

#[test]
fn what_can_not_be_told_is_said() {
    let tree = committed(&[("compose.yaml", COMPOSE)]);
    for revision in ["nowhere", "", "-x", "--all", "HEAD:compose.yaml"] {
        let error = since(&load(&tree, ""), revision, &[]).expect_err(revision);
        assert_eq!(error, HistoryError::Unknown { revision: revision.to_owned() });
        let flag = format!("--changed-since={revision}");
        let told = composemod(&tree.path(), &format!("check {flag}"));
        assert_eq!(told.exit, 2, "{revision}");
        assert!(told.stderr.contains("unknown-revision"), "{}", told.stderr);
    }
    let plain = Tree::new(&[("compose.yaml", COMPOSE)]);
    let told = composemod(&plain.path(), "check --changed-since HEAD");
    assert_eq!(told.exit, 2);
    assert!(told.stderr.contains("git-unavailable"), "{}", told.stderr);
}

#[test]
fn only_what_changed_is_reported() {
    let other = "services:\n  web:\n    image: nginx\n";
    let tree = committed(&[("compose.yaml", COMPOSE), ("other/compose.yaml", other)]);
    let check = "check --select image-tag-missing,database-major-upgrade --format concise";
    let found = |more: &str| {
        let told = composemod(&tree.path(), &format!("{check} {more}"));
        (told.exit, told.stdout)
    };
    assert_eq!(found("--changed-since HEAD"), (0, String::new()));
    tree.put("new/compose.yaml", other);
    tree.put("compose.yaml", COMPOSE.replace("15", "16"));
    let upgrade = "compose.yaml:3:12: error[database-major-upgrade] Postgres 16 does not start on the data of Postgres 15, which `db` has: a data directory is of one major version\n";
    let new = "new/compose.yaml:3:12: warning[image-tag-missing] `nginx` has no tag: what runs depends on the day of the pull\n";
    assert_eq!(found("--changed-since HEAD"), (1, format!("{upgrade}{new}")));
    assert_eq!(found("new --changed-since HEAD"), (1, new.to_owned()));
    assert_eq!(found("other --changed-since HEAD"), (0, String::new()));
}
