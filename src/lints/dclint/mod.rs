//! What is known of dclint, so that its users can come over: which lint of ours stands for which of
//! its rules. Its comments, its configuration and docs/dclint.md go by this one table.

pub mod comments;
pub mod config;

/// A rule of dclint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// What dclint calls it.
    pub name: &'static str,
    /// Our lint for the same, and others that find a part of it.
    pub lints: &'static [&'static str],
}

impl Rule {
    /// Gives our lint for the same.
    #[must_use]
    pub fn lint(&self) -> &'static str {
        self.lints[0]
    }
}

/// All rules of dclint 3, by name.
pub const RULES: [Rule; 15] = [
    Rule { name: "no-build-and-image", lints: &["build-and-image"] },
    Rule { name: "no-duplicate-container-names", lints: &["container-name-twice"] },
    Rule { name: "no-duplicate-exported-ports", lints: &["port-published-twice"] },
    Rule { name: "no-quotes-in-volumes", lints: &["volumes-quoted"] },
    Rule {
        name: "no-unbound-port-interfaces",
        lints: &["port-without-host-ip", "port-on-all-interfaces"],
    },
    Rule { name: "no-version-field", lints: &["obsolete-version"] },
    Rule { name: "require-project-name-field", lints: &["project-name-missing"] },
    Rule { name: "require-quotes-in-ports", lints: &["ports-unquoted"] },
    Rule { name: "service-container-name-regex", lints: &["container-name-pattern"] },
    Rule { name: "service-dependencies-alphabetical-order", lints: &["dependencies-unsorted"] },
    Rule { name: "service-image-require-explicit-tag", lints: &["image-tag-missing"] },
    Rule { name: "service-keys-order", lints: &["service-keys-unsorted"] },
    Rule { name: "service-ports-alphabetical-order", lints: &["ports-unsorted"] },
    Rule { name: "services-alphabetical-order", lints: &["services-unsorted"] },
    Rule { name: "top-level-properties-order", lints: &["top-level-unsorted"] },
];

/// Finds a rule by dclint's name for it.
#[must_use]
pub fn rule(name: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.name == name)
}
