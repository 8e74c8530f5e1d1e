//! Reading, printing and writing, on real trees in scratch folders, with the real git.

#![cfg(unix)]

mod cli;
mod diff;
mod history;
mod load;
mod tree;
