//! Renames in generated projects, held against a model that knows nothing of composemod.

#![allow(clippy::disallowed_methods, reason = "a test reads and writes the tree that it made")]
#![allow(clippy::print_stdout, reason = "tells how many projects were refused, and why")]

#[path = "../common/mod.rs"]
mod common;

mod case;
mod choices;
mod docker_compose;
mod generate;
mod project;
mod properties;
mod reading;
mod render;
mod service;
mod spell;
