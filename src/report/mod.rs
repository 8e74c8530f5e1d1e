//! Plans and findings as output, and the only writer.
//!
//! Invariants: output is a function of the plan and of what was read; no report shows a secret,
//! except the diff, which is made to be applied. Deliberately absent: deciding what to print, and
//! printing it, which are `cli`'s.

pub mod apply;
mod attention;
pub mod baseline;
pub mod copy;
pub mod diff;
mod excerpt;
pub mod findings;
pub mod graph;
pub mod human;
pub mod json;
pub mod markdown;
pub mod pages;
pub mod runbook;
#[cfg(test)]
mod sample;
pub mod summary;
mod veil;
