//! Every case under `testdata/transforms/<transform>/<case>/` is a test of its own.
//!
//! A case is a folder: `cmd` (one command line), `before/` (the tree that it runs in, without git)
//! and `after/` (the tree that it leaves, byte for byte). `expect` is optional: its first line is
//! `exit N`, each further line a text that stderr must hold. A case without `after/` is one that the
//! command refuses: nothing may be written.
//!
//! For each case also holds: without `--write` nothing changes; `--check` tells what is pending; a
//! second `--write` finds nothing to do; the diff, applied by the real `git apply`, gives the written
//! tree; what was YAML stays YAML.

#![expect(
    clippy::disallowed_methods,
    reason = "the cases and their scratch trees are read and written here"
)]

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};
use serde::Deserialize;

use common::cases::{
    Check, Ran, Tree, assert_snapshot, difference, folders, git_apply, run, words,
};

mod common;
mod hostile;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let mut trials = match collect() {
        Ok(trials) => trials,
        Err(error) => vec![Trial::test("cases", || Err(error))],
    };
    trials.extend(hostile::trials());
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// Makes a test of each case's folder.
fn collect() -> Check<Vec<Trial>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/transforms");
    let mut trials = Vec::new();
    for transform in folders(&root)? {
        for folder in folders(&transform)? {
            let name = folder.strip_prefix(&root)?.to_string_lossy().replace('\\', "/");
            trials.push(Trial::test(name, move || Case::read(&folder)?.run()));
        }
    }
    Ok(trials)
}

/// A case as it is written down.
struct Case {
    /// Its folder.
    folder: PathBuf,
    /// What `cmd` holds.
    command: String,
    /// Its words.
    words: Vec<String>,
    /// The tree before.
    before: Tree,
    /// The tree after; none where the command refuses.
    after: Option<Tree>,
    /// The exit code without a flag.
    exit: u8,
    /// What stderr must hold without a flag.
    stderr: Vec<String>,
}

impl Case {
    fn read(folder: &Path) -> Check<Self> {
        let command = fs::read_to_string(folder.join("cmd"))?.trim_end().to_owned();
        let expect = match folder.join("expect") {
            path if path.is_file() => fs::read_to_string(path)?,
            _ => "exit 0".to_owned(),
        };
        let mut expect = expect.lines();
        let exit = expect.next().and_then(|line| line.strip_prefix("exit "));
        let after = folder.join("after");
        Ok(Self {
            folder: folder.to_owned(),
            words: words(&command),
            command,
            before: Tree::read(&folder.join("before"))?,
            after: after.is_dir().then(|| Tree::read(&after)).transpose()?,
            exit: exit.ok_or("`expect` starts with `exit N`")?.parse()?,
            stderr: expect.map(str::to_owned).collect(),
        })
    }

    fn run(&self) -> Check {
        let mut faults = Vec::new();
        let shown = self.dry_run(&mut faults)?;
        self.check(&mut faults)?;
        let written = self.write(&mut faults)?;
        if let Some(written) = &written {
            self.apply(&shown.stdout, written, &mut faults)?;
            self.json(written, &mut faults)?;
            self.before.still_parses(written, &mut faults);
        }
        if faults.is_empty() {
            return self.snapshot(&shown);
        }
        Err(format!("$ {}\n{}", self.command, faults.join("\n")).into())
    }

    /// What is said to people, kept under `snapshots/`. The diff is not: `after/` has its bytes.
    fn snapshot(&self, ran: &Ran) -> Check {
        let Ran { exit, stderr, .. } = ran;
        assert_snapshot(&self.folder, &format!("$ {}\nexit {exit}\n{stderr}", self.command))
    }

    /// Without a flag: the diff and the messages, and nothing written.
    fn dry_run(&self, faults: &mut Vec<String>) -> Check<Ran> {
        let place = self.before.place()?;
        let ran = run(&self.words, &[], place.path())?;
        if ran.exit != self.exit {
            faults.push(format!(
                "exit {}, expected {}; stderr:\n{}",
                ran.exit, self.exit, ran.stderr
            ));
        }
        for wanted in &self.stderr {
            if !ran.stderr.contains(wanted) {
                faults.push(format!("stderr does not hold `{wanted}`:\n{}", ran.stderr));
            }
        }
        let after = Tree::read(place.path())?;
        self.before.compare("without a flag the tree changed", &after, faults);
        Ok(ran)
    }

    /// `--check`: an exit code, no diff, nothing written.
    fn check(&self, faults: &mut Vec<String>) -> Check {
        let place = self.before.place()?;
        let ran = run(&self.words, &["--check"], place.path())?;
        let expected = match &self.after {
            Some(after) => u8::from(*after != self.before),
            None => self.exit,
        };
        if ran.exit != expected {
            faults.push(format!("--check: exit {}, expected {expected}", ran.exit));
        }
        if ran.stdout.lines().any(|line| line.starts_with("@@ ")) {
            faults.push(format!("--check prints a diff:\n{}", ran.stdout));
        }
        let after = Tree::read(place.path())?;
        self.before.compare("--check changed the tree", &after, faults);
        Ok(())
    }

    /// `--write`, twice: the first gives `after/`, the second finds it done.
    fn write(&self, faults: &mut Vec<String>) -> Check<Option<Tree>> {
        let place = self.before.place()?;
        let ran = run(&self.words, &["--write"], place.path())?;
        if ran.exit != self.exit {
            faults.push(format!(
                "--write: exit {}, expected {}; stderr:\n{}",
                ran.exit, self.exit, ran.stderr
            ));
        }
        let written = Tree::read(place.path())?;
        let Some(after) = &self.after else {
            self.before.compare("the refused change was written", &written, faults);
            return Ok(None);
        };
        after.compare("the written tree is not `after/`", &written, faults);
        for flag in ["--write", "--check"] {
            let again = run(&self.words, &[flag], place.path())?;
            if again.exit != 0 {
                let Ran { exit, stderr, .. } = again;
                faults.push(format!(
                    "{flag} after --write: exit {exit}, expected 0; stderr:\n{stderr}"
                ));
            }
        }
        let second = Tree::read(place.path())?;
        written.compare("a second --write changed the tree", &second, faults);
        Ok(Some(written))
    }

    /// The diff that was shown, applied by git, gives the tree that was written.
    fn apply(&self, diff: &str, written: &Tree, faults: &mut Vec<String>) -> Check {
        if *written == self.before {
            if !diff.is_empty() {
                faults.push(format!("a diff is shown, but nothing is written:\n{diff}"));
            }
            return Ok(());
        }
        let place = self.before.place()?;
        if let Err(message) = git_apply(diff, place.path())? {
            faults.push(format!("git apply refuses the diff: {message}\n{diff}"));
            return Ok(());
        }
        let applied = Tree::read(place.path())?;
        written.compare("the diff gives another tree than --write", &applied, faults);
        Ok(())
    }

    /// `--format json`: its edits make the written tree, and what it says is left is not edited.
    fn json(&self, written: &Tree, faults: &mut Vec<String>) -> Check {
        let place = self.before.place()?;
        let ran = run(&self.words, &["--format", "json"], place.path())?;
        let plan: Plan = serde_json::from_str(&ran.stdout)?;
        for mention in &plan.left {
            let is_edited = |edit: &Mention| {
                edit.path == mention.path
                    && edit.span.start < mention.span.end
                    && mention.span.start < edit.span.end
            };
            if plan.edits.iter().any(is_edited) {
                faults.push(format!("json: both edited and left: {mention:?}"));
            }
            if plan.left.iter().filter(|other| *other == mention).count() > 1 {
                faults.push(format!("json: left twice: {mention:?}"));
            }
        }
        let made = written.0.keys().filter(|path| !self.before.0.contains_key(*path));
        for path in self.before.0.keys().chain(made) {
            let before = self.before.0.get(path).map(|file| file.bytes.as_slice());
            let before = before.unwrap_or_default();
            let edits = plan.edits.iter().filter(|edit| edit.path == *path);
            let mut bytes = Vec::new();
            let mut at = 0;
            for Mention { span, new, .. } in edits {
                bytes.extend_from_slice(before.get(at..span.start).unwrap_or_default());
                bytes.extend_from_slice(new.as_bytes());
                at = span.end;
            }
            bytes.extend_from_slice(before.get(at..).unwrap_or_default());
            let expected =
                written.0.get(path).map(|file| file.bytes.as_slice()).unwrap_or_default();
            if bytes != expected {
                let difference = difference(path, expected, &bytes);
                faults.push(format!("json: the edits make another file:\n{difference}"));
            }
        }
        Ok(())
    }
}

/// The part of `--format json` that is checked.
#[derive(Deserialize)]
struct Plan {
    edits: Vec<Mention>,
    left: Vec<Mention>,
}

/// A place of a name.
#[derive(Debug, PartialEq, Eq, Deserialize)]
struct Mention {
    path: String,
    span: Range<usize>,
    /// What an edit writes.
    #[serde(default)]
    new: String,
}
