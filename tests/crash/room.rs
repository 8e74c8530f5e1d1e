//! A file system that is nearly full.

use std::process::Command;

use crate::stage::{RENAME, is_thorough, litter, old_and_new, texts, tree};

/// Mounts `$1` kB at `$2`, copies the tree `$3` there, runs what follows `$4`, copies what is there to
/// `$4`, and ends with the run's exit code.
const SCRIPT: &str = "size=$1 place=$2 tree=$3 out=$4 program=$5; shift 5
mount -t tmpfs -o size=${size}k none \"$place\" || exit 75
cp -R \"$tree/.\" \"$place\" || exit 76
\"$program\" --root \"$place\" \"$@\"; code=$?
cp -R \"$place/.\" \"$out\"; exit $code";

#[test]
fn a_full_disk_changes_all_or_nothing() {
    let (old, new) = old_and_new();
    let (mut refused, mut written) = (0, 0);
    // Pages of 4 kB: the old tree has twenty, and its change as many more and the journal.
    for size in (80..=200).step_by(4) {
        let (tree, place, out) = (tree(), tempdir(), tempdir());
        let mut unshare = Command::new("unshare");
        unshare.args(["--map-root-user", "--mount", "sh", "-c", SCRIPT, "sh", &size.to_string()]);
        unshare.args([place.path(), tree.path(), out.path()]).arg(env!("CARGO_BIN_EXE_composemod"));
        let output = unshare.args(RENAME).output();
        let code = output.as_ref().ok().and_then(|output| output.status.code());
        let now = texts(out.path());
        match code {
            Some(0) => {
                assert_eq!(now, new, "{size} kB");
                written += 1;
            }
            Some(2) => {
                assert_eq!(now, old, "{size} kB: {output:?}");
                let told = output.expect("it ran").stderr;
                let told = String::from_utf8_lossy(&told);
                assert!(told.contains("No space left on device"), "{told}");
                refused += 1;
            }
            // The tree alone has no room.
            Some(76) => continue,
            _ => {
                assert!(!is_thorough(), "no file system can be mounted: {output:?}");
                eprintln!("skipped: no file system can be mounted here");
                return;
            }
        }
        assert_eq!(litter(out.path()), Vec::<String>::new(), "{size} kB");
    }
    eprintln!("{refused} sizes had no room, {written} had");
    assert!(refused > 5 && written > 5, "{refused} had no room, {written} had");
}

fn tempdir() -> tempfile::TempDir {
    tempfile::tempdir().expect("a scratch folder")
}
