//! Codemods and lints for Docker Compose projects.
//!
//! Floors from bottom to top, each importing only from those below (`tests/layers.rs`):
//! [`text`] spans and edits · [`yaml`] one document with spans · [`compose`] what it means ·
//! [`repo`] the whole tree · [`transforms`] what to change · [`lints`] what to look for ·
//! [`report`] output and writing · `migrate` a plan made on the machine · [`cli`] arguments. [`diagnostics`] stands beside [`yaml`]: it imports only [`text`].

pub mod cli;
pub mod compose;
pub mod diagnostics;
#[cfg(feature = "postgres")]
mod engine;
pub mod lints;
#[cfg(feature = "postgres")]
mod migrate;
pub mod postgres;
pub mod repo;
pub mod report;
#[cfg(feature = "postgres")]
pub mod server;
pub mod text;
pub mod transforms;
pub mod yaml;
