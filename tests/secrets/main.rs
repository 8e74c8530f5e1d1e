//! No secret in any output: canaries stand in every place that can hold one, and every command of the
//! command line is run over them, with each format.
//!
//! What must hold: a canary is in no report, message, error or file that a command makes. A diff is the
//! one exception: it is made to be applied, so its lines are those of the files, the changed ones and
//! three beside them, and no others.

#![cfg(unix)]
#![allow(clippy::disallowed_methods, reason = "a test reads and writes the tree that it made")]
#![allow(clippy::print_stdout, reason = "how much was searched is shown with --nocapture")]

mod canary;
mod commands;
mod compose;
mod diffs;
#[cfg(feature = "postgres")]
mod live;
mod others;
mod ran;
mod wrong;
