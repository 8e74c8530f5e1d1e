//! Two models, value by value.

use std::collections::{BTreeMap, BTreeSet};

use crate::compose::effective::Effective;
use crate::compose::names::Namespace;
use crate::compose::value::{Value, ValueKind};
use crate::transforms::intent::Intent;
use crate::transforms::semantic::allowed::{Allowed, Pair};
use crate::transforms::semantic::{Difference, Sort, origin};

/// Things that a project names, and their namespaces.
const SECTIONS: [(&str, Namespace); 5] = [
    ("services", Namespace::Service),
    ("networks", Namespace::Network),
    ("volumes", Namespace::Volume),
    ("secrets", Namespace::Secret),
    ("configs", Namespace::Config),
];

/// Finds the differences that no intent brings.
pub(super) fn models(before: &Effective, after: &Effective, intents: &[Intent]) -> Vec<Difference> {
    let allowed = Allowed::of(intents);
    let mut comparer = Comparer { allowed: &allowed, path: Vec::new(), found: Vec::new() };
    let nothing = BTreeMap::new();
    for (section, namespace) in SECTIONS {
        comparer.path = vec![section.to_owned()];
        let old = before.section(section).unwrap_or(&nothing);
        let new = after.section(section).unwrap_or(&nothing);
        comparer.maps(old, new, &|name| allowed.renamed(namespace, name));
    }
    comparer.path = vec!["services".to_owned()];
    for (name, old) in &before.environments {
        let renamed = allowed.renamed(Namespace::Service, name);
        let new = [Some(name.as_str()), renamed];
        let new =
            new.into_iter().flatten().find_map(|name| Some((name, after.environments.get(name)?)));
        let Some((name, new)) = new else { continue };
        comparer.path.extend([name.to_owned(), "environment".to_owned()]);
        comparer.maps(old, new, &|_| None);
        comparer.path.truncate(1);
    }
    comparer.found
}

struct Comparer<'a> {
    allowed: &'a Allowed,
    path: Vec<String>,
    found: Vec<Difference>,
}

impl Comparer<'_> {
    /// Compares pairs by key; a key may have become what `renamed` says.
    fn maps<'n>(
        &mut self,
        before: &BTreeMap<String, Value>,
        after: &BTreeMap<String, Value>,
        renamed: &dyn Fn(&str) -> Option<&'n str>,
    ) {
        let mut matched: BTreeSet<&str> = BTreeSet::new();
        for (key, old) in before {
            let candidates = [Some(key.as_str()), renamed(key)];
            let new_key = candidates.into_iter().flatten().find(|key| after.contains_key(*key));
            let new = new_key.and_then(|key| after.get(key));
            self.path.push(new_key.unwrap_or(key).to_owned());
            matched.extend(new_key);
            self.values(Some(old), new);
            self.path.pop();
        }
        for (key, new) in after.iter().filter(|(key, _)| !matched.contains(key.as_str())) {
            self.path.push(key.clone());
            self.values(None, Some(new));
            self.path.pop();
        }
    }

    fn values(&mut self, before: Option<&Value>, after: Option<&Value>) {
        let pair = Pair { before, after };
        if before == after || self.is_elsewhere() || self.allowed.permits(&self.path, pair) {
            return;
        }
        let sort = match (before.map(|value| &value.kind), after.map(|value| &value.kind)) {
            (Some(ValueKind::Map(old)), Some(ValueKind::Map(new))) => {
                let (allowed, path) = (self.allowed, self.path.clone());
                self.maps(old, new, &|name| allowed.renamed_key(&path, name));
                return;
            }
            (Some(ValueKind::List(old)), Some(ValueKind::List(new))) if old.len() == new.len() => {
                for (at, (old, new)) in old.iter().zip(new).enumerate() {
                    self.path.push(at.to_string());
                    self.values(Some(old), Some(new));
                    self.path.pop();
                }
                return;
            }
            (None, _) => Sort::Added,
            (_, None) => Sort::Removed,
            _ => Sort::Changed,
        };
        let origin = origin(before, after);
        self.found.push(Difference { path: self.path.clone(), sort, origin });
    }

    /// A service's `environment` and `env_file` are compared as what comes of both.
    fn is_elsewhere(&self) -> bool {
        let keys: Vec<&str> = self.path.iter().map(String::as_str).collect();
        matches!(keys.as_slice(), ["services", _, "environment" | "env_file"])
    }
}
