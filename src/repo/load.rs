//! The only reader.

use crate::diagnostics::Finding;
use crate::text::source::SourceFile;

/// What was read.
#[derive(Debug, Default)]
pub struct Repo {
    pub files: Vec<SourceFile>,
    pub all_paths: Vec<String>,
    pub findings: Vec<Finding>,
}
