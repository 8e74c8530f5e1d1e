//! The difference of the projects' models, held against what a plan intends.

use crate::transforms::plan::Plan;
use crate::transforms::situation::Situation;

/// Says in words what differs.
#[must_use]
pub fn effects(_plan: &Plan, _situation: &Situation<'_>) -> Vec<String> {
    Vec::new()
}
