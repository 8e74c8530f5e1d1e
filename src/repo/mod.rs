//! The whole tree, read once, in memory.
//!
//! Invariants: [`load`] is the only reader; a [`load::Repo`] never changes. Deliberately absent:
//! writing.

pub mod config;
mod git;
pub mod history;
pub mod ignored;
mod index;
pub mod kind;
mod list;
pub mod load;
pub mod mentions;
pub mod models;
pub mod parsed;
pub mod paths;
pub mod values;
pub mod workspace;

/// What the names of files begin with that this program works with; they are never listed.
pub(crate) const OWN_PREFIX: &str = ".composemod-";
