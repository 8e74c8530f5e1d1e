//! What can go wrong when a plan is deployed, though its files are right.
//!
//! Each hazard is a pure function of the situation: one file, one line in the registry.

use crate::diagnostics::Finding;
use crate::transforms::plan::Plan;
use crate::transforms::situation::Situation;

/// Finds what can go wrong.
#[must_use]
pub fn hazards(_plan: &Plan, _situation: &Situation<'_>) -> Vec<Finding> {
    Vec::new()
}
