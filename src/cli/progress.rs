//! What is being done, on a terminal, where it takes long.

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use super::{Io, complain};

/// Time after which it is said.
const PATIENCE: Duration = Duration::from_secs(1);

/// Goes back to the line's start and clears it.
const WIPE: &str = "\r\u{1b}[K";

/// Does some work. Where stderr is a terminal that may be written to and the work takes longer than
/// a second, a line says what is done until it is done.
pub(super) fn during<T: Send>(io: &mut Io, what: &str, work: impl FnOnce() -> T + Send) -> T {
    if !io.progress {
        return work();
    }
    let (done, wait) = channel::<()>();
    std::thread::scope(|scope| {
        let worker = scope.spawn(move || {
            let result = work();
            // Nobody waits any more only where the line could not be shown.
            let _ = done.send(());
            result
        });
        if wait.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
            complain(io, what);
            // An error says that the work ended without a result: joining tells how.
            let _ = wait.recv();
            complain(io, WIPE);
        }
        match worker.join() {
            Ok(result) => result,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::SystemTime;

    fn told(progress: bool, time: Duration) -> String {
        let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
        let mut io = Io {
            progress,
            ..Io::new(std::path::PathBuf::new(), &mut stdout, &mut stderr, SystemTime::UNIX_EPOCH)
        };
        let result = during(&mut io, "reading", || {
            std::thread::sleep(time);
            7
        });
        assert_eq!(result, 7);
        drop(io);
        String::from_utf8(stderr).unwrap()
    }

    #[test]
    fn only_long_work_on_a_terminal_is_told_and_the_line_is_wiped() {
        let long = PATIENCE + Duration::from_millis(300);
        assert_eq!(told(true, long), "reading\r\u{1b}[K");
        assert_eq!(told(false, long), "");
        assert_eq!(told(true, Duration::ZERO), "");
    }
}
