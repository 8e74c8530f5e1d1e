//! What is known of dclint, so that its users can come over: which lint of ours stands for which of
//! its rules. Its comments, its configuration and docs/dclint.md go by this one table.

pub mod comments;
pub mod config;

/// A rule of dclint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// What dclint calls it.
    pub name: &'static str,
    /// Our lint for the same.
    pub lint: &'static str,
}

/// All rules of dclint 3, by name.
pub const RULES: [Rule; 15] = [
    Rule { name: "no-build-and-image", lint: "build-and-image" },
    Rule { name: "no-duplicate-container-names", lint: "container-name-twice" },
    Rule { name: "no-duplicate-exported-ports", lint: "port-published-twice" },
    Rule { name: "no-quotes-in-volumes", lint: "volumes-quoted" },
    Rule { name: "no-unbound-port-interfaces", lint: "port-on-all-interfaces" },
    Rule { name: "no-version-field", lint: "obsolete-version" },
    Rule { name: "require-project-name-field", lint: "project-name-missing" },
    Rule { name: "require-quotes-in-ports", lint: "ports-unquoted" },
    Rule { name: "service-container-name-regex", lint: "container-name-pattern" },
    Rule { name: "service-dependencies-alphabetical-order", lint: "dependencies-unsorted" },
    Rule { name: "service-image-require-explicit-tag", lint: "image-tag-missing" },
    Rule { name: "service-keys-order", lint: "service-keys-unsorted" },
    Rule { name: "service-ports-alphabetical-order", lint: "ports-unsorted" },
    Rule { name: "services-alphabetical-order", lint: "services-unsorted" },
    Rule { name: "top-level-properties-order", lint: "top-level-unsorted" },
];

/// Finds a rule by dclint's name for it.
#[must_use]
pub fn rule(name: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.name == name)
}
