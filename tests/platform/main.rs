//! Paths and line ends of other platforms, as data: each test holds on every one.

#![allow(clippy::disallowed_methods, reason = "a test reads and writes the tree that it made")]

mod line_ends;
mod paths;

#[path = "../common/mod.rs"]
mod common;
