//! What a Compose file means: projects, names and who names whom, and the names inside values.
//!
//! Invariants: pure functions of text and trees; spans always point into the file they came from.
//! Deliberately absent: reading files, and any guess: what is unsure says so.

pub mod call;
pub mod command;
pub mod default_host;
pub mod discover;
pub mod effective;
pub mod endpoint;
pub mod env_file;
pub mod graph;
pub mod interpolate;
mod merge;
pub mod model;
pub mod names;
pub mod naming;
pub mod network;
mod normal;
pub mod setting;
pub mod store;
pub mod usage;
pub mod value;
pub mod values;
