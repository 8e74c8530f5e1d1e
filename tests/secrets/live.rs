//! stub
use crate::ran::Run;
pub(crate) fn lines() -> Vec<Run> { Vec::new() }
