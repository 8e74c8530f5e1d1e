//! Kills and errors at each system call of a write.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Output;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::stage::{
    RECOVER, RENAME, Texts, can_trace, command, litter, old_and_new, step, texts, traced, tree,
};

/// The calls whose errors are tried: those by which a change is made. (What a thread needs to start
/// or end, and memory, are not among them: std gives up where it gets an error.)
const CALLS: [&str; 20] = [
    "openat",
    "write",
    "fchown",
    "fchmod",
    "fsync",
    "renameat",
    "renameat2",
    "rename",
    "linkat",
    "unlink",
    "flock",
    "getdents64",
    "statx",
    "newfstatat",
    "readlink",
    "read",
    "lseek",
    "llistxattr",
    "lgetxattr",
    "fsetxattr",
];

/// A system call of a run: the nth of its name.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Call {
    name: String,
    nth: usize,
}

/// What was seen of the runs.
#[derive(Default)]
struct Seen {
    old: AtomicUsize,
    new: AtomicUsize,
    mixed: AtomicUsize,
}

#[test]
fn a_kill_at_any_system_call_leaves_the_old_tree_or_the_new_one() {
    if !can_trace() {
        return;
    }
    let (old, new) = old_and_new();
    let seen = Seen::default();
    each(&calls_of_write(), |Call { name, nth }| {
        let folder = tree();
        let inject = format!("inject={name}:signal=KILL:when={nth}");
        traced(folder.path(), &["-o", "/dev/null", "-e", &format!("trace={name}"), "-e", &inject]);
        judge(folder.path(), &old, &new, &seen, &format!("killed at {name} {nth}"));
    });
    tell("killed", &seen);
    let Seen { old, new, mixed } = seen;
    for count in [old, new, mixed] {
        // All three are met, or the kills are not where they should be.
        assert!(count.into_inner() > 0);
    }
}

#[test]
fn an_error_of_any_system_call_changes_all_or_nothing() {
    if !can_trace() {
        return;
    }
    let (old, new) = old_and_new();
    let calls: Vec<Call> =
        calls_of_write().into_iter().filter(|call| CALLS.contains(&call.name.as_str())).collect();
    for error in ["EIO", "ENOSPC", "EACCES"] {
        let seen = Seen::default();
        each(&calls, |Call { name, nth }| {
            let folder = tree();
            let inject = format!("inject={name}:error={error}:when={nth}");
            let trace = format!("trace={name}");
            let output = traced(folder.path(), &["-o", "/dev/null", "-e", &trace, "-e", &inject]);
            let what = format!("{error} at {name} {nth}");
            let now = texts(folder.path());
            let is_said = told(&output, "the change is written") || told(&output, "stdout");
            match output.status.code() {
                Some(0) => assert_eq!(now, new, "{what}"),
                Some(2) if is_said => assert_eq!(now, new, "{what}"),
                Some(2) => assert_eq!(now, old, "{what}: {output:?}"),
                _ => panic!("{what}: {output:?}"),
            }
            judge(folder.path(), &old, &new, &seen, &what);
        });
        tell(error, &seen);
        assert!(seen.old.into_inner() > 0 && seen.new.into_inner() > 0);
    }
}

/// From some call on nothing works: what can't be undone is finished or undone by the next run.
#[test]
fn errors_that_last_leave_what_the_next_run_settles() {
    if !can_trace() {
        return;
    }
    let (old, new) = old_and_new();
    let calls = calls_of_write();
    for error in ["EROFS", "ENOSPC"] {
        let seen = Seen::default();
        each(&(0..calls.len()).collect::<Vec<_>>(), |start| {
            // The next of each name, and all of that name that follow.
            let next = |name: &&str| calls.iter().skip(*start).find(|call| call.name == **name);
            let inject = CALLS.iter().filter_map(next).flat_map(|Call { name, nth }| {
                ["-e".to_owned(), format!("inject={name}:error={error}:when={nth}+")]
            });
            let trace = ["-o", "/dev/null", "-e", "trace=all"].map(str::to_owned);
            let flags: Vec<String> = trace.into_iter().chain(inject).collect();
            let folder = tree();
            let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
            traced(folder.path(), &flags);
            judge(folder.path(), &old, &new, &seen, &format!("{error} from {:?}", calls[*start]));
        });
        tell(&format!("{error} from there on"), &seen);
        assert!(seen.mixed.into_inner() > 0);
    }
}

fn told(output: &Output, what: &str) -> bool {
    String::from_utf8_lossy(&output.stderr).contains(what)
}

/// Tries each, or a part of them, in two threads.
fn each<T: Sync>(all: &[T], try_it: impl Fn(&T) + Sync) {
    let step = step();
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(one) = all.get(step * next.fetch_add(1, Ordering::SeqCst)) {
                    try_it(one);
                }
            });
        }
    });
}

/// Gives the calls of a run, in order, from shortly before the first file is staged.
fn calls_of_write() -> Vec<Call> {
    let folder = tree();
    let log = tempfile::NamedTempFile::new().expect("a scratch file");
    let path = log.path().to_str().expect("UTF-8");
    let output = traced(folder.path(), &["-o", path, "-e", "trace=all"]);
    assert!(output.status.success(), "{output:?}");
    let log = std::fs::read(log.path()).expect("the log");
    let log = String::from_utf8_lossy(&log);
    let is_staging = |line: &str| line.contains("O_CREAT") && line.contains(".composemod-");
    let start = log.lines().position(is_staging).expect("a file is staged").saturating_sub(10);
    let mut counts = BTreeMap::new();
    let mut calls = Vec::new();
    for (at, line) in log.lines().enumerate() {
        let Some((name, _)) = line.split_once('(') else { continue };
        let nth = counts.entry(name).or_insert(0_usize);
        *nth += 1;
        if at >= start {
            calls.push(Call { name: name.to_owned(), nth: *nth });
        }
    }
    calls
}

/// Checks that a tree that a run left is old, new, or made so by the next run; and that then all goes
/// on as if nothing had been.
fn judge(root: &Path, old: &Texts, new: &Texts, seen: &Seen, what: &str) {
    let now = texts(root);
    let count = match () {
        () if now == *old => &seen.old,
        () if now == *new => &seen.new,
        () => &seen.mixed,
    };
    count.fetch_add(1, Ordering::SeqCst);
    let is_mixed = now != *old && now != *new;
    let reads = command(root, &["check"]).output().expect("it runs");
    if is_mixed {
        // Whoever only reads is not shown half a change.
        assert_eq!(reads.status.code(), Some(2), "{what}: {reads:?}");
        assert!(reads.stdout.is_empty() && told(&reads, "change-interrupted"), "{what}: {reads:?}");
    }
    let recovered = command(root, RECOVER).output().expect("it runs");
    assert!(recovered.status.success(), "{what}: {recovered:?}");
    let now = texts(root);
    assert!(now == *old || now == *new, "{what}: still mixed");
    if now == *old {
        let again = command(root, RENAME).output().expect("it runs");
        assert!(again.status.success(), "{what}: {again:?}");
        assert_eq!(texts(root), *new, "{what}");
        assert_eq!(litter(root), Vec::<String>::new(), "{what}");
    } else {
        assert!(litter(root).iter().all(|path| !path.contains("journal")), "{what}");
    }
}

fn tell(what: &str, seen: &Seen) {
    let [old, new, mixed] =
        [&seen.old, &seen.new, &seen.mixed].map(|count| count.load(Ordering::SeqCst));
    eprintln!(
        "{what}: {} runs; old {old}, new {new}, settled by the next run {mixed}",
        old + new + mixed
    );
}
