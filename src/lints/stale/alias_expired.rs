//! An alias whose time is over.

use crate::diagnostics::Finding;
use crate::lints::context::Context;
use crate::lints::{Run, declare_lint};

use super::survey::{Retirement, retirement};

declare_lint! {
    /// An old name still answers after the day on which it was to go.
    ///
    /// ## What it does
    ///
    /// Compares `keep-alias-until` of each declared rename with today, where the alias is still there.
    ///
    /// ## Why is this bad
    ///
    /// An alias that never goes is a second name for good, and what uses it is never mended.
    ///
    /// ## Example
    ///
    /// ```yaml composemod.yaml
    /// renames:
    ///   - from: main-db
    ///     to: app-db
    ///     keep-alias-until: 2026-01-31
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
    /// Takes the alias away, as `composemod retire` does, where nothing uses it any more. It is unsafe,
    /// as the container is made anew and other repositories may use the name.
    "alias-expired", Stale, Warning, On, Run::Tree(run),
}

fn run(context: &Context<'_>) -> Vec<Finding> {
    let names = context.stale_names().iter().filter(|name| name.is_expired(context));
    let found = names.filter_map(|name| {
        let Retirement { place, fix } = retirement(context, name)?;
        let until = name.declared.as_ref()?.keep_alias_until.as_ref()?.value;
        let old = &name.old;
        let message = format!("the alias `{old}` was to go by {until}, and still answers");
        let help = if fix.is_some() {
            format!("nothing here uses it: `composemod retire {old} --write`")
        } else {
            format!("`composemod retire {old}` lists what still uses it; or give it more time")
        };
        Some(LINT.finding(message).at(place.path, place.span).help(help).fix(fix))
    });
    found.collect()
}

#[cfg(test)]
mod tests {
    use super::LINT;
    use crate::lints::testing::found;

    #[test]
    fn the_day_decides() {
        let compose = "services:\n  app-db:\n    image: postgres:16\n    networks:\n      default:\n        aliases: [main-db]\n";
        for (until, expected) in [("2026-05-31", 1), ("2026-06-01", 0), ("2027-01-01", 0)] {
            let declared =
                format!("renames: [{{from: main-db, to: app-db, keep-alias-until: {until}}}]\n");
            let files = [("composemod.yaml", declared.as_str()), ("compose.yaml", compose)];
            assert_eq!(found(&LINT, &files).len(), expected, "{until}");
            let used = [files[0], files[1], ("run.sh", "psql -h main-db\n")];
            assert_eq!(found(&LINT, &used).len(), expected, "{until}");
        }
    }
}
