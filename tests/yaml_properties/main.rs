//! What holds of the YAML tree and of its changes for any input, and for every file of the corpus.

#![allow(clippy::print_stdout, reason = "tells what the corpus lacks")]
#![allow(clippy::disallowed_methods, reason = "the corpus is read here")]

mod changes;
mod corpus;
mod generate;
mod reading;
mod tree;
