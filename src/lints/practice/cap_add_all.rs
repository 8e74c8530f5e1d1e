//! `cap_add: [ALL]`.

use crate::diagnostics::Finding;
use crate::lints::context::FileView;
use crate::lints::{Run, declare_lint};

declare_lint! {
    /// A container is given every kernel capability.
    ///
    /// ## What it does
    ///
    /// Finds `ALL` in `cap_add`.
    ///
    /// ## Why is this bad
    ///
    /// With all capabilities a container can load kernel modules, mount the host's disks and trace
    /// its processes: it is as good as privileged.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// services:
    ///   vpn:
    ///     image: example/vpn:1.4
    ///     cap_add: [ALL]
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// services:
    ///   vpn:
    ///     image: example/vpn:1.4
    ///     cap_add: [NET_ADMIN]
    /// ```
    "cap-add-all", Practice, Warning, On, Run::File(run),
}

fn run(view: &FileView<'_>) -> Vec<Finding> {
    let lists = view.service_bodies().into_iter().filter_map(|body| view.get(body, "cap_add"));
    let items = lists.flat_map(|entry| view.file.doc.items(entry.value));
    let all = items.filter(|item| {
        view.text(item.value).is_some_and(|name| {
            name.eq_ignore_ascii_case("ALL") || name.eq_ignore_ascii_case("CAP_ALL")
        })
    });
    let found = all.map(|item| {
        LINT.finding("all capabilities make a container as good as privileged")
            .at(view.path(), view.span(item.value))
            .help("name those that it needs: `NET_ADMIN`")
    });
    found.collect()
}

#[cfg(test)]
mod tests {
    use super::LINT;
    use crate::lints::testing::found_in;

    #[test]
    fn all_is_said_where_it_stands() {
        for (capabilities, count) in
            [("[ALL]", 1), ("[NET_ADMIN, all]", 1), ("[NET_ADMIN]", 0), ("[]", 0)]
        {
            let text = format!("services: {{a: {{image: x, cap_add: {capabilities}}}}}\n");
            assert_eq!(found_in(&LINT, &text).len(), count, "{capabilities}");
        }
        assert_eq!(found_in(&LINT, "services: {a: {image: x, cap_drop: [ALL]}}"), [""; 0]);
    }
}
