//! Values that the specification does not allow.

use crate::diagnostics::Finding;
use crate::lints::context::FileView;
use crate::lints::schema::reading::Reading;
use crate::lints::schema::tell::{holder, one_of, report};
use crate::lints::schema::walk::FaultKind;
use crate::lints::{Run, declare_lint};

declare_lint! {
    /// A value is none of those that docker compose takes.
    ///
    /// ## What it does
    ///
    /// Finds words that are none of those the Compose specification lists, names with characters
    /// that names may not have, numbers that are too small or too great, lists in which an item
    /// stands twice where none may, and text that docker compose reads as a number or as `true` or
    /// `false` and can't. Values with variables are left alone.
    ///
    /// ## Why is this bad
    ///
    /// docker compose refuses the whole file.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// services:
    ///   web:
    ///     image: example/web:1.2
    ///     depends_on:
    ///       db: {condition: healthy}
    ///   db:
    ///     image: postgres:16.4
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// services:
    ///   web:
    ///     image: example/web:1.2
    ///     depends_on:
    ///       db: {condition: service_healthy}
    ///   db:
    ///     image: postgres:16.4
    /// ```
    "invalid-value", Schema, Error, On, Run::File(run),
}

fn run(view: &FileView<'_>) -> Vec<Finding> {
    report(&LINT, view, |fault, path| {
        let text = view.text(fault.node).unwrap_or_default();
        let (what, help) = match &fault.kind {
            FaultKind::BadName => (
                format!("`{text}` is no name in `{}`", holder(path)),
                "use letters, digits, `.`, `_` and `-`".to_owned(),
            ),
            FaultKind::NoOption(options) => {
                let options: Vec<String> =
                    options.iter().map(|option| format!("`{option}`")).collect();
                let options: Vec<&str> = options.iter().map(String::as_str).collect();
                (format!("`{path}` can't be `{text}`"), format!("say {}", one_of(&options)))
            }
            FaultKind::NoMatch(pattern) => (
                format!("`{path}` can't be `{text}`"),
                format!("it must match the pattern `{pattern}`"),
            ),
            FaultKind::OutOfRange { least, greatest } => {
                let least = least.map(|least| format!("at least {least}"));
                let greatest = greatest.map(|greatest| format!("at most {greatest}"));
                let bounds: Vec<String> = [least, greatest].into_iter().flatten().collect();
                (
                    format!("`{path}` can't be `{text}`"),
                    format!("it must be {}", bounds.join(" and ")),
                )
            }
            FaultKind::Repeated(first) => {
                let message = format!(
                    "`{text}` stands twice in `{}`, so docker compose refuses the file",
                    path.rsplit_once('[').map_or(path, |(list, _)| list)
                );
                let finding = LINT.finding(message).help("remove one of the two");
                return Some(finding.related(view.place(*first), "the first one"));
            }
            FaultKind::Unreadable(reading, error) => {
                let help = match reading {
                    Reading::Flag => "say `true` or `false`",
                    Reading::Whole => "write a whole number",
                    Reading::Fraction => "write a number, with a point for the fraction",
                    Reading::Count => "write a number, or `all`",
                    Reading::HostEntry => "write `host:address`",
                    Reading::Test => "begin with `CMD`, or write the command as one text",
                    _ => return None,
                };
                (format!("`{path}`: `{text}` {}", error.reason), help.to_owned())
            }
            _ => return None,
        };
        Some(LINT.finding(format!("{what}, so docker compose refuses the file")).help(help))
    })
}

#[cfg(test)]
mod tests {
    use super::LINT;
    use crate::lints::testing::found_in;

    fn service(body: &str) -> String {
        format!("services:\n  a:\n    image: x\n    {body}\n")
    }

    /// Each is refused by docker compose 2.40.3.
    #[test]
    fn values_that_do_not_go() {
        for (body, expected) in [
            ("gpus: some", "4:11 `services.a.gpus` can't be `some`"),
            ("pull_policy: sometimes", "4:18 `services.a.pull_policy` can't be `sometimes`"),
            ("cpu_percent: 101", "4:18 `services.a.cpu_percent` can't be `101`"),
            ("oom_score_adj: '2000'", "4:20 `services.a.oom_score_adj` can't be `2000`"),
            (
                "privileged: maybe",
                "4:17 `services.a.privileged`: `maybe` is neither `true` nor `false`",
            ),
            ("scale: two", "4:12 `services.a.scale`: `two` is no whole number"),
            ("cpus: '0,5'", "4:11 `services.a.cpus`: `0,5` is no number"),
            ("depends_on: [b, b]", "4:21 `b` stands twice in `services.a.depends_on`"),
            ("networks: {n n: }", "4:16 `n n` is no name in `services.a.networks`"),
            (
                "healthcheck: {test: [curl, x]}",
                "4:26 `services.a.healthcheck.test[0]`: `curl` is none of `CMD`, `CMD-SHELL` and `NONE`",
            ),
            ("extra_hosts: [foo]", "4:19 `services.a.extra_hosts[0]`: `foo` has no address"),
        ] {
            let found = found_in(&LINT, &service(body));
            let refused = ", so docker compose refuses the file";
            assert_eq!(found, [format!("compose.yaml:{expected}{refused}")], "{body}");
        }
    }

    /// Each is taken by docker compose 2.40.3.
    #[test]
    fn values_that_go() {
        for body in [
            "gpus: all",
            "pull_policy: daily",
            "privileged: Yes",
            "cap_add: [A, A]",
            "expose: [80, 80]",
            "depends_on: ['${A}', '${A}']",
            "healthcheck: {test: [CMD, x]}",
            "healthcheck: {test: curl x}",
            "healthcheck: {test: ['${X}', x]}",
            "restart: sometimes",
            "gpus: ${G}",
            "ulimits: {NOFILE: 12, nproc: '12'}",
            "environment: [A=1, A=2]",
        ] {
            assert_eq!(found_in(&LINT, &service(body)), [""; 0], "{body}");
        }
    }
}
