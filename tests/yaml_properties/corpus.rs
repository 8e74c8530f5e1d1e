//! The corpus of real files beside the repository.

use std::path::{Path, PathBuf};

/// Gives every YAML file of the corpus beside the repository; none where it is not checked out.
pub(crate) fn corpus() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let beside = root.join("../shared/corpus");
    let named = std::env::var_os("COMPOSEMOD_CORPUS").map(PathBuf::from);
    let Some(found) = named.or_else(|| beside.is_dir().then_some(beside)) else {
        println!("skipped: no corpus at ../shared/corpus");
        return Vec::new();
    };
    let mut files = Vec::new();
    let mut folders = vec![found];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(folder) else { continue };
        for path in entries.flatten().map(|entry| entry.path()) {
            let is_yaml = path.extension().is_some_and(|end| end == "yml" || end == "yaml");
            match path.is_dir() {
                true => folders.push(path),
                false if is_yaml => files.push(path),
                false => {}
            }
        }
    }
    files.sort();
    files
}
