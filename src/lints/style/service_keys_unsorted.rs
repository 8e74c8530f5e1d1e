//! Keys of a service out of order.

use crate::diagnostics::Finding;
use crate::lints::context::FileView;
use crate::lints::style::order::{Sequence, by_place, declared, keys};
use crate::lints::{Run, declare_lint};

declare_lint! {
    /// The keys of a service are not in the usual order.
    ///
    /// ## What it does
    ///
    /// Finds services, and fragments under `x-…` that services merge, whose keys are in another order
    /// than this one: merges (`<<`); what runs: `image`, `build`, `container_name`; what it waits for:
    /// `depends_on`; its data: `volumes`, `volumes_from`, `configs`, `secrets`; its environment:
    /// `environment`, `env_file`; its network: `ports`, `networks`, `network_mode`, `extra_hosts`; how
    /// it runs: `command`, `entrypoint`, `working_dir`, `restart`, `healthcheck`; what is known of it:
    /// `logging`, `labels`; as whom it runs: `user`, `isolation`; then all others by the alphabet. It
    /// is the order of dclint's `service-keys-order`, save that merges stand first.
    ///
    /// composemod.yaml may give another one:
    ///
    /// ```yaml
    /// lint:
    ///   options:
    ///     service-keys-unsorted:
    ///       order: [container_name, image, build, ports]
    /// ```
    ///
    /// The fix moves each key with its value and its comments.
    ///
    /// ## Why is this bad
    ///
    /// Where each service has its keys in another order, two of them can't be compared at a glance.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// services:
    ///   web:
    ///     restart: unless-stopped
    ///     image: nginx:1.27
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// services:
    ///   web:
    ///     image: nginx:1.27
    ///     restart: unless-stopped
    /// ```
    ///
    /// ## Fix
    ///
    /// Sorts the keys, each with its comments. It is safe: no value changes.
    "service-keys-unsorted", Style, Warning, Off, Run::File(run),
}

/// The usual order.
const ORDER: [&str; 23] = [
    "image",
    "build",
    "container_name",
    "depends_on",
    "volumes",
    "volumes_from",
    "configs",
    "secrets",
    "environment",
    "env_file",
    "ports",
    "networks",
    "network_mode",
    "extra_hosts",
    "command",
    "entrypoint",
    "working_dir",
    "restart",
    "healthcheck",
    "logging",
    "labels",
    "user",
    "isolation",
];

fn run(view: &FileView<'_>) -> Vec<Finding> {
    let options = &view.context.inputs.config.lint.options;
    let order = declared(&options.service_keys_unsorted, &ORDER);
    let found = view.service_bodies().into_iter().filter_map(|collection| {
        let sequence = Sequence {
            lint: &LINT,
            view,
            collection,
            at: None,
            what: "keys of a service",
            by: "by what they are about",
        };
        sequence.finding(&keys(view, collection), |a, b| by_place(&order, a, b))
    });
    found.collect()
}

#[cfg(test)]
mod tests {
    use super::LINT;
    use crate::lints::testing::{found, found_in, mended};

    #[test]
    fn keys_are_compared_by_their_places() {
        for (text, count) in [
            ("services:\n  a:\n    build: .\n    image: x\n", 1),
            (
                "services:\n  a:\n    zzz: 1\n    x-a: 1\n    image: x\n  b: {ports: [], image: x}\n",
                2,
            ),
            (
                "x-a: &a\n  restart: always\n  image: x\nservices:\n  b:\n    <<: *a\n  c: {image: x}\n",
                1,
            ),
            (
                "services:\n  a:\n    <<: {restart: always}\n    image: x\n    cap_add: []\n    x-a: 1\n",
                0,
            ),
            ("services:\n  a: &a {image: x}\n  b: *a\n", 0),
            ("services:\n  a:\n", 0),
        ] {
            assert_eq!(found_in(&LINT, text).len(), count, "{text}");
        }
        let order = "lint: {options: {service-keys-unsorted: {order: [ports, image]}}}";
        let text = "services: {a: {ports: [], image: x, build: .}}\n";
        let files = [("compose.yaml", text), ("composemod.yaml", order)];
        assert_eq!(found(&LINT, &files), [""; 0]);
    }

    #[test]
    fn each_moves_with_what_belongs_to_it() {
        for (before, after) in [
            (
                "services:\n  a:\n    # by hand\n    restart: always # why\n    ports:\n    - 80:80\n    # - 81:81\n#      - 82:82\n    image: x\n\n    # none\n    build: .\n    # end\n  b: {}\n",
                "services:\n  a:\n    image: x\n    # none\n    build: .\n    ports:\n    - 80:80\n    # - 81:81\n#      - 82:82\n\n    # by hand\n    restart: always # why\n    # end\n  b: {}\n",
            ),
            (
                "services:\n  a:\n    restart: always\n    command: |\n      run\n    environment:\n      A: 1\n      # B: 2\n",
                "services:\n  a:\n    environment:\n      A: 1\n      # B: 2\n    command: |\n      run\n    restart: always\n",
            ),
        ] {
            assert_eq!(mended(&LINT, before), after);
        }
    }
}
