//! docs/dclint.md names every rule of dclint with the lint that stands for it.

use composemod::lints::dclint::RULES;
use composemod::lints::find;

const PAGE: &str = include_str!("../docs/dclint.md");

#[test]
fn the_page_names_each_rule_with_its_lint() {
    for rule in RULES {
        let row = format!("| `{}` | `{}` |", rule.name, rule.lint());
        assert!(PAGE.lines().any(|line| line.starts_with(&row)), "no row {row}");
    }
    let section = PAGE.split("\n## ").find(|section| section.starts_with("Rules of dclint"));
    let rows = section.unwrap_or_default().lines().filter(|line| line.starts_with("| `"));
    assert_eq!(rows.count(), RULES.len());
}

#[test]
fn each_rule_has_a_lint() {
    let missing: Vec<&str> =
        RULES.iter().map(|rule| rule.lint()).filter(|id| find(id).is_none()).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
