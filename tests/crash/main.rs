//! All or nothing, whatever happens: a change of twenty files is killed, refused and starved of room
//! at every system call that it makes, and the tree is the old one or the new one.
//!
//! strace does it, and a small tmpfs in a mount namespace. With `COMPOSEMOD_TEST_CRASH` set, both must
//! be there, as in `.ci/run`; without, what can't be tried says that it was skipped. Every eleventh
//! call is tried, and every one with `COMPOSEMOD_TEST_CRASH=all`.

#![cfg(target_os = "linux")]
#![allow(clippy::print_stderr, reason = "a test says what was skipped, and how much was tried")]

mod faults;
mod order;
mod room;
mod stage;
