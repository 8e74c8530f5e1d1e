//! Containers that share a namespace with the host.

use crate::diagnostics::{Finding, Severity};
use crate::lints::context::FileView;
use crate::lints::practice::purpose::program;
use crate::lints::practice::variables::Variables;
use crate::lints::{Run, declare_lint};

declare_lint! {
    /// A container shares a namespace with the host.
    ///
    /// ## What it does
    ///
    /// Finds `host` as the `network_mode`, `pid`, `ipc`, `uts`, `userns_mode` or `cgroup` of a
    /// service. The host's processes are a warning, unless the image is one that watches them; the
    /// others are told, since many programs need one: what is found by broadcast needs the network.
    ///
    /// ## Why is this bad
    ///
    /// A namespace is what keeps a container apart. In the host's network every port that a program
    /// opens is open on the host, and `localhost` is the host's; among the host's processes a
    /// container sees their environments, and as root ends them.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// services:
    ///   web:
    ///     image: example/web:1.4
    ///     pid: host
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// services:
    ///   web:
    ///     image: example/web:1.4
    /// ```
    "host-namespace", Practice, Warning, On, Run::File(run),
}

/// Keys, each with what sharing means and what to do.
const NAMESPACES: [(&str, &str, &str); 6] = [
    (
        "network_mode",
        "every port that it opens is open on the host, and firewalls of the engine don't apply",
        "use a network and `ports`, unless it must hear broadcasts or see the host's devices",
    ),
    (
        "pid",
        "it sees the host's processes and their environments, and as root ends them",
        "leave `pid` out, unless it is there to watch the host",
    ),
    (
        "ipc",
        "it shares memory and message queues with the host's programs",
        "use `shm_size`, or `ipc: shareable` and `ipc: service:NAME` between services",
    ),
    ("uts", "it can rename the host", "use `hostname`"),
    (
        "userns_mode",
        "its root is the host's, also where the engine maps users",
        "leave `userns_mode` out, unless the engine maps users and this one can't be mapped",
    ),
    ("cgroup", "it sees the host's control groups", "leave `cgroup` out"),
];

/// Programs that watch the host's processes.
const WATCHERS: &[&str] = &[
    "agent",
    "beszel",
    "beszel-agent",
    "bpftrace",
    "cadvisor",
    "ctop",
    "falco",
    "glances",
    "htop",
    "host-metrics",
    "metricbeat",
    "netdata",
    "newrelic-infra",
    "node-exporter",
    "node_exporter",
    "nvidia-dcgm",
    "dcgm-exporter",
    "opentelemetry-collector",
    "otel",
    "parca",
    "pixie",
    "process-exporter",
    "pyroscope",
    "scaphandre",
    "sysdig",
    "telegraf",
    "tetragon",
    "tracee",
    "zabbix-agent",
    "zabbix-agent2",
    "beyla",
    "alloy",
    "ebpf-instrument",
];

fn run(view: &FileView<'_>) -> Vec<Finding> {
    let variables = Variables::beside(view);
    let mut found = Vec::new();
    for body in view.service_bodies() {
        for (key, means, help) in NAMESPACES {
            let Some(entry) = view.get(body, key) else { continue };
            let Some(text) = view.text(entry.value) else { continue };
            if variables.settle(&text) != "host" {
                continue;
            }
            let image = view.file.text_of(body, "image").unwrap_or_default();
            let is_odd = key == "pid" && program(&image, WATCHERS).is_none();
            let severity =
                if is_odd && !text.contains('$') { LINT.severity } else { Severity::Info };
            let message = format!("with the host's {} {means}", word(key));
            let finding = LINT.finding(message).severity(severity).help(help);
            found.push(finding.at(view.path(), view.span(entry.value)));
        }
    }
    found
}

fn word(key: &str) -> &str {
    match key {
        "network_mode" => "network",
        "pid" => "processes",
        "ipc" => "IPC namespace",
        "uts" => "UTS namespace",
        "userns_mode" => "user namespace",
        _ => "cgroup namespace",
    }
}

#[cfg(test)]
mod tests {
    use super::LINT;
    use crate::lints::testing::found_in;

    #[test]
    fn namespaces_of_the_host() {
        for (keys, count) in [
            ("network_mode: host", 1),
            ("pid: host, ipc: 'host'", 2),
            ("network_mode: '${MODE:-host}'", 1),
            ("network_mode: '${MODE}'", 0),
            ("network_mode: bridge", 0),
            ("network_mode: 'service:b'", 0),
            ("ipc: shareable", 0),
            ("networks: [host]", 0),
        ] {
            let text = format!("services: {{a: {{image: x, {keys}}}, b: {{image: y}}}}\n");
            assert_eq!(found_in(&LINT, &text).len(), count, "{keys}");
        }
    }
}
