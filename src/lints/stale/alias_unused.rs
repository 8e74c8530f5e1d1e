//! An alias that nothing in the repository uses.

use crate::diagnostics::Finding;
use crate::lints::context::Context;
use crate::lints::{Run, declare_lint};

use super::survey::{Retirement, retirement};

declare_lint! {
    /// Nothing in the repository uses an old name any more that is kept as an alias.
    ///
    /// ## What it does
    ///
    /// Looks for uses of each declared rename's old name, as `composemod retire` does, and says where
    /// there is none left.
    ///
    /// ## Why is this bad
    ///
    /// It is not: it is the news that the alias can go. Other repositories and running programs may
    /// still use it, which no file here shows.
    ///
    /// ## Example
    ///
    /// ```yaml composemod.yaml
    /// renames:
    ///   - from: main-db
    ///     to: app-db
    /// ```
    ///
    /// ```yaml
    /// services:
    ///   app-db:
    ///     image: postgres:16
    ///     networks:
    ///       default:
    ///         aliases: [main-db]
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// services:
    ///   app-db:
    ///     image: postgres:16
    /// ```
    ///
    /// ## Fix
    ///
    /// Takes the alias away, as `composemod retire` does. It is unsafe: the container is made anew.
    "alias-unused", Stale, Info, On, Run::Tree(run),
}

fn run(context: &Context<'_>) -> Vec<Finding> {
    // What is over is said to be so, with the same fix.
    let names = context.stale_names().iter().filter(|name| !name.is_expired(context));
    let found = names.filter_map(|name| {
        name.declared.as_ref()?;
        let Retirement { place, fix } = retirement(context, name)?;
        let old = &name.old;
        let message = format!("nothing in this repository uses the alias `{old}` any more");
        let help = format!("where nothing else uses it: `composemod retire {old} --write`");
        Some(LINT.finding(message).at(place.path, place.span).help(help).fix(Some(fix?)))
    });
    found.collect()
}

#[cfg(test)]
mod tests {
    use super::LINT;
    use crate::lints::testing::found;

    #[test]
    fn a_use_keeps_it() {
        let declared = ("composemod.yaml", "renames: [{from: main-db, to: app-db}]\n");
        let compose = (
            "compose.yaml",
            "services:\n  app-db:\n    image: postgres:16\n    networks:\n      default:\n        aliases: [main-db]\n",
        );
        assert_eq!(found(&LINT, &[declared, compose]).len(), 1);
        let used = ("run.sh", "psql -h main-db\n");
        assert_eq!(found(&LINT, &[declared, compose, used]), [""; 0]);
        let history = ("CHANGELOG.md", "# Changes\n\n- main-db is app-db now\n");
        assert_eq!(found(&LINT, &[declared, compose, history]).len(), 1);
    }
}
