//! Each property holds for every seed: the cases of the project, what once broke one (`crashes/`), and
//! the corpus where it is checked out beside the project.

use std::fs;
use std::path::{Path, PathBuf};

use composemod_fuzz::{ALL, discovery::MARK};

#[test]
fn every_property_holds_for_every_seed() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a folder above");
    let texts = ["testdata", "example"].map(|folder| files(&root.join(folder))).concat();
    let texts: Vec<String> =
        texts.iter().filter_map(|path| fs::read_to_string(path).ok()).collect();
    assert!(texts.len() > 100, "{} seeds", texts.len());
    for (name, holds) in ALL {
        for path in files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("crashes").join(name)) {
            holds(&fs::read_to_string(path).expect("a text"));
        }
        let step = if name == "discovery" { 7 } else { 1 };
        for text in texts.iter().step_by(step) {
            holds(text);
            holds(&format!("a8Zq7Bf\n{text}"));
        }
    }
    // Two folders as one tree.
    let tree: String = files(&root.join("example"))
        .iter()
        .filter_map(|path| {
            let text = fs::read_to_string(path).ok()?;
            Some(format!("{MARK}{}\n{text}\n", path.strip_prefix(root).ok()?.display()))
        })
        .collect();
    composemod_fuzz::discovery::holds(&tree);
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in folder.read_dir().into_iter().flatten().flatten() {
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => open.push(entry.path()),
                Ok(kind) if kind.is_file() => found.push(entry.path()),
                _ => {}
            }
        }
    }
    found.sort();
    found
}
