//! Trees that are made here, not kept as data: too big, too deep, or not storable as plain files.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use libtest_mimic::Trial;

use crate::common::cases::{Check, Ran, Tree, run};

/// What a debug build may take for a tree that is made to be slow; far above what is needed.
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        Trial::test("hostile/alias-bomb", || refused(&alias_bomb(), "compose.yaml:")),
        Trial::test("hostile/deep-flow", || refused(&deep_flow(), "compose.yaml:")),
        Trial::test("hostile/deep-block", || refused(&deep_block(), "compose.yaml:")),
        Trial::test("hostile/nul-bytes-in-a-compose-file", || {
            refused("services:\n  db:\n    image: a\0b\n", "")
        }),
        Trial::test("hostile/very-long-line", very_long_line),
        Trial::test("hostile/many-services", many_services),
        Trial::test("hostile/binary-file-is-kept", binary_file),
        Trial::test("hostile/files-that-include-and-extend-each-other", circles),
        Trial::test("hostile/git-file-that-leads-nowhere", git_file),
        #[cfg(unix)]
        Trial::test("hostile/symbolic-link-is-kept", symbolic_link),
        #[cfg(unix)]
        Trial::test("hostile/odd-file-names", odd_names),
        #[cfg(unix)]
        Trial::test("hostile/pipes-in-place-of-files", pipes),
        #[cfg(unix)]
        Trial::test("hostile/paths-out-of-the-tree", paths_out),
        #[cfg(unix)]
        Trial::test("hostile/unwritable-folder-changes-nothing", unwritable),
    ]
}

const SMALL: &str = "services:\n  web:\n    image: example/web\n    depends_on: [db]\n  db:\n    image: postgres:16\n";

fn words() -> Vec<String> {
    ["composemod", "rename", "db", "app-db"].map(str::to_owned).to_vec()
}

fn rename(folder: &Path, more: &[&str]) -> Check<Ran> {
    let start = Instant::now();
    let ran = run(&words(), more, folder)?;
    match start.elapsed() {
        time if time > PATIENCE => Err(format!("took {time:?}").into()),
        _ => Ok(ran),
    }
}

/// A Compose file that can't be edited: nothing is written, the place is told, nothing panics.
fn refused(text: &str, told: &str) -> Check {
    let folder = tempfile::tempdir()?;
    fs::write(folder.path().join("compose.yaml"), text)?;
    let before = Tree::read(folder.path())?;
    for flags in [&[][..], &["--check"], &["--write"]] {
        let ran = rename(folder.path(), flags)?;
        if ran.exit == 0 || !ran.stderr.contains(told) {
            return Err(format!("{flags:?}: exit {}; stderr:\n{}", ran.exit, ran.stderr).into());
        }
    }
    unchanged(&before, folder.path())
}

fn unchanged(before: &Tree, folder: &Path) -> Check {
    let mut faults = Vec::new();
    before.compare("the tree changed", &Tree::read(folder)?, &mut faults);
    if faults.is_empty() { Ok(()) } else { Err(faults.join("\n").into()) }
}

/// Nine levels of nine aliases: a billion nodes once expanded.
fn alias_bomb() -> String {
    let mut text = "x-a0: &a0 [db, db, db, db, db, db, db, db, db]\n".to_owned();
    for level in 1..9 {
        let aliases = vec![format!("*a{}", level - 1); 9].join(", ");
        let _ = writeln!(text, "x-a{level}: &a{level} [{aliases}]");
    }
    text + SMALL
}

fn deep_flow() -> String {
    format!("{SMALL}x-deep: {}{}\n", "[".repeat(100_000), "]".repeat(100_000))
}

fn deep_block() -> String {
    let mut text = format!("{SMALL}x-deep:\n");
    for level in 1..2_000 {
        let _ = writeln!(text, "{}a:", " ".repeat(level));
    }
    text
}

/// Two lines of 80 kB each, full of longer names: every use is found, and no more is changed.
fn very_long_line() -> Check {
    let folder = tempfile::tempdir()?;
    let line = |name: &str| {
        let filler = "db-backup my_db ".repeat(5_000);
        format!("{SMALL}x-note: \"{filler}\"\nx-env: {{DB_HOST: {name}, NOTE: \"{filler}\"}}\n")
    };
    fs::write(folder.path().join("compose.yaml"), line("db"))?;
    let ran = rename(folder.path(), &["--write", "--no-keep-alias"])?;
    let expected = line("app-db").replace("  db:", "  app-db:").replace("[db]", "[app-db]");
    if ran.exit != 0 || fs::read_to_string(folder.path().join("compose.yaml"))? != expected {
        return Err(format!("exit {}; stderr:\n{}", ran.exit, ran.stderr).into());
    }
    Ok(())
}

/// A thousand services that depend on one.
fn many_services() -> Check {
    let folder = tempfile::tempdir()?;
    let file = |name: &str| {
        let mut text = format!("services:\n  {name}:\n    image: postgres:16\n");
        for number in 0..1_000 {
            let _ = writeln!(
                text,
                "  web{number}:\n    image: example/web\n    depends_on: [{name}]\n    environment: {{DB_HOST: {name}, DB_NAME: db}}"
            );
        }
        text
    };
    fs::write(folder.path().join("compose.yaml"), file("db"))?;
    let ran = rename(folder.path(), &["--write", "--no-keep-alias"])?;
    if ran.exit != 0 || fs::read_to_string(folder.path().join("compose.yaml"))? != file("app-db") {
        return Err(format!("exit {}; stderr:\n{}", ran.exit, ran.stderr).into());
    }
    Ok(())
}

fn binary_file() -> Check {
    let folder = tempfile::tempdir()?;
    let dump = b"PGDMP\0\x01\x0e\0docker compose exec db psql\0postgres://u@db:5432/db\0";
    fs::write(folder.path().join("compose.yaml"), SMALL)?;
    fs::write(folder.path().join("shop.dump"), dump)?;
    let ran = rename(folder.path(), &["--write"])?;
    if ran.exit != 0 || fs::read(folder.path().join("shop.dump"))? != dump {
        return Err(format!("exit {}; stderr:\n{}", ran.exit, ran.stderr).into());
    }
    Ok(())
}

/// Files that include, and services that extend, each other: the circle has a place, the rename is made.
fn circles() -> Check {
    let folder = tempfile::tempdir()?;
    let at = |name: &str| folder.path().join(name);
    fs::write(at("compose.yaml"), format!("include: [a.yaml]\n{SMALL}"))?;
    fs::write(at("a.yaml"), "include: [b.yaml]\nservices: {a: {image: x, depends_on: [db]}}\n")?;
    fs::write(
        at("b.yaml"),
        "include: [a.yaml]\nservices:\n  b: {extends: c}\n  c: {extends: b}\n",
    )?;
    let checked = run(
        &["composemod", "check", "--format", "concise"].map(str::to_owned),
        &[],
        folder.path(),
    )?;
    let ran = rename(folder.path(), &["--write", "--no-keep-alias"])?;
    let edited = fs::read_to_string(at("a.yaml"))?.contains("[app-db]");
    let has_place = checked.stdout.lines().any(|line| line.starts_with("b.yaml:"));
    if ran.exit != 0 || !edited || !has_place {
        let told = format!("{}\n{}", checked.stdout, ran.stderr);
        return Err(format!("exit {}, edited {edited}:\n{told}", ran.exit).into());
    }
    Ok(())
}

/// `.git` is a file, as in a submodule or a worktree, that names what is none.
fn git_file() -> Check {
    for text in ["gitdir: /dev/zero\n", "gitdir: ../../..\n", "gitdir: .git\n", "\0", ""] {
        let folder = tempfile::tempdir()?;
        fs::write(folder.path().join("compose.yaml"), SMALL)?;
        fs::write(folder.path().join(".git"), text)?;
        let ran = rename(folder.path(), &["--write"])?;
        let edited = fs::read_to_string(folder.path().join("compose.yaml"))?.contains("[app-db]");
        if ran.exit != 0 || !edited || fs::read_to_string(folder.path().join(".git"))? != text {
            return Err(format!("{text:?}: exit {}; stderr:\n{}", ran.exit, ran.stderr).into());
        }
    }
    Ok(())
}

/// Names with line feeds and quotes are files as others are; one that is no UTF-8 is told and kept.
#[cfg(unix)]
fn odd_names() -> Check {
    use std::os::unix::ffi::OsStrExt as _;
    let folder = tempfile::tempdir()?;
    let script = "#!/bin/sh\ndocker compose exec db psql\n";
    fs::write(folder.path().join("compose.yaml"), SMALL)?;
    let names = ["a\nb.sh", "a\"b.sh", "a'b.sh", "a\\b.sh", "a b.sh", "-a.sh", "a\u{1b}[31m.sh"];
    for name in names {
        fs::write(folder.path().join(name), script)?;
    }
    let odd = folder.path().join(std::ffi::OsStr::from_bytes(b"\xff\xfe.sh"));
    fs::write(&odd, script)?;
    let shown = rename(folder.path(), &[])?;
    let ran = rename(folder.path(), &["--write"])?;
    for name in names {
        if fs::read_to_string(folder.path().join(name))? == script {
            return Err(format!("{name:?} is not edited; stderr:\n{}", ran.stderr).into());
        }
    }
    if ran.exit != 0 || fs::read_to_string(&odd)? != script || !ran.stderr.contains(".sh") {
        return Err(format!("exit {}; stderr:\n{}", ran.exit, ran.stderr).into());
    }
    // Nothing that a file is called moves a terminal's cursor.
    match (shown.stdout + &shown.stderr + &ran.stdout + &ran.stderr).contains('\u{1b}') {
        true => Err(format!("an escape sequence is printed:\n{}", ran.stderr).into()),
        false => Ok(()),
    }
}

/// A pipe would be waited for without end.
#[cfg(unix)]
fn pipes() -> Check {
    let folder = tempfile::tempdir()?;
    fs::write(folder.path().join("compose.yaml"), SMALL)?;
    for name in [".env", "pipe.yaml", "run.sh", "compose.override.yaml"] {
        let made = std::process::Command::new("mkfifo").arg(folder.path().join(name)).status()?;
        if !made.success() {
            return Err("mkfifo failed".into());
        }
    }
    let ran = rename(folder.path(), &["--write"])?;
    match fs::read_to_string(folder.path().join("compose.yaml"))?.contains("[app-db]") {
        true if ran.exit == 0 => Ok(()),
        _ => Err(format!("exit {}; stderr:\n{}", ran.exit, ran.stderr).into()),
    }
}

/// What a file names outside of the tree is neither read nor written.
#[cfg(unix)]
fn paths_out() -> Check {
    let above = tempfile::tempdir()?;
    let folder = above.path().join("tree");
    fs::create_dir(&folder)?;
    let outside = above.path().join("outside.yaml");
    fs::write(&outside, SMALL)?;
    let absolute = outside.to_str().ok_or("a path of UTF-8")?;
    let compose = format!(
        "include: [../outside.yaml, {absolute}, ../../dev/zero]\n{SMALL}  a:\n    extends: {{file: \
         ../outside.yaml, service: db}}\n    env_file: [../outside.yaml, /dev/zero]\n"
    );
    fs::write(folder.join("compose.yaml"), compose)?;
    fs::write(
        folder.join(".env"),
        format!("COMPOSE_FILE=compose.yaml:../outside.yaml:{absolute}:/dev/zero\n"),
    )?;
    let ran = rename(&folder, &["--write"])?;
    let is_edited = fs::read_to_string(folder.join("compose.yaml"))?.contains("[app-db]");
    let is_kept = fs::read_to_string(&outside)? == SMALL;
    if !is_kept || (ran.exit == 0) != is_edited {
        return Err(format!("exit {}; stderr:\n{}", ran.exit, ran.stderr).into());
    }
    Ok(())
}

#[cfg(unix)]
fn symbolic_link() -> Check {
    let folder = tempfile::tempdir()?;
    let outside = tempfile::tempdir()?;
    let script = "#!/bin/sh\ndocker compose exec db psql\n";
    let at = |name: &str| folder.path().join(name);
    fs::write(at("compose.yaml"), SMALL)?;
    fs::write(at("psql.sh"), script)?;
    fs::write(outside.path().join("other.sh"), script)?;
    std::os::unix::fs::symlink("psql.sh", at("link.sh"))?;
    std::os::unix::fs::symlink(outside.path().join("other.sh"), at("away.sh"))?;
    std::os::unix::fs::symlink(folder.path(), at("circle"))?;
    let ran = rename(folder.path(), &["--write"])?;
    let links = ["link.sh", "away.sh", "circle"].iter().all(|name| at(name).is_symlink());
    let edited = fs::read_to_string(at("psql.sh"))? == script.replace(" db ", " app-db ");
    let kept = fs::read_to_string(outside.path().join("other.sh"))? == script;
    if ran.exit != 0 || !links || !edited || !kept {
        let state = format!("links {links}, edited {edited}, outside kept {kept}");
        return Err(format!("exit {}, {state}; stderr:\n{}", ran.exit, ran.stderr).into());
    }
    Ok(())
}

/// One file of two can't be replaced: neither is changed, and nothing is left behind. (Root may
/// write everywhere, so for root there is nothing to see.)
#[cfg(unix)]
fn unwritable() -> Check {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir()?;
    let locked = folder.path().join("scripts");
    fs::create_dir(&locked)?;
    fs::write(folder.path().join("compose.yaml"), SMALL)?;
    fs::write(locked.join("psql.sh"), "#!/bin/sh\ndocker compose exec db psql\n")?;
    let before = Tree::read(folder.path())?;
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o555))?;
    let is_root = fs::write(locked.join("probe"), "").is_ok();
    let ran = rename(folder.path(), &["--write"]);
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o755))?;
    if is_root {
        return Ok(());
    }
    let ran = ran?;
    if ran.exit == 0 {
        return Err("exit 0, though a file could not be written".into());
    }
    unchanged(&before, folder.path())
}
