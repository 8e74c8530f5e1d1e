//! Sizes that docker compose can't read.

use crate::diagnostics::Finding;
use crate::lints::context::FileView;
use crate::lints::schema::reading::Reading;
use crate::lints::schema::tell::report_unreadable;
use crate::lints::{Run, declare_lint};

declare_lint! {
    /// A size is none that docker compose can read.
    ///
    /// ## What it does
    ///
    /// Reads the limits of memory, `shm_size`, the size of a tmpfs and the rates of `blkio_config` as
    /// docker compose does: a number, and `b`, `k`, `m`, `g`, `t` or `p` in either case, with or
    /// without `b` or `ib`. Values with variables are left alone.
    ///
    /// ## Why is this bad
    ///
    /// docker compose refuses the whole file.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// services:
    ///   db:
    ///     image: postgres:16.4
    ///     shm_size: 256 megabytes
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// services:
    ///   db:
    ///     image: postgres:16.4
    ///     shm_size: 256m
    /// ```
    "invalid-size", Schema, Error, On, Run::File(run),
}

fn run(view: &FileView<'_>) -> Vec<Finding> {
    let is_mine = |reading| reading == Reading::Size;
    report_unreadable(&LINT, view, is_mine, "size", "write a number and its unit: `512m`, `1.5g`")
}

#[cfg(test)]
mod tests {
    use super::LINT;
    use crate::lints::testing::found_in;

    #[test]
    fn sizes_have_known_units() {
        let text = |body: &str| format!("services:\n  a:\n    image: x\n    {body}\n");
        for (body, found) in [
            ("mem_limit: 5x", "4:16 `services.a.mem_limit` is no size: `5x` has `x` for a unit"),
            ("mem_limit: ''", "4:16 `services.a.mem_limit` is no size: `` has no number"),
            (
                "deploy: {resources: {limits: {memory: 5q}}}",
                "4:43 `services.a.deploy.resources.limits.memory` is no size: `5q` has `q` for a unit",
            ),
        ] {
            let expected = format!("compose.yaml:{found}, so docker compose refuses the file");
            assert_eq!(found_in(&LINT, &text(body)), [expected]);
        }
        for body in ["mem_limit: 5gb", "mem_limit: 512", "mem_limit: ${M}", "memswap_limit: -1"] {
            assert_eq!(found_in(&LINT, &text(body)), [""; 0], "{body}");
        }
    }
}
