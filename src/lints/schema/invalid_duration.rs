//! Durations that docker compose can't read.

use crate::diagnostics::Finding;
use crate::lints::context::FileView;
use crate::lints::schema::reading::Reading;
use crate::lints::schema::tell::report_unreadable;
use crate::lints::{Run, declare_lint};

declare_lint! {
    /// A duration is none that docker compose can read.
    ///
    /// ## What it does
    ///
    /// Reads the durations of health checks, of `stop_grace_period` and of `deploy` as docker
    /// compose does: numbers, each with its unit, without blanks. Values with variables are left
    /// alone.
    ///
    /// ## Why is this bad
    ///
    /// docker compose refuses the whole file. A number without a unit is no duration, though it was
    /// in other tools' files.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// services:
    ///   db:
    ///     image: postgres:16.4
    ///     healthcheck:
    ///       test: pg_isready
    ///       interval: 10
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// services:
    ///   db:
    ///     image: postgres:16.4
    ///     healthcheck:
    ///       test: pg_isready
    ///       interval: 10s
    /// ```
    "invalid-duration", Schema, Error, On, Run::File(run),
}

fn run(view: &FileView<'_>) -> Vec<Finding> {
    let is_mine = |reading| reading == Reading::Duration;
    let help = "give each number its unit: `90s`, `1m30s`, `1h`, `2d`";
    report_unreadable(&LINT, view, is_mine, "duration", help)
}

#[cfg(test)]
mod tests {
    use super::LINT;
    use crate::lints::testing::found_in;

    #[test]
    fn durations_need_units() {
        let text = |value: &str| {
            format!("services:\n  a:\n    image: x\n    stop_grace_period: {value}\n")
        };
        for (value, reason) in [
            ("10", "`10` has no unit"),
            ("'10'", "`10` has no unit"),
            ("10sec", "`10sec` has `sec` for a unit"),
            ("1.5", "`1.5` has no unit"),
            ("soon", "`soon` has no number where one is due"),
        ] {
            let found = found_in(&LINT, &text(value));
            assert_eq!(
                found,
                [format!(
                    "compose.yaml:4:24 `services.a.stop_grace_period` is no duration: {reason}, so docker compose refuses the file"
                )]
            );
        }
        for value in ["10s", "1m30s", "'0'", "${T}", "${T}s", "1d"] {
            assert_eq!(found_in(&LINT, &text(value)), [""; 0], "{value}");
        }
    }
}
