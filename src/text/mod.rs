//! Spans and edits of text. Knows nothing of YAML.
//!
//! Invariants: a [`span::Span`] is a half-open range of bytes on character boundaries of the file
//! it belongs to; a [`edit::TextEdit`]'s edits are sorted and disjoint, a conflict is an error
//! value. Deliberately absent: reading and writing of files.

pub mod change;
pub mod diff;
pub mod edit;
pub mod source;
pub mod span;
