//! Every case under `testdata/lints/<id>/<case>/` is a test of its own.
//!
//! A case is a folder: `before/` (the tree that is checked, without git), `cmd` (one command line,
//! by default `composemod check --select <id> --format concise`) and, where something is mended,
//! `after/` (the tree that `--fix` leaves, byte for byte). What the command says stands under
//! `snapshots/lints/`. Folders that are no lint's have a `cmd` each.
//!
//! For each case also holds: without `--fix` nothing is written; a second `--fix` changes nothing;
//! what `--diff` shows, applied by the real `git apply`, gives the mended tree; what was YAML stays
//! YAML.

#![expect(clippy::disallowed_methods, reason = "the cases are read here")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};

use common::cases::{Check, Ran, Tree, assert_snapshot, folders, git_apply, run, words};

mod common;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let trials = match collect() {
        Ok(trials) => trials,
        Err(error) => vec![Trial::test("lint_cases", || Err(error))],
    };
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn collect() -> Check<Vec<Trial>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/lints");
    let mut trials = Vec::new();
    for lint in folders(&root)? {
        for folder in folders(&lint)? {
            let name = folder.strip_prefix(&root)?.to_string_lossy().replace('\\', "/");
            trials.push(Trial::test(name, move || Case::read(&folder)?.run()));
        }
    }
    Ok(trials)
}

/// A case as it is written down.
struct Case {
    folder: PathBuf,
    command: String,
    before: Tree,
    /// The tree after `--fix`; none where nothing is mended.
    after: Option<Tree>,
}

/// Flags that make fixes.
const FIXES: [&str; 2] = ["--fix", "--unsafe-fixes"];

impl Case {
    fn read(folder: &Path) -> Check<Self> {
        let command = match folder.join("cmd") {
            path if path.is_file() => fs::read_to_string(path)?.trim_end().to_owned(),
            _ => {
                let lint = folder.parent().and_then(Path::file_name).unwrap_or_default();
                let lint = lint.to_string_lossy();
                format!("composemod check --select {lint} --format concise")
            }
        };
        let after = folder.join("after");
        Ok(Self {
            folder: folder.to_owned(),
            command,
            before: Tree::read(&folder.join("before"))?,
            after: after.is_dir().then(|| Tree::read(&after)).transpose()?,
        })
    }

    fn run(&self) -> Check {
        let mut faults = Vec::new();
        let Ran { exit, stdout, stderr } = self.command(&mut faults)?;
        if let Some(after) = &self.after {
            self.mend(after, &mut faults)?;
            self.apply(after, &mut faults)?;
            self.before.still_parses(after, &mut faults);
        }
        if !faults.is_empty() {
            return Err(format!("$ {}\n{}", self.command, faults.join("\n")).into());
        }
        let part = |name: &str, text: &str| {
            if text.is_empty() { String::new() } else { format!("-- {name}\n{text}") }
        };
        let (stdout, stderr) = (part("stdout", &stdout), part("stderr", &stderr));
        assert_snapshot(&self.folder, &format!("$ {}\nexit {exit}\n{stdout}{stderr}", self.command))
    }

    /// The command as it is: what it says, and that it writes only where it is told to.
    fn command(&self, faults: &mut Vec<String>) -> Check<Ran> {
        let place = self.before.place()?;
        let ran = run(&words(&self.command), &[], place.path())?;
        let tree = Tree::read(place.path())?;
        let mends = self.has_fix() && !words(&self.command).iter().any(|word| word == "--diff");
        let expected =
            if mends { self.after.as_ref().unwrap_or(&self.before) } else { &self.before };
        expected.compare("the command leaves another tree", &tree, faults);
        Ok(ran)
    }

    /// `--fix`, twice: the first gives `after/`, the second finds it done.
    fn mend(&self, after: &Tree, faults: &mut Vec<String>) -> Check {
        let place = self.before.place()?;
        for title in ["--fix does not give `after/`", "a second --fix changes the tree"] {
            let ran = run(&self.fixing(), &[], place.path())?;
            if ran.exit > 1 {
                faults.push(format!("--fix: exit {}; stderr:\n{}", ran.exit, ran.stderr));
            }
            after.compare(title, &Tree::read(place.path())?, faults);
        }
        Ok(())
    }

    /// What `--diff` shows, applied by git, gives `after/`.
    fn apply(&self, after: &Tree, faults: &mut Vec<String>) -> Check {
        let place = self.before.place()?;
        let diff = run(&self.fixing(), &["--diff"], place.path())?.stdout;
        self.before.compare("--diff changed the tree", &Tree::read(place.path())?, faults);
        if diff.is_empty() {
            self.before.compare("--diff shows nothing", after, faults);
            return Ok(());
        }
        if let Err(message) = git_apply(&diff, place.path())? {
            faults.push(format!("git apply refuses the diff: {message}\n{diff}"));
            return Ok(());
        }
        after.compare("the diff does not give `after/`", &Tree::read(place.path())?, faults);
        Ok(())
    }

    fn has_fix(&self) -> bool {
        words(&self.command).iter().any(|word| FIXES.contains(&word.as_str()))
    }

    /// The command with a flag that makes fixes, and without what only shows them.
    fn fixing(&self) -> Vec<String> {
        let mut words = words(&self.command);
        words.retain(|word| word != "--diff");
        if !self.has_fix() {
            words.push("--fix".to_owned());
        }
        words
    }
}
