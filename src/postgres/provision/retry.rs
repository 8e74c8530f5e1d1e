//! Tries again where two calls were in each other's way.

use std::time::Duration;

use rand::RngExt;
use tokio::time::sleep;

use crate::postgres::error::Error;

/// How often something is tried.
const ATTEMPTS: u32 = 6;
/// Counts attempts. A loop and not a function that takes the work: the futures of async closures that
/// borrow can't be sent to other threads (<https://github.com/rust-lang/rust/issues/110338>).
#[derive(Debug)]
pub(super) struct Retries {
    left: u32,
    wait: Duration,
}

impl Retries {
    /// Makes the count of something that is tried for the first time. The first wait is as long as this
    /// at most, each further one twice as long as the one before.
    pub(super) fn new(first_wait: Duration) -> Self {
        Self { left: ATTEMPTS - 1, wait: first_wait }
    }

    /// Waits a while where the error may pass.
    ///
    /// # Errors
    /// It will not, or it was tried often enough: the error.
    pub(super) async fn after(&mut self, error: Error) -> Result<(), Error> {
        if self.left == 0 || !error.is_transient() {
            return Err(error);
        }
        self.left -= 1;
        // Half of it by chance, so that two don't meet again.
        let part = rand::rng().random_range(0.5..1.0);
        sleep(self.wait.mul_f64(part)).await;
        self.wait *= 2;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lost() -> Error {
        Error::Lost { doing: "asking".to_owned(), reason: "gone".to_owned() }
    }

    #[tokio::test(start_paused = true)]
    async fn what_may_pass_is_tried_again_and_nothing_else() {
        let mut retries = Retries::new(Duration::from_secs(1));
        let mut attempts = 1;
        while retries.after(lost()).await.is_ok() {
            attempts += 1;
        }
        assert_eq!(attempts, ATTEMPTS);
        let refused = Retries::new(Duration::ZERO).after(Error::Refused("no".to_owned())).await;
        assert!(matches!(refused, Err(Error::Refused(_))));
    }
}
