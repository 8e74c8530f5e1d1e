//! Which services can run at the same time.

use std::collections::BTreeSet;

use crate::compose::value::Value;

/// Tells whether two services run together whenever both can: neither has profiles, or they share
/// one. Of two that are started by different words each may stand in for the other.
pub(super) fn run_together(a: &Value, b: &Value) -> bool {
    let (a, b) = (profiles(a), profiles(b));
    (a.is_empty() && b.is_empty()) || !a.is_disjoint(&b)
}

/// Tells whether one service always runs where the other one does, or both do for one profile.
pub(super) fn may_run_together(a: &Value, b: &Value) -> bool {
    profiles(a).is_empty() || profiles(b).is_empty() || run_together(a, b)
}

fn profiles(service: &Value) -> BTreeSet<&str> {
    let profiles = service.get("profiles").map(Value::items).unwrap_or_default();
    profiles.iter().filter_map(Value::text).collect()
}
