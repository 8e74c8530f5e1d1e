//! Every case of a rename once more, with the line ends of Windows in every file: the tree that it
//! leaves has them too, and its diff goes through `git apply`.

use std::path::Path;

use crate::common::cases::{Check, Tree, folders, git_apply, run, words};

/// Cases whose files mean something else with other line ends.
const OTHER: [&str; 0] = [];

/// Gives a tree with the line ends of Windows; what is no text, or has some already, stays.
fn with_carriage_returns(mut tree: Tree) -> Tree {
    for file in tree.0.values_mut() {
        if let Ok(text) = str::from_utf8(&file.bytes)
            && !text.contains(['\r', '\0'])
        {
            file.bytes = text.replace('\n', "\r\n").into_bytes();
        }
    }
    tree
}

fn faults_of(folder: &Path) -> Check<Vec<String>> {
    let mut faults = Vec::new();
    let after = folder.join("after");
    if !after.is_dir() {
        return Ok(faults);
    }
    let words = words(std::fs::read_to_string(folder.join("cmd"))?.trim_end());
    let before = with_carriage_returns(Tree::read(&folder.join("before"))?);
    let after = with_carriage_returns(Tree::read(&after)?);
    let (shown, written) = (before.place()?, before.place()?);
    let diff = run(&words, &["--format", "diff"], shown.path())?;
    if let Err(said) = git_apply(&diff.stdout, shown.path())?
        && !diff.stdout.is_empty()
    {
        faults.push(format!("git apply: {said}"));
    }
    after.compare("the diff", &Tree::read(shown.path())?, &mut faults);
    run(&words, &["--write"], written.path())?;
    after.compare("the written tree", &Tree::read(written.path())?, &mut faults);
    Ok(faults)
}

#[test]
fn a_change_keeps_the_line_ends_of_windows() -> Check {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/transforms");
    let mut wrong = Vec::new();
    for transform in ["rename", "retire", "superuser"] {
        for folder in folders(&root.join(transform))? {
            let name = folder.strip_prefix(&root)?.to_string_lossy().replace('\\', "/");
            let faults = faults_of(&folder)?;
            if !faults.is_empty() && !OTHER.contains(&name.as_str()) {
                wrong.push(format!("{name}\n{}", faults.join("\n")));
            }
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n\n").into()) }
}
