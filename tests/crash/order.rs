//! What is on the disk when: a machine that loses power keeps what was forced there.

use crate::stage::{FILES, can_trace, traced, tree};

/// Each text is forced to the disk before the journal, the journal before the first rename, and all
/// renames before the journal goes.
#[test]
fn what_a_step_relies_on_is_on_the_disk_before_it() {
    if !can_trace() {
        return;
    }
    let folder = tree();
    let root = folder.path().canonicalize().expect("it is there");
    let log = tempfile::NamedTempFile::new().expect("a scratch file");
    let path = log.path().to_str().expect("UTF-8");
    let flags = ["-y", "-o", path, "-e", "trace=openat,fsync,rename,renameat,renameat2,unlink"];
    assert!(traced(&root, &flags).status.success());
    let log = String::from_utf8(std::fs::read(log.path()).expect("the log")).expect("UTF-8");
    let lines: Vec<&str> = log.lines().collect();
    let places = |call: &str, what: &str| -> Vec<usize> {
        let is_it = |line: &&str| line.starts_with(call) && line.contains(what);
        lines.iter().enumerate().filter(|(_, line)| is_it(line)).map(|(at, _)| at).collect()
    };
    let only = |call: &str, what: &str| match places(call, what)[..] {
        [at] => at,
        ref several => panic!("{call} {what}: {several:?} in\n{log}"),
    };
    let journal = only("rename", "/.composemod-journal\"");
    let gone = only("unlink", "/.composemod-journal\"");
    let renames: Vec<usize> =
        places("rename", "/.composemod-").into_iter().filter(|at| *at != journal).collect();
    assert_eq!(renames.len(), FILES, "{log}");
    let (first, last) = (renames[0], renames[FILES - 1]);
    assert!(journal < first && last < gone, "{log}");
    let staged: Vec<usize> = places("fsync", "/.composemod-");
    // All texts, and the journal's own.
    assert_eq!(staged.len(), FILES + 1, "{log}");
    assert!(staged.iter().all(|at| *at < journal), "{log}");
    for folder in ["", "/d0", "/d1", "/d2", "/d3", "/d4"] {
        let synced = places("fsync", &format!("<{}{folder}>", root.display()));
        assert!(synced.iter().any(|at| *at < journal), "{folder}: {log}");
        assert!(synced.iter().any(|at| last < *at && *at < gone), "{folder}: {log}");
    }
    let root = places("fsync", &format!("<{}>", root.display()));
    assert!(root.iter().any(|at| journal < *at && *at < first), "{log}");
}
