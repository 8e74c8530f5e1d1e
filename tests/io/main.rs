//! Reading, printing and writing, on real trees in scratch folders, with the real git.

mod cli;
mod diff;
mod load;
mod tree;
