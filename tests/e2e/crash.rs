//! composemod is killed at every step, and what is left is finished, or taken back.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use super::engine::{Engine, holders};
use super::homelab::{self, is_as_before, is_migrated};

/// The steps, and how long after its beginning composemod is killed within each, in milliseconds.
const STEPS: [(&str, [u64; 2]); 8] = [
    ("backup", [0, 150]),
    ("role", [0, 300]),
    ("files", [0, 30]),
    ("create", [0, 500]),
    ("stop", [150, 450]),
    ("start", [0, 200]),
    ("verify", [0, 600]),
    ("dependents", [0, 20]),
];

#[test]
fn a_migration_that_is_killed_can_be_finished_and_taken_back() {
    let Some(engine) = Engine::take() else { return };
    let composes = engine.composes();
    for (turn, compose) in composes.iter().copied().enumerate() {
        let stack = homelab::up(&engine, compose);
        let watch = Watch::start(stack.volume("db"));
        let mut killed = 0;
        let mut tried = 0;
        for (number, (step, [begun, midway])) in (1..).zip(STEPS) {
            // The versions of Compose take turns with the steps, as all of it takes minutes.
            if number % composes.len() != turn {
                continue;
            }
            tried += 1;
            let line = format!("[{number}/{}] {step}", STEPS.len());
            let mut moments = [begun, midway];
            moments.rotate_left((tried + turn) % 2);
            for (way, delay) in ["--rollback", "--resume"].into_iter().zip(moments) {
                let after = Duration::from_millis(delay);
                let execute = ["migrate", "--execute", "--wait", "60"];
                killed += usize::from(stack.kill_at(&execute, &line, after));
                let ran = stack.composemod(&["migrate", way]);
                assert_eq!(ran.exit, 0, "{step} + {delay} ms, {way}: {ran:?}");
                if way == "--resume" {
                    is_migrated(&stack);
                    let back = stack.composemod(&["migrate", "--rollback"]);
                    assert_eq!(back.exit, 0, "{step} + {delay} ms: {back:?}");
                }
                is_as_before(&stack);
            }
        }
        let (most, looks) = watch.finish();
        eprintln!("{compose:?}: killed at work {killed} times; {looks} looks at the volume");
        assert!(most <= 1, "two servers on one volume");
        assert!(killed > tried && looks > 100);
    }
}

#[test]
fn a_rollback_that_is_killed_can_be_run_again() {
    let Some(engine) = Engine::take() else { return };
    let Some(compose) = engine.composes().into_iter().last() else { return };
    let stack = homelab::up(&engine, compose);
    let watch = Watch::start(stack.volume("db"));
    for millis in [200, 600, 1200, 2000] {
        let ran = stack.composemod(&["migrate", "--execute"]);
        assert_eq!(ran.exit, 0, "{ran:?}");
        let mut child = stack.command(&["migrate", "--rollback"]).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(millis));
        child.kill().unwrap();
        child.wait().unwrap();
        let ran = stack.composemod(&["migrate", "--rollback"]);
        assert_eq!(ran.exit, 0, "{millis} ms: {ran:?}");
        is_as_before(&stack);
    }
    let (most, _) = watch.finish();
    assert!(most <= 1, "two servers on one volume");
}

/// Looks again and again how many containers hold a volume.
struct Watch {
    stop: Arc<AtomicBool>,
    most: Arc<AtomicUsize>,
    worker: JoinHandle<usize>,
}

impl Watch {
    fn start(volume: String) -> Self {
        let (stop, most) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let (told, seen) = (Arc::clone(&stop), Arc::clone(&most));
        let worker = std::thread::spawn(move || {
            let mut looks = 0;
            while !told.load(Ordering::Relaxed) {
                seen.fetch_max(holders(&volume).len(), Ordering::Relaxed);
                looks += 1;
                std::thread::sleep(Duration::from_millis(50));
            }
            looks
        });
        Self { stop, most, worker }
    }

    fn finish(self) -> (usize, usize) {
        self.stop.store(true, Ordering::Relaxed);
        let looks = self.worker.join().unwrap();
        (self.most.load(Ordering::Relaxed), looks)
    }
}
