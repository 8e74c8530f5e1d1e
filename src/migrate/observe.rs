//! The outage as clients see it: logins by the old name, twenty times a second.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::engine::docker::Docker;
use crate::engine::program::CallError;

use super::probe::{Login, Probe};

/// The time from one login's beginning to the next one's.
const BEAT: Duration = Duration::from_millis(50);

/// A probe at work.
pub(super) struct Observer {
    stop: Arc<AtomicBool>,
    worker: Option<JoinHandle<Vec<Beat>>>,
}

/// One login.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Beat {
    at: Instant,
    is_in: bool,
}

/// What was seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Outage {
    /// From the last login before the first that failed to the first after the last that failed; or
    /// the longest time between two logins, as one may hang and come through.
    pub(super) time: Duration,
    pub(super) failed: usize,
    pub(super) logins: usize,
    /// Whether the last login worked: the outage is over.
    pub(super) is_over: bool,
}

impl Observer {
    /// Starts the probe, and waits for its first login.
    ///
    /// # Errors
    /// It can't be started, or its first login fails.
    pub(super) fn start(docker: &Docker, login: &Login, host: &str) -> Result<Self, String> {
        let mut probe =
            Probe::start(docker, login).map_err(|error: CallError| error.to_string())?;
        let (at, _) = probe.login(host).map_err(|(_, said)| said)?;
        let stop = Arc::new(AtomicBool::new(false));
        let (told, host) = (Arc::clone(&stop), host.to_owned());
        let worker = std::thread::spawn(move || {
            let mut beats = vec![Beat { at, is_in: true }];
            while !told.load(Ordering::Relaxed) {
                let start = Instant::now();
                let (at, is_in) = match probe.login(&host) {
                    Ok((at, _)) => (at, true),
                    Err((at, _)) => (at, false),
                };
                beats.push(Beat { at, is_in });
                std::thread::sleep(BEAT.saturating_sub(start.elapsed()));
            }
            beats
        });
        Ok(Self { stop, worker: Some(worker) })
    }

    /// Ends the probe and gives what it saw.
    pub(super) fn finish(mut self) -> Outage {
        // So that the last one falls after what was done.
        std::thread::sleep(BEAT * 4);
        self.stop.store(true, Ordering::Relaxed);
        let beats = self.worker.take().map(JoinHandle::join);
        outage(&beats.and_then(Result::ok).unwrap_or_default())
    }
}

impl Drop for Observer {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

fn outage(beats: &[Beat]) -> Outage {
    let failed = beats.iter().filter(|beat| !beat.is_in).count();
    let first = beats.iter().position(|beat| !beat.is_in);
    let last = beats.iter().rposition(|beat| !beat.is_in);
    let time = first.zip(last).and_then(|(first, last)| {
        let before = beats.get(first.checked_sub(1)?)?;
        let after = beats.get(last + 1).or_else(|| beats.last())?;
        Some(after.at.duration_since(before.at))
    });
    let logins: Vec<Instant> = beats.iter().filter(|beat| beat.is_in).map(|beat| beat.at).collect();
    let gaps = logins.windows(2).filter_map(|pair| match pair {
        [one, next] => Some(next.duration_since(*one)),
        _ => None,
    });
    // Some time lies between any two.
    let gap = gaps.max().filter(|gap| *gap > BEAT * 3);
    Outage {
        time: time.max(gap).unwrap_or_default(),
        failed,
        logins: beats.len(),
        is_over: beats.last().is_some_and(|beat| beat.is_in),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outage_is_what_lies_between_logins() {
        let start = Instant::now();
        let beats = |states: &[u8]| -> Vec<Beat> {
            let at = |number: usize| start + BEAT * u32::try_from(number).unwrap();
            let beat = |(number, state): (usize, &u8)| Beat { at: at(number), is_in: *state == 1 };
            // A 2 is time in which nothing comes back.
            states.iter().enumerate().filter(|(_, state)| **state != 2).map(beat).collect()
        };
        for (states, millis, failed, is_over) in [
            (&[1, 1, 1][..], 0, 0, true),
            (&[1, 0, 1], 100, 1, true),
            (&[1, 1, 0, 0, 1, 1], 150, 2, true),
            // Two that follow one another are one: what lies between may be luck.
            (&[1, 0, 1, 0, 1], 200, 2, true),
            (&[1, 0, 0], 100, 2, false),
            // One that hangs until the server is back.
            (&[1, 2, 2, 2, 2, 1], 250, 0, true),
        ] {
            let seen = outage(&beats(states));
            let expected = Outage {
                time: Duration::from_millis(millis),
                failed,
                logins: states.iter().filter(|state| **state != 2).count(),
                is_over,
            };
            assert_eq!(seen, expected, "{states:?}");
        }
    }
}
