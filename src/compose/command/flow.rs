//! What variables, parameters and list members come to be used for in the same text.
//!
//! By name alone: the order of commands and the branches taken do not matter.
//! Invariant: a variable that is used for things of different kinds tells nothing for sure.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::ops::Range;

use super::parser::Scope;
use crate::compose::usage::Class;
use crate::compose::usage::Confidence;
use crate::compose::usage::Usage;

/// What is known of the variables of a text.
#[derive(Debug, Default)]
pub(super) struct Flow {
    uses: BTreeMap<String, BTreeMap<Class, Confidence>>,
    /// From a variable to those whose values it may take.
    sources: BTreeMap<String, BTreeSet<String>>,
    /// Variables that hold what `docker ps` and the like put out.
    listings: BTreeSet<String>,
    held: Vec<Held>,
}

/// The name, where a variable holds it.
#[derive(Debug)]
struct Held {
    variable: String,
    range: Range<usize>,
    role: Role,
    confidence: Confidence,
}

/// How a variable holds the name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// It is the value, or the argument.
    Value,
    /// It is a member of a list of values.
    Member,
    /// The value is compared with it.
    Compared,
    /// It is the label of a `case` on the variable.
    Label,
}

impl Flow {
    /// Notes that a variable is used as something of a class.
    pub(super) fn used(&mut self, variable: String, class: Class, confidence: Confidence) {
        let known = self.uses.entry(variable).or_default().entry(class).or_insert(confidence);
        *known = confidence.max(*known);
    }

    /// Notes that a variable takes the value of another.
    pub(super) fn copied(&mut self, to: String, from: String) {
        if to != from {
            self.sources.entry(to).or_default().insert(from);
        }
    }

    /// Notes that a variable holds what a command lists.
    pub(super) fn listed(&mut self, variable: String) {
        self.listings.insert(variable);
    }

    /// Tells whether a variable holds what a command lists.
    pub(super) fn is_listing(&self, variable: &str) -> bool {
        self.listings.contains(variable)
    }

    /// Notes that a variable holds the name.
    pub(super) fn held(
        &mut self,
        variable: String,
        range: Range<usize>,
        role: Role,
        confidence: Confidence,
    ) {
        self.held.push(Held { variable, range, role, confidence });
    }

    /// Gives what the name means where variables hold it.
    pub(super) fn resolve(mut self) -> Vec<Usage> {
        self.spread();
        let mut found = Vec::new();
        for held in &self.held {
            let Some(usage) = self.meaning(held) else { continue };
            found.push(usage);
        }
        found
    }

    /// Carries the uses of a variable over to those whose values it takes.
    fn spread(&mut self) {
        let mut work: Vec<String> = self.uses.keys().cloned().collect();
        while let Some(variable) = work.pop() {
            let Some(uses) = self.uses.get(&variable).cloned() else { continue };
            for source in self.sources.get(&variable).into_iter().flatten() {
                let known = self.uses.entry(source.clone()).or_default();
                let before = known.clone();
                for (class, confidence) in &uses {
                    let entry = known.entry(*class).or_insert(*confidence);
                    *entry = (*confidence).max(*entry);
                }
                if *known != before {
                    work.push(source.clone());
                }
            }
        }
    }

    fn meaning(&self, held: &Held) -> Option<Usage> {
        let uses = self.uses.get(&held.variable);
        let usage = |class, confidence: Confidence, reason| Usage {
            range: held.range.clone(),
            class,
            confidence: confidence.min(held.confidence),
            reason,
        };
        let best = uses.into_iter().flatten().filter(|(class, _)| class.refers());
        let Some((class, confidence)) =
            best.max_by_key(|(class, sure)| (**sure, std::cmp::Reverse(**class)))
        else {
            let lists = held.role == Role::Compared && self.is_listing(&held.variable);
            return lists.then(|| {
                usage(Class::Literal, Confidence::Certain, "compared with names of containers")
            });
        };
        let other = uses.into_iter().flatten().any(|(class, _)| !class.refers());
        let confidence = if other { Confidence::Unsure } else { *confidence };
        Some(match held.role {
            Role::Value if *class == Class::Host => {
                usage(Class::HostSetting, confidence, "value of a variable that is used as a host")
            }
            Role::Value => {
                usage(*class, confidence, "value of a variable that names a service or container")
            }
            Role::Member => usage(
                Class::NameList,
                confidence,
                "member of a list whose members name services or containers",
            ),
            Role::Compared => usage(
                Class::Literal,
                confidence,
                "compared with a variable that names a service or container",
            ),
            Role::Label => usage(
                Class::NameList,
                confidence.min(Confidence::Likely),
                "label for a variable that names a service or container",
            ),
        })
    }
}

/// Gives the key of a variable: by name, or for `$1` by its function.
pub(super) fn key(name: &str, scope: &Scope) -> String {
    let function = scope.function.as_deref().unwrap_or_default();
    match name.parse::<usize>() {
        Ok(number) => parameter(function, number.saturating_add(scope.shifted)),
        Err(_) if matches!(name, "@" | "*" | "argv" | "args") => parameters(function),
        Err(_) => name.to_owned(),
    }
}

/// Gives the key of a function's parameter.
pub(super) fn parameter(function: &str, number: usize) -> String {
    format!("{function}\0{number}")
}

/// Gives the key of all parameters of a function.
pub(super) fn parameters(function: &str) -> String {
    format!("{function}\0@")
}
