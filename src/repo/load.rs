//! The only reader.
