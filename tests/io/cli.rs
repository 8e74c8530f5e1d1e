//! The command line, in process: exit codes, streams, and what is written.

use std::ffi::OsString;
use std::io::{Error, ErrorKind, Write};
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Stdio};

use composemod::cli::{Io, run};

use crate::tree::Tree;

const COMPOSE: &str = "services:\n  web:\n    depends_on: [db] # the db\n  db:\n    image: x\n";

/// What a command line gave.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) exit: u8,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

pub(crate) fn composemod(folder: &Path, args: &str) -> Ran {
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    let exit = run_with(folder, args, &mut stdout, &mut stderr);
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    Ran { exit, stdout: text(stdout), stderr: text(stderr) }
}

fn run_with(folder: &Path, args: &str, stdout: &mut dyn Write, stderr: &mut dyn Write) -> u8 {
    let cwd = folder.canonicalize().expect("a folder");
    let args = std::iter::once("composemod").chain(args.split(' ').filter(|arg| !arg.is_empty()));
    let mut io = Io::new(cwd, stdout, stderr, std::time::UNIX_EPOCH);
    run(args.map(OsString::from), &mut io)
}

#[test]
fn usage_decides_stream_and_exit_code() {
    let tree = Tree::new(&[]);
    let cases = [
        ("--help", 0, "Usage: composemod"),
        ("rename --help", 0, "--container-name"),
        ("--version", 0, concat!("composemod ", env!("CARGO_PKG_VERSION"))),
        ("", 2, "Usage: composemod"),
        ("rename db", 2, "<NEW>"),
        ("rename db x --nonsense", 2, "--nonsense"),
        ("rename db x --check --write", 2, "cannot be used with"),
        ("rename db x --project a --all-projects", 2, "cannot be used with"),
        ("rename db x --only docs,nonsense", 2, "possible values: compose, config, scripts"),
        ("rename db x --kind nonsense", 2, "possible values: service, container, volume"),
        ("rename db x --format nonsense", 2, "possible values: human, concise"),
    ];
    for (args, exit, said) in cases {
        let ran = composemod(&tree.path(), args);
        let (right, wrong) =
            if exit == 0 { (&ran.stdout, &ran.stderr) } else { (&ran.stderr, &ran.stdout) };
        assert!(ran.exit == exit && right.contains(said) && wrong.is_empty(), "{args}: {ran:?}");
    }
}

#[test]
fn a_dry_run_prints_a_diff_that_git_takes_and_writes_nothing() {
    let tree = Tree::git(&[("a b/compose.yaml", COMPOSE)]);
    let ran = composemod(&tree.path(), "rename db app-db");
    assert_eq!(ran.exit, 0, "{ran:?}");
    assert_eq!(tree.text("a b/compose.yaml"), COMPOSE);
    tree.put(".git/patch", &ran.stdout);
    tree.run_git(&["apply", ".git/patch"]);
    let applied = tree.text("a b/compose.yaml");
    assert!(applied.contains("depends_on: [app-db]"), "{applied}");
    let written = Tree::git(&[("a b/compose.yaml", COMPOSE)]);
    assert_eq!(composemod(&written.path(), "rename db app-db --write").exit, 0);
    assert_eq!(written.text("a b/compose.yaml"), applied);
}

#[test]
fn a_change_is_checked_made_and_then_done() {
    let tree = Tree::git(&[("compose.yaml", COMPOSE)]);
    let steps = [
        ("rename db app-db --check", 1, "1 file"),
        ("rename db app-db --check -q", 1, ""),
        ("rename db app-db --write", 0, "1 file"),
        ("rename db app-db --check", 0, "nothing to do"),
        ("rename db app-db --write", 0, "nothing to do"),
        ("rename db app-db --check -q", 0, ""),
        ("rename db app-db", 0, ""),
    ];
    for (args, exit, said) in steps {
        let before = tree.text("compose.yaml");
        let ran = composemod(&tree.path(), args);
        assert_eq!(ran.exit, exit, "{args}: {ran:?}");
        assert!(ran.stdout.contains(said), "{args}: {ran:?}");
        assert_eq!(ran.stdout.is_empty(), said.is_empty(), "{args}: {ran:?}");
        let is_written = args.contains("--write") && said == "1 file";
        assert_eq!(tree.text("compose.yaml") != before, is_written, "{args}");
    }
}

#[test]
fn formats_go_to_stdout_in_every_mode() {
    let cases = [
        ("rename db app-db --format diff --check", "diff --git a/compose.yaml b/compose.yaml\n"),
        ("rename db app-db --format diff --write", "diff --git a/compose.yaml b/compose.yaml\n"),
        ("rename db app-db --format diff --color always", "\u{1b}[1mdiff --git "),
        ("rename db app-db --format json --check -q", "{\n  \"title\": "),
        ("--format json rename db app-db", "{\n  \"title\": "),
        ("--format markdown rename db app-db", "# rename"),
        ("rename --format summary db app-db", "rename service db to app-db: "),
    ];
    for (args, start) in cases {
        let tree = Tree::git(&[("compose.yaml", COMPOSE)]);
        let ran = composemod(&tree.path(), args);
        assert!(ran.stdout.starts_with(start), "{args}: {ran:?}");
    }
}

#[test]
fn what_makes_no_sense_exits_with_2() {
    let tree = Tree::git(&[
        ("compose.yaml", COMPOSE),
        ("a/x.txt", "x"),
        ("two/compose.yaml", "services:\n  x:\n    image: x\n"),
        ("three/compose.yaml", "services:\n  x:\n    image: x\n"),
    ]);
    symlink("compose.yaml", tree.path().join("linked.yaml")).expect("linked");
    let outside = Tree::new(&[("compose.yaml", COMPOSE)]);
    let outside = outside.path();
    let outside = outside.to_str().expect("UTF-8");
    let cases = [
        ("rename dbx y".to_owned(), "did you mean `db`"),
        ("rename db web".to_owned(), "compose.yaml:2:3"),
        ("rename x y".to_owned(), "--project two"),
        ("rename db x -f linked.yaml".to_owned(), "linked.yaml: symbolic link: not followed"),
        ("rename db x -f missing.yaml".to_owned(), "--file missing.yaml: No such file"),
        ("rename db x -f a".to_owned(), "--file a: this is a folder"),
        ("rename db x --project missing".to_owned(), "--project missing: No such file"),
        (format!("rename db x -f {outside}/compose.yaml"), "outside the root"),
        (format!("rename db x --project {outside}"), "outside the root"),
        (format!("rename db x --project {outside} -q"), "outside the root"),
        ("rename db x --root missing".to_owned(), "--root missing: No such file"),
        ("rename db x --root compose.yaml".to_owned(), "--root compose.yaml: this is no folder"),
    ];
    for (args, said) in cases {
        let ran = composemod(&tree.path(), &args);
        let is_right = ran.exit == 2 && ran.stderr.contains(said) && ran.stdout.is_empty();
        assert!(is_right, "{args}: {ran:?}");
    }
    assert_eq!(tree.text("compose.yaml"), COMPOSE);
}

#[test]
fn a_refused_change_exits_with_1_and_writes_nothing() {
    let broken = format!("{COMPOSE}  x: [\n");
    let tree = Tree::git(&[("compose.yaml", COMPOSE), ("compose.override.yaml", &broken)]);
    for mode in ["", " --check", " --write", " --format json"] {
        let ran = composemod(&tree.path(), &format!("rename db app-db{mode}"));
        assert_eq!(ran.exit, 1, "{mode}: {ran:?}");
        assert!(ran.stderr.contains("compose.override.yaml:"), "{mode}: {ran:?}");
        assert_eq!(tree.text("compose.yaml"), COMPOSE);
    }
}

#[test]
fn paths_are_from_the_current_folder_and_the_root_is_the_work_tree() {
    let other = "services:\n  db:\n    image: x\n";
    let make = || Tree::git(&[("a/b/compose.yaml", COMPOSE), ("c/compose.yaml", other)]);
    let cases = [
        // Where it runs, the arguments, and whether a/b and c change.
        ("a/b", "-f compose.yaml", true, false),
        ("a/b", "-f ../../c/compose.yaml", false, true),
        ("a/b", "--project .", true, false),
        ("a", "--project b", true, false),
        ("a", "--project ../c", false, true),
        ("a", "--project c", false, true),
        ("a", "--root b", true, false),
        (".", "--root ./a/../a", true, false),
        ("c", "--project a/b/compose.yaml", true, false),
        (".", "--all-projects", true, true),
    ];
    for (cwd, args, changes_first, changes_second) in cases {
        let tree = make();
        let ran = composemod(
            &tree.path().join(cwd),
            &format!("rename db app-db --write --no-keep-alias {args}"),
        );
        assert_eq!(ran.exit, 0, "{cwd} {args}: {ran:?}");
        let first = tree.text("a/b/compose.yaml").contains("  app-db:");
        let second = tree.text("c/compose.yaml").contains("  app-db:");
        assert_eq!((first, second), (changes_first, changes_second), "{cwd} {args}: {ran:?}");
    }
}

#[test]
fn without_git_the_root_is_the_current_folder() {
    let tree = Tree::new(&[("a/compose.yaml", COMPOSE), ("compose.yaml", COMPOSE)]);
    let ran = composemod(&tree.path().join("a"), "rename db app-db --write");
    assert_eq!(ran.exit, 0, "{ran:?}");
    assert!(tree.text("a/compose.yaml").contains("app-db"));
    assert_eq!(tree.text("compose.yaml"), COMPOSE);
}

/// A stream that ends in an error.
struct Failing(ErrorKind);

impl Write for Failing {
    fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
        Err(Error::from(self.0))
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_reader_that_goes_away_is_no_error_and_a_full_disk_is() {
    let cases = [
        (ErrorKind::BrokenPipe, "rename db app-db", 0, ""),
        (ErrorKind::BrokenPipe, "rename db app-db --check", 1, ""),
        (ErrorKind::BrokenPipe, "rename db app-db --write", 0, ""),
        (ErrorKind::BrokenPipe, "--help", 0, ""),
        (ErrorKind::StorageFull, "rename db app-db", 2, "can't write to stdout"),
        (ErrorKind::StorageFull, "man", 2, "can't write to stdout"),
    ];
    for (kind, args, exit, said) in cases {
        let tree = Tree::git(&[("compose.yaml", COMPOSE)]);
        let mut stderr = Vec::new();
        let got = run_with(&tree.path(), args, &mut Failing(kind), &mut stderr);
        let stderr = String::from_utf8(stderr).expect("UTF-8");
        assert!(got == exit && stderr.contains(said), "{kind} {args}: {got} {stderr}");
        assert_eq!(tree.text("compose.yaml") != COMPOSE, args.contains("--write"));
        let gone = run_with(&tree.path(), args, &mut Vec::new(), &mut Failing(kind));
        assert!(gone < 2, "{kind} {args}: {gone}");
    }
}

#[test]
fn completions_and_manual_come_from_the_arguments() {
    let tree = Tree::new(&[]);
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let ran = composemod(&tree.path(), &format!("completions {shell}"));
        for word in ["container-name", "check", "explain", "unsafe-fixes", "baseline"] {
            assert!(ran.exit == 0 && ran.stdout.contains(word), "{shell}: {word}");
        }
        // With what they are for, where the shell shows that.
        let is_told = ran.stdout.contains("Lints or groups not to run");
        assert!(is_told || shell == "bash", "{shell}");
    }
    let ran = composemod(&tree.path(), "man");
    for text in [
        r"\-\-container\-name",
        r"\-\-write\-baseline",
        "Lints or groups not to run",
        "EXIT STATUS",
    ] {
        assert!(ran.exit == 0 && ran.stdout.contains(text), "{text}: {}", ran.stdout);
    }
}

#[test]
fn the_schema_lists_the_lints_wherever_one_is_named() {
    let ran = composemod(&Tree::new(&[]).path(), "schema");
    let schema: serde_json::Value = serde_json::from_str(&ran.stdout).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let taken = |lint: serde_json::Value| validator.is_valid(&serde_json::json!({ "lint": lint }));
    for word in ["ALL", "DEFAULT", "practice", "image-tag-missing", "image-tag-mising"] {
        let is_known = word != "image-tag-mising";
        let words = serde_json::json!([word]);
        assert_eq!(taken(serde_json::json!({ "select": words })), is_known, "{word}");
        assert_eq!(taken(serde_json::json!({ "ignore": words })), is_known, "{word}");
        assert_eq!(taken(serde_json::json!({ "severity": {word: "info"} })), is_known, "{word}");
        let allow = serde_json::json!([{ "paths": ["a"], "lints": words }]);
        assert_eq!(taken(serde_json::json!({ "allow": allow })), is_known, "{word}");
    }
    assert!(taken(serde_json::json!({ "fail-on": "info" })));
    assert!(!taken(serde_json::json!({ "fail-on": "no" })));
}

#[test]
fn the_program_itself_survives_a_closed_pipe() {
    let tree = Tree::git(&[("compose.yaml", COMPOSE)]);
    let mut program = Command::new(env!("CARGO_BIN_EXE_composemod"))
        .args(["rename", "db", "app-db", "--write"])
        .current_dir(tree.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("started");
    drop(program.stdout.take());
    let output = program.wait_with_output().expect("ended");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(0) && !stderr.contains("pipe"), "{stderr}");
    assert!(tree.text("compose.yaml").contains("app-db"));
}

/// Two projects beside each other, both with a `db`.
fn two_projects(declaration: &str) -> Tree {
    Tree::git(&[
        ("composemod.yaml", declaration),
        ("compose.yaml", COMPOSE),
        ("stack.yml", COMPOSE),
        ("common.yml", "services:\n  db:\n    environment: {A: b}\n"),
    ])
}

#[test]
fn a_wrong_declaration_stops_every_command_and_shows_its_place() {
    let tree = Tree::git(&[
        ("compose.yaml", COMPOSE),
        ("composemod.yaml", "renames:\n  - form: db\n    to: app-db\nprojekts: []\n"),
    ]);
    let ran = composemod(&tree.path(), "rename db app-db --write");
    assert_eq!((ran.exit, &*ran.stdout), (2, ""), "{ran:?}");
    for said in [
        "config-missing-key",
        "composemod.yaml:2:5",
        "did you mean `from`?",
        "did you mean `projects`?",
    ] {
        assert!(ran.stderr.contains(said), "{said}: {}", ran.stderr);
    }
    assert_eq!(tree.text("compose.yaml"), COMPOSE);
    assert_eq!(composemod(&tree.path(), "man").exit, 0);
}

#[test]
fn the_declaration_may_be_another_file_that_must_exist() {
    let declaration = "renames: [{from: db, to: db2}]\n";
    let tree = Tree::git(&[
        ("compose.yaml", COMPOSE),
        ("composemod.yaml", "odd: 1\n"),
        ("ci/mod.yaml", declaration),
    ]);
    assert_eq!(composemod(&tree.path(), "rename db app-db").exit, 2);
    let ran = composemod(&tree.path(), "rename db app-db --write --config ci/mod.yaml");
    assert_eq!(ran.exit, 0, "{ran:?}");
    // Neither is a file like any other: its names stay, and nothing is said of them.
    assert_eq!(tree.text("ci/mod.yaml"), declaration);
    assert!(!ran.stderr.contains("mod.yaml"), "{ran:?}");
    let ran = composemod(&tree.path(), "rename db app-db --config none.yaml");
    assert!(ran.exit == 2 && ran.stderr.contains("--config none.yaml: No such file"), "{ran:?}");
    // A declaration may lie elsewhere: only the tree is changed.
    let other = Tree::new(&[("x.yaml", "renames: {}\n")]);
    let path = other.path().join("x.yaml");
    let ran = composemod(&tree.path(), &format!("rename db app-db --config {}", path.display()));
    assert!(ran.exit == 2 && ran.stderr.contains("x.yaml:1:10"), "{ran:?}");
}

#[test]
fn a_link_is_no_declaration() {
    let tree = Tree::git(&[("compose.yaml", COMPOSE), ("other.yaml", "renames: []\n")]);
    symlink("other.yaml", tree.path().join("composemod.yaml")).expect("a link");
    let ran = composemod(&tree.path(), "rename db app-db");
    assert!(ran.exit == 2 && ran.stderr.contains("it is no regular file"), "{ran:?}");
    assert_eq!(composemod(&tree.path(), "rename db app-db --config composemod.yaml").exit, 0);
}

#[test]
fn declared_projects_are_projects_of_every_command() {
    let tree = two_projects("projects:\n  - files: [stack.yml, common.yml]\n");
    let ran = composemod(&tree.path(), "rename db app-db");
    assert!(ran.exit == 2 && ran.stderr.contains("-f stack.yml"), "{ran:?}");
    let ran = composemod(&tree.path(), "rename db app-db --project stack.yml --write");
    assert_eq!(ran.exit, 0, "{ran:?}");
    assert_eq!(tree.text("compose.yaml"), COMPOSE);
    assert!(tree.text("stack.yml").contains("  app-db:\n"));
    assert!(tree.text("common.yml").starts_with("services:\n  app-db:\n"));
    // `-f` wins.
    let tree = two_projects("projects:\n  - files: [stack.yml, common.yml]\n");
    assert_eq!(composemod(&tree.path(), "rename db app-db -f compose.yaml --write").exit, 0);
    assert_eq!(tree.text("stack.yml"), COMPOSE);
    let tree = two_projects("projects:\n  - files: [stak.yml]\n");
    let ran = composemod(&tree.path(), "rename db app-db");
    assert!(ran.exit == 2 && ran.stderr.contains("did you mean `stack.yml`?"), "{ran:?}");
    assert_eq!(composemod(&tree.path(), "rename db app-db -f compose.yaml").exit, 0);
}

#[test]
fn the_schema_is_printed_whatever_is_declared() {
    let tree = Tree::git(&[("composemod.yaml", "odd: 1\n")]);
    let ran = composemod(&tree.path(), "schema");
    assert_eq!((ran.exit, &*ran.stderr), (0, ""), "{ran:?}");
    let schema: serde_json::Value = serde_json::from_str(&ran.stdout).expect("JSON");
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    let keys: Vec<&String> = schema["properties"].as_object().expect("keys").keys().collect();
    assert_eq!(keys, ["lint", "projects", "renames", "superusers"]);
    assert!(!ran.stdout.contains("\\n"), "a description of several lines: {}", ran.stdout);
}

#[test]
fn a_first_declaration_is_printed_and_written_once() {
    let tree = Tree::git(&[("compose.yaml", COMPOSE)]);
    let args = "init --from db --to app-db --alias store --keep-alias-until 2027-01-31";
    let declared = "renames:\n  - from: db\n    to: app-db\n    aliases: [store]\n    keep-alias-until: 2027-01-31\n";
    let printed = composemod(&tree.path(), args);
    assert!(printed.exit == 0 && printed.stdout.ends_with(declared), "{printed:?}");
    assert!(!tree.path().join("composemod.yaml").exists());
    let ran = composemod(&tree.path(), &format!("{args} --write"));
    assert_eq!((ran.exit, &*ran.stdout), (0, ""), "{ran:?}");
    assert_eq!(tree.text("composemod.yaml"), printed.stdout);
    assert_eq!(composemod(&tree.path(), "apply --check").exit, 1);
    assert_eq!(composemod(&tree.path(), "apply --write").exit, 0);
    assert!(tree.text("compose.yaml").contains("aliases:\n          - store\n          - db\n"));
    // What is there stays, whatever it is.
    let ran = composemod(&tree.path(), "init --write");
    assert!(ran.exit == 2 && ran.stderr.contains("nothing is written over it"), "{ran:?}");
    assert_eq!(tree.text("composemod.yaml"), printed.stdout);
    let ran = composemod(&tree.path(), "init --write --config other.yaml");
    assert_eq!(ran.exit, 0, "{ran:?}");
    assert!(tree.text("other.yaml").contains("Nothing was found"));
    for (args, said) in [
        ("init --from db", "--to"),
        ("init --to x --keep-alias-until 2027-02-30", "write a day as YYYY-MM-DD"),
        ("init --superuser db", "write SERVICE=NEW"),
        ("init --from wep --to x", "did you mean `web`?"),
        ("init --write --config no/folder.yaml", "can't make it"),
    ] {
        let ran = composemod(&tree.path(), args);
        assert!(ran.exit == 2 && ran.stderr.contains(said), "{args}: {ran:?}");
    }
}

#[test]
fn a_configuration_of_dclint_is_translated_and_written_once() {
    let rules = r#"{"rules": {"services-alphabetical-order": 0, "ports": 1}, "quiet": true}"#;
    let tree = Tree::new(&[(".dclintrc", rules), ("dclint.config.js", "export default {}\n")]);
    let ran = composemod(&tree.path(), "migrate-config");
    assert_eq!(ran.exit, 0, "{ran:?}");
    assert!(ran.stdout.contains("- ports-unsorted\n"), "{ran:?}");
    assert!(!ran.stdout.contains("services-unsorted"), "{ran:?}");
    assert!(ran.stderr.contains("no rule `ports`") && ran.stderr.contains("--fail-on error"));
    let ran = composemod(&tree.path(), "migrate-config --write");
    assert_eq!((ran.exit, ran.stdout.as_str()), (0, ""), "{ran:?}");
    assert!(tree.text("composemod.yaml").starts_with("# What .dclintrc tells dclint.\nlint:\n"));
    for (args, said) in [
        ("migrate-config --write", "composemod.yaml"),
        ("migrate-config dclint.config.js", "a program would have to be run"),
        ("migrate-config none.json", "none.json"),
    ] {
        let ran = composemod(&tree.path(), args);
        assert!(ran.exit == 2 && ran.stderr.contains(said), "{args}: {ran:?}");
    }
    let ran = composemod(&Tree::new(&[]).path(), "migrate-config");
    assert!(ran.exit == 2 && ran.stderr.contains("no configuration of dclint"), "{ran:?}");
}

#[test]
fn a_file_that_is_checked_alone_gives_what_the_whole_tree_says_of_it() {
    // What tells that a finding is none, or that there is one, lies in other folders, in files by
    // other names, in a script, and in what git does not track.
    let tree = Tree::git(&[
        ("stacks/all.yml", "include: [../parts/web.yml]\nservices: {db: {image: x:1}}\n"),
        ("parts/web.yml", "services: {web: {image: y:1, depends_on: [db]}}\n"),
        (
            "app/compose.yaml",
            "services:\n  a:\n    image: x:${TAG}-${SUFFIX}\n    env_file: [made.env, own.env]\n",
        ),
        ("app/.env", "TAG=1\n"),
        ("app/own.env", "A=1\n"),
        ("tools/up.sh", "export SUFFIX=2; touch app/made.env\n"),
        ("other/compose.yaml", "services:\n  b:\n    image: y:1\n    depends_on: [late, gone]\n"),
        ("docs/notes.md", "b\n"),
    ]);
    tree.run_git(&["add", "."]);
    tree.put("other/compose.override.yaml", "services:\n  late:\n    image: z:1\n");
    let all = composemod(&tree.path(), "check --format concise").stdout;
    assert!(all.contains("the service `gone`") && !all.contains("the service `late`"), "{all}");
    let paths = ["stacks/all.yml", "parts/web.yml", "app/compose.yaml", "other/compose.yaml"];
    for path in paths.into_iter().chain(["other/compose.override.yaml", "docs/notes.md"]) {
        let of_it: Vec<&str> = all.lines().filter(|line| line.starts_with(path)).collect();
        let ran = composemod(&tree.path(), &format!("check --format concise {path}"));
        assert_eq!(ran.stdout.lines().collect::<Vec<_>>(), of_it, "{path}");
    }
}
