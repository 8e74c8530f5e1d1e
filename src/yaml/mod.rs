//! One YAML file as text, tree and byte spans; edits of it; the second opinion on them.
//!
//! Invariants: a parse never fails, it gives a [`document::Document`] and the errors; aliases are
//! never expanded; no recursion over the input's depth. Deliberately absent: interpretation of
//! values (`on`, `1`, `0440` stay as they are spelled) and any writer of whole documents.

mod build;
mod common;
mod decode;
pub mod document;
mod events;
mod lines;
pub mod patch;
pub mod referee;
pub mod scalar;
pub mod scalar_type;
