//! How many containers a service has.

use crate::compose::value::{Origin, Value};

/// Gives the number of a service's containers and where it stands, where no variable tells it.
pub(super) fn replicas(service: &Value) -> Option<(u64, &Value)> {
    let value = service.get("scale").or_else(|| service.at(&["deploy", "replicas"]))?;
    let is_fixed = value.origin.as_ref().is_none_or(|origin| !Origin::raw(origin).contains('$'));
    Some((value.text()?.parse().ok().filter(|_| is_fixed)?, value))
}
