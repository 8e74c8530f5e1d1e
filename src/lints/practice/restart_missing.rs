//! A service that does not come back.

use std::collections::BTreeSet;

use crate::compose::discover::Project;
use crate::compose::value::Value;
use crate::diagnostics::Finding;
use crate::lints::context::{Loading, LoadingKind};
use crate::lints::practice::purpose::{is_for_trial, program, words};
use crate::lints::{Run, declare_lint};

declare_lint! {
    /// A service that runs for long does not come back by itself.
    ///
    /// ## What it does
    ///
    /// Finds services without `restart` and without `deploy.restart_policy`. Where no service of the
    /// project has one, it is told once. Left alone are jobs (others wait for their completion, a
    /// profile starts them, or their name or command says it), files for development, tests and
    /// examples, services that watch their source, and those that another file of the project gives
    /// a policy.
    ///
    /// ## Why is this bad
    ///
    /// After a crash, or when the host was started again, the container stays down until somebody
    /// starts it.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// services:
    ///   web:
    ///     image: example/web:1.4
    ///     restart: unless-stopped
    ///   db:
    ///     image: postgres:16.4
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// services:
    ///   web:
    ///     image: example/web:1.4
    ///     restart: unless-stopped
    ///   db:
    ///     image: postgres:16.4
    ///     restart: unless-stopped
    /// ```
    "restart-missing", Practice, Info, On, Run::Project(run),
}

fn run(loading: &Loading<'_>) -> Vec<Finding> {
    // What a file that can't be read says of a service is not known.
    if loading.kind == LoadingKind::Overlay || !loading.project.missing.is_empty() {
        return Vec::new();
    }
    let awaited: BTreeSet<&str> =
        loading.services().flat_map(|(_, service)| completed(service)).collect();
    let (mut with, mut without) = (0_usize, Vec::new());
    for (name, service) in loading.services() {
        if says(service) {
            with += 1;
        } else if !is_job(name, service) && !awaited.contains(name) {
            without.push(name);
        }
    }
    let nobody = with == 0 && without.len() > 1;
    let found = without.into_iter().filter_map(|name| {
        let place = loading.service(name)?;
        if is_for_trial(&place.path)
            || is_said_elsewhere(loading, name)
            || is_of_a_platform(loading, &place.path)
        {
            return None;
        }
        let message = match nobody {
            true => {
                "none of the services comes back after a crash or a restart of the host".to_owned()
            }
            false => format!("`{name}` stays down after a crash or a restart of the host"),
        };
        let help = "add `restart: unless-stopped`, or `restart: \"no\"` where that is meant";
        Some(LINT.finding(message).at(place.path, place.span).help(help))
    });
    found.take(if nobody { 1 } else { usize::MAX }).collect()
}

/// Tells whether a service says if it comes back.
fn says(service: &Value) -> bool {
    service.get("restart").is_some() || service.at(&["deploy", "restart_policy"]).is_some()
}

/// Tells whether another file that may be loaded on top says it.
fn is_said_elsewhere(loading: &Loading<'_>, name: &str) -> bool {
    let in_file = |project: &Project| {
        project.all_files().any(|path| {
            let file = loading.context.workspace.files.get(path);
            let service = file.and_then(|file| Some((file, file.service(name)?.body)));
            service.is_some_and(|(file, body)| file.attribute(body, "restart").is_some())
        })
    };
    in_file(loading.project)
}

/// Tells whether a platform runs the file, and says by itself what comes back: Coolify gives its
/// templates these variables.
fn is_of_a_platform(loading: &Loading<'_>, path: &str) -> bool {
    let text = loading.context.repo.get(path).map(|file| &*file.text).unwrap_or_default();
    ["SERVICE_FQDN_", "SERVICE_URL_", "SERVICE_USER_", "SERVICE_PASSWORD_"]
        .iter()
        .any(|variable| text.contains(variable))
}

/// Gives the services whose completion a service waits for.
fn completed(service: &Value) -> impl Iterator<Item = &str> {
    let depends = service.get("depends_on").into_iter().flat_map(Value::entries);
    depends
        .filter(|(_, how)| how.text_of("condition") == Some("service_completed_successfully"))
        .map(|(name, _)| name)
}

/// Tells whether a service ends by itself, is started by hand, or can't be told.
fn is_job(name: &str, service: &Value) -> bool {
    let image = service.text_of("image").unwrap_or_default();
    let runs = service.get("image").is_some() || service.get("build").is_some();
    let is_apart =
        ["profiles", "provider", "develop", "extends"].iter().any(|key| service.get(key).is_some());
    let swarm = ["mode", "placement", "replicas", "update_config", "endpoint_mode"];
    let is_swarm = swarm.iter().any(|key| service.at(&["deploy", key]).is_some());
    let is_idle = service.text_of("scale") == Some("0");
    // A terminal is for a person who starts it.
    let is_by_hand =
        ["tty", "stdin_open"].iter().any(|key| service.get(key).is_some_and(Value::is_true));
    let mut names = words(name);
    let is_named_so = names.any(|word| JOBS.contains(&word.as_str()) || word.starts_with("create"));
    !runs
        || is_apart
        || is_swarm
        || is_idle
        || is_by_hand
        || is_named_so
        || program(image, TOOLS).is_some()
        || ["command", "entrypoint"].iter().any(|key| service.get(key).is_some_and(is_script))
}

/// Tells whether a command is a script or a step, which may end.
fn is_script(command: &Value) -> bool {
    let items = command.items().iter().filter_map(Value::text);
    let text: Vec<&str> = command.text().into_iter().chain(items).collect();
    let text = text.join(" ").to_ascii_lowercase();
    let is_shell = ["sh -c", "bash -c", "sh -ec", "/bin/sh", "/bin/bash"]
        .iter()
        .any(|shell| text.contains(shell));
    is_shell || words(&text).take(6).any(|word| JOBS.contains(&word.as_str()))
}

/// Words in the names and commands of what ends by itself.
const JOBS: &[&str] = &[
    "backup",
    "base",
    "bash",
    "bootstrap",
    "build",
    "builder",
    "builds",
    "certbot",
    "certs",
    "chown",
    "cli",
    "cmd",
    "configurator",
    "console",
    "cp",
    "cypress",
    "data",
    "dump",
    "e2e",
    "echo",
    "fix",
    "fixtures",
    "generate",
    "generator",
    "import",
    "init",
    "initdb",
    "initializer",
    "install",
    "installer",
    "job",
    "lint",
    "load",
    "loader",
    "loadtest",
    "manage",
    "mc",
    "migrate",
    "migrates",
    "migration",
    "migrations",
    "migrator",
    "once",
    "permissions",
    "playwright",
    "provision",
    "restore",
    "run",
    "seed",
    "seeder",
    "setup",
    "shell",
    "sim",
    "simulation",
    "simulator",
    "sleep",
    "template",
    "test",
    "tester",
    "testing",
    "tests",
    "tool",
    "tools",
    "true",
    "upgrade",
    "wait",
];

/// Images of tools, which are run for a step.
const TOOLS: &[&str] = &[
    "alpine",
    "alpine-git",
    "aws-cli",
    "busybox",
    "certbot",
    "composer",
    "curl",
    "debian",
    "docker-compose-wait",
    "flyway",
    "hello-world",
    "liquibase",
    "mc",
    "migrate",
    "node",
    "python",
    "ubuntu",
    "k6",
    "locust",
    "rclone",
    "restic",
    "playwright",
    "cypress",
];

#[cfg(test)]
mod tests {
    use super::LINT;
    use crate::lints::testing::{found, found_in};

    const REST: &str =
        "  w:\n    image: w\n    restart: always\n  v:\n    image: v\n    restart: always\n";

    #[test]
    fn services_that_stay_down() {
        for (name, service, count) in [
            ("db", "{image: postgres}", 1),
            ("web", "{build: .}", 1),
            ("web", "{image: x, restart: 'no'}", 0),
            ("web", "{image: x, deploy: {restart_policy: {condition: any}}}", 0),
            ("web", "{image: x, deploy: {mode: global}}", 0),
            ("web", "{image: x, profiles: [tools]}", 0),
            ("db-migrate", "{image: x}", 0),
            ("web", "{image: x, command: [python, manage.py, migrate]}", 0),
            ("web", "{image: x, command: 'sh -c \"x && y\"'}", 0),
            ("web", "{image: busybox}", 0),
            ("web", "{image: x, tty: true}", 0),
            (
                "web",
                "{image: x}\n  z:\n    image: z\n    restart: always\n    depends_on: {web: {condition: service_completed_successfully}}",
                0,
            ),
        ] {
            let text = format!("services:\n  {name}: {service}\n{REST}");
            assert_eq!(found_in(&LINT, &text).len(), count, "{name}: {service}");
        }
    }

    #[test]
    fn other_files_count() {
        let text = format!("services:\n  a:\n    image: a\n{REST}");
        let over = "services:\n  a:\n    restart: always\n";
        assert_eq!(found(&LINT, &[("compose.yaml", &text)]).len(), 1);
        let files = [("compose.yaml", &*text), ("compose.prod.yaml", over)];
        assert_eq!(found(&LINT, &files), [""; 0]);
        assert_eq!(found(&LINT, &[("docker-compose.dev.yml", &text)]), [""; 0]);
        let fragment = "x-a: &a\n  restart: always\nservices:\n  a:\n    <<: *a\n    image: a\n";
        assert_eq!(found_in(&LINT, fragment), [""; 0]);
    }

    #[test]
    fn a_platform_sees_to_its_own_templates() {
        let text = "services:\n  web:\n    image: nginx:1.27\n    environment:\n      - URL=${SERVICE_URL_WEB}\n";
        assert_eq!(found_in(&LINT, text), [""; 0]);
    }
}
