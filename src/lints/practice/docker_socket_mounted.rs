//! The Docker socket in a container.

use crate::compose::default_host::repository;
use crate::compose::value::Value;
use crate::diagnostics::{Finding, Severity};
use crate::lints::context::Loading;
use crate::lints::practice::purpose::{program, words};
use crate::lints::practice::variables::Variables;
use crate::lints::{Run, declare_lint};

declare_lint! {
    /// A container has the Docker socket, and with it the host.
    ///
    /// ## What it does
    ///
    /// Finds mounts of `docker.sock`. Images that manage or watch containers, such as traefik,
    /// portainer and watchtower, are told only; a socket proxy is the way out, and is left alone.
    ///
    /// ## Why is this bad
    ///
    /// Whoever can speak to the socket can start a container that has the whole host. A mount that is
    /// read-only changes nothing: it is about the file, not about what is asked through it.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// services:
    ///   web:
    ///     image: example/web:1.4
    ///     volumes:
    ///       - /var/run/docker.sock:/var/run/docker.sock:ro
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// services:
    ///   web:
    ///     image: example/web:1.4
    ///     environment:
    ///       DOCKER_HOST: tcp://socket-proxy:2375
    ///   socket-proxy:
    ///     image: tecnativa/docker-socket-proxy:v0.4.1
    ///     environment:
    ///       CONTAINERS: 1
    ///     volumes:
    ///       - /var/run/docker.sock:/var/run/docker.sock:ro
    /// ```
    "docker-socket-mounted", Practice, Warning, On, Run::Project(run),
}

/// Programs that are made to manage, watch or run containers.
const MANAGERS: &[&str] = &[
    "all-in-one",
    "appwrite",
    "autobase",
    "autobase_console",
    "coder",
    "dockercloud/haproxy",
    "goauthentik/server",
    "onedev",
    "windmill",
    "windmill-ee",
    "wings",
    "acme-companion",
    "act_runner",
    "agent",
    "alloy",
    "arcane",
    "autoheal",
    "autokuma",
    "beszel",
    "beszel-agent",
    "buildkit",
    "cadvisor",
    "caddy-docker-proxy",
    "caddy-proxy",
    "ctop",
    "cup",
    "dashy",
    "datadog",
    "diun",
    "docker",
    "docker-autoheal",
    "docker-gc",
    "docker-gen",
    "docker-volume-backup",
    "dockcheck",
    "dockge",
    "docktail",
    "dozzle",
    "drone",
    "drone-runner-docker",
    "filebeat",
    "flame",
    "fluent-bit",
    "fluentd",
    "forgejo-runner",
    "gitlab-runner",
    "glance",
    "glances",
    "homarr",
    "homepage",
    "jenkins",
    "komodo",
    "komodo-periphery",
    "lazydocker",
    "letsencrypt-nginx-proxy-companion",
    "localstack",
    "logspout",
    "metricbeat",
    "netdata",
    "nginx-proxy",
    "ofelia",
    "organizr",
    "ouroboros",
    "periphery",
    "portainer",
    "portainer-ce",
    "portainer-ee",
    "promtail",
    "runner",
    "rundeck",
    "sablier",
    "shepherd",
    "swag",
    "swarm-cronjob",
    "sysdig",
    "telegraf",
    "traefik",
    "trivy",
    "tsdproxy",
    "uptime-kuma",
    "vector",
    "watchtower",
    "watchyourports",
    "whats-up-docker",
    "woodpecker-agent",
    "wud",
    "yacht",
    "zabbix-agent",
    "zabbix-agent2",
    "backrest",
    "crowdsec",
    "dokploy",
    "coolify",
    "openhands",
    "otel",
    "opentelemetry-collector-contrib",
    "checkmate-backend",
];

fn run(loading: &Loading<'_>) -> Vec<Finding> {
    let variables = Variables::of(loading.model);
    let mut found = Vec::new();
    for (name, service) in loading.services() {
        let image = service.text_of("image").unwrap_or_default();
        if [name, image].iter().any(|text| is_proxy(text)) {
            continue;
        }
        for mount in service.get("volumes").map(Value::items).unwrap_or_default() {
            let Some(source) = mount.get("source") else { continue };
            let text = variables.settle(source.text().unwrap_or_default());
            let target = mount.text_of("target").unwrap_or_default();
            let is_socket = text.ends_with("/docker.sock")
                || text.ends_with("docker_engine")
                || (text.contains('\u{1}') && target.ends_with("/docker.sock"));
            if !is_socket {
                continue;
            }
            let Some(place) = loading.place(source) else { continue };
            let severity = if is_manager(name, image) { Severity::Info } else { LINT.severity };
            let is_read_only = mount.get("read_only").is_some_and(Value::is_true);
            let message = match is_read_only {
                true => {
                    "whoever breaks in has the host: read-only keeps nobody from asking the engine"
                }
                false => "whoever breaks in has the host: the Docker socket starts any container",
            };
            let help = "give it a socket proxy that passes on only what it needs";
            found.push(
                LINT.finding(message).severity(severity).at(place.path, place.span).help(help),
            );
        }
    }
    found
}

/// Tells a program that is made for the engine by its image, or by its service where one's own image
/// is built.
fn is_manager(name: &str, image: &str) -> bool {
    [image, name].iter().any(|text| {
        program(text, MANAGERS).is_some()
            || words(repository(text)).any(|word| TELLING.contains(&word.as_str()))
    })
}

/// Words in the names of programs that are made for the engine.
const TELLING: &[&str] = &[
    "autoheal",
    "docker",
    "dockerized",
    "executor",
    "portainer",
    "runner",
    "runners",
    "traefik",
    "watchtower",
];

/// Tells whether a service or image is one that lets only some requests pass.
fn is_proxy(name: &str) -> bool {
    ["socket-proxy", "socket_proxy", "socketproxy", "docker-proxy", "dockerproxy"]
        .iter()
        .any(|word| name.contains(word))
}

#[cfg(test)]
mod tests {
    use super::LINT;
    use crate::lints::testing::found_in;

    #[test]
    fn sockets_that_are_mounted() {
        for (service, count) in [
            ("{image: x, volumes: ['/var/run/docker.sock:/var/run/docker.sock']}", 1),
            ("{image: x, volumes: ['/run/docker.sock:/tmp/docker.sock:ro']}", 1),
            ("{image: x, volumes: ['${SOCK:-/var/run/docker.sock}:/var/run/docker.sock']}", 1),
            ("{image: x, volumes: ['${SOCK}:/var/run/docker.sock']}", 1),
            ("{image: x, volumes: [{type: bind, source: /var/run/docker.sock, target: /s}]}", 1),
            ("{image: traefik:v3, volumes: ['/var/run/docker.sock:/var/run/docker.sock:ro']}", 1),
            ("{image: tecnativa/docker-socket-proxy, volumes: ['/var/run/docker.sock:/x']}", 0),
            ("{image: x, volumes: ['./docker.sock.md:/x', 'sock:/var/run/docker.sock']}", 0),
            ("{image: x, volumes: [/var/run/docker.sock]}", 0),
        ] {
            let text = format!("services: {{a: {service}}}\n");
            assert_eq!(found_in(&LINT, &text).len(), count, "{service}");
        }
    }
}
