//! What a service mounts, and which of it are its data.

use crate::compose::command::{Context, clients};
use crate::compose::store::{self, Store, is_within};
use crate::compose::value::Value;

/// Something mounted into a service's container.
pub(crate) struct Mount<'v> {
    /// The volume's key or the host's path; none for an anonymous volume.
    pub(crate) source: Option<&'v str>,
    /// The path in the container.
    pub(crate) target: &'v str,
    /// Whether it is a volume of the engine's, not a path of the host.
    pub(crate) is_volume: bool,
    pub(crate) value: &'v Value,
}

/// Gives what a service mounts, `tmpfs` and such aside.
pub(crate) fn mounts(service: &Value) -> impl Iterator<Item = Mount<'_>> {
    let items = service.get("volumes").map(Value::items).unwrap_or_default();
    items.iter().filter_map(|value| {
        let is_volume = match value.text_of("type") {
            Some("volume") => true,
            Some("bind") => false,
            _ => return None,
        };
        Some(Mount {
            source: value.text_of("source"),
            target: value.text_of("target")?,
            is_volume,
            value,
        })
    })
}

/// Gives the store that a service runs, by its image or by where it keeps its data.
pub(crate) fn store(service: &Value) -> Option<&'static Store> {
    let image = service.text_of("image").and_then(store::of_image);
    image.filter(|_| !is_client(service)).or_else(|| {
        let mut written = mounts(service).filter(|mount| !is_read_only(mount));
        written.find_map(|mount| store::of_folder(mount.target))
    })
}

/// Tells whether a service takes a Postgres image for its clients only: it is given something else
/// to run than the server, and mounts no data. In doubt it runs the server.
pub(crate) fn is_client(service: &Value) -> bool {
    let keys = ["entrypoint", "command"];
    let values = keys.iter().filter_map(|key| service.get(key));
    let texts = values.flat_map(|value| match value.text() {
        Some(text) => vec![text],
        None => value.items().iter().filter_map(Value::text).collect(),
    });
    let text = texts.collect::<Vec<_>>().join(" ");
    let is_break = |c: char| c.is_whitespace() || ";&|(){}'\"`".contains(c);
    let words: Vec<&str> = text.split(is_break).filter(|word| !word.is_empty()).collect();
    let is_run = words.first().is_some_and(|word| !word.starts_with('-'));
    let starts_server = words.iter().enumerate().any(|(at, word)| {
        // `-U postgres` names a user, `/usr/lib/postgresql/16/bin/postgres` a program.
        let is_value = at > 0 && words.get(at - 1).is_some_and(|word| word.starts_with('-'));
        let program = word.rsplit('/').next().unwrap_or(word);
        let is_flag = |word: &&str| matches!(*word, "-c" | "-ec" | "-lc" | "-euc");
        let is_script = at > 0 && words.get(at - 1).is_some_and(is_flag);
        match program {
            "postgres" => !is_value || is_script,
            _ => matches!(program, "docker-entrypoint.sh" | "pg_ctl" | "pg_ctlcluster" | "patroni"),
        }
    });
    let clients = clients(&text, &Context::default());
    let is_covered = || store::named("Postgres").is_some_and(|store| is_covered(store, service));
    is_run && !clients.is_empty() && !starts_server && !is_covered()
}

/// Gives the mounts that hold a service's data: they outlive its container and are written to.
pub(crate) fn data(service: &Value) -> Vec<Mount<'_>> {
    let store = store(service);
    mounts(service)
        .filter(|mount| mount.source.is_some() && !is_read_only(mount))
        .filter(|mount| match store {
            // What else a database mounts are its settings and scripts.
            Some(store) => is_its_folder(store, service, mount.target),
            None if mount.is_volume => !is_remade(mount.target),
            None => is_state(mount.target),
        })
        .collect()
}

/// Tells whether anything is mounted where a store keeps its data.
pub(crate) fn is_covered(store: &Store, service: &Value) -> bool {
    let volumes = service.get("volumes").map(Value::items).unwrap_or_default();
    let memory = service.get("tmpfs").map(Value::items).unwrap_or_default();
    let targets = volumes.iter().filter_map(|item| item.text_of("target"));
    let folders = memory.iter().filter_map(|item| item.text()?.split(':').next());
    targets.chain(folders).any(|path| is_its_folder(store, service, path))
}

/// Tells whether a path is where a store keeps its data.
pub(crate) fn is_its_folder(store: &Store, service: &Value, path: &str) -> bool {
    let told = service.at(&["environment", "PGDATA"]).and_then(Value::text);
    let is_told = told.is_some_and(|told| is_within(told, path.trim_end_matches('/')));
    // Mounted may be the folder itself, what is in it, or what it is in.
    is_told
        || store.folders.iter().any(|folder| {
            is_within(path, folder)
                || (path.matches('/').count() > 1 && is_within(folder, path.trim_end_matches('/')))
        })
}

fn is_read_only(mount: &Mount<'_>) -> bool {
    mount.value.get("read_only").is_some_and(Value::is_true)
}

/// Folders that programs keep state in, by habit.
pub(super) fn is_state(path: &str) -> bool {
    let is_engine = is_within(path, "/var/lib/docker") || is_within(path, "/var/lib/containers");
    let folders = ["/bitnami", "/config", "/data", "/var/opt"];
    let is_library = path.starts_with("/var/lib/") && !is_engine;
    is_library || folders.iter().any(|folder| is_within(path, folder))
}

/// Folders whose content is made anew from what is elsewhere.
pub(crate) fn is_remade(path: &str) -> bool {
    const PARTS: &[&str] = &[
        ".cache",
        ".cargo",
        ".gradle",
        ".m2",
        ".next",
        ".npm",
        ".nuxt",
        ".pnpm-store",
        ".venv",
        "__pycache__",
        "build",
        "cache",
        "dist",
        "go",
        "log",
        "logs",
        "node_modules",
        "run",
        "site-packages",
        "socket",
        "static",
        "staticfiles",
        "target",
        "tmp",
        "vendor",
        "venv",
    ];
    path.split('/').any(|part| PARTS.contains(&part))
}
