//! What holds of the YAML tree and of its changes for any input, and for every file of the corpus.

#![allow(clippy::print_stdout, reason = "tells what the corpus lacks")]

mod changes;
mod corpus;
mod generate;
mod reading;
mod tree;
