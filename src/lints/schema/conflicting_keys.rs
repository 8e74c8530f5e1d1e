//! Keys that exclude each other.

use crate::compose::model::ComposeFile;
use crate::diagnostics::Finding;
use crate::lints::context::FileView;
use crate::lints::schema::walk::is_reset;
use crate::lints::{Run, declare_lint};
use crate::yaml::document::{Entry, NodeId};

declare_lint! {
    /// Two keys stand together that exclude each other.
    ///
    /// ## What it does
    ///
    /// Finds `network_mode` beside `networks`, `dockerfile` beside `dockerfile_inline`, a secret or
    /// config with two contents, and a volume that is `external` and has more than a name.
    ///
    /// ## Why is this bad
    ///
    /// docker compose refuses the whole project.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// services:
    ///   web:
    ///     image: nginx:1.27
    ///     network_mode: host
    ///     networks: [front]
    /// networks:
    ///   front: {}
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// services:
    ///   web:
    ///     image: nginx:1.27
    ///     networks: [front]
    /// networks:
    ///   front: {}
    /// ```
    "conflicting-keys", Schema, Error, On, Run::File(run),
}

fn run(view: &FileView<'_>) -> Vec<Finding> {
    let file = view.file;
    let mut found = Vec::new();
    let mut exclude = |holder: NodeId, keys: &[&str]| {
        let present = keys.iter().filter_map(|key| Some((*key, present(file, holder, key)?)));
        if let [(first, one), (second, other), ..] = present.collect::<Vec<_>>().as_slice() {
            found.push(conflict(view, (*first, *one), (*second, *other)));
        }
    };
    for service in file.services() {
        exclude(service.body, &["network_mode", "networks"]);
        if let Some((_, build)) = file.attribute(service.body, "build") {
            exclude(build.value, &["dockerfile", "dockerfile_inline"]);
        }
    }
    for secret in file.section("secrets") {
        exclude(secret.value, &["file", "environment"]);
    }
    for config in file.section("configs") {
        exclude(config.value, &["file", "environment", "content"]);
    }
    for volume in file.section("volumes") {
        let Some(external) = present(file, volume.value, "external") else { continue };
        let is_set = file.doc.value(external.value).is_none_or(|value| &*value == "true");
        let others = file.effective_entries(volume.value).into_iter();
        let other = others.filter(|entry| !is_reset(&file.doc, entry.value)).find_map(|entry| {
            let key = view.text(entry.key)?;
            let is_more = key != "name" && key != "external" && !key.starts_with("x-");
            is_more.then_some((key, entry))
        });
        if let (true, Some((key, entry))) = (is_set, other) {
            found.push(conflict(view, ("external", external), (key.as_str(), entry)));
        }
    }
    found
}

fn conflict(view: &FileView<'_>, one: (&str, Entry), other: (&str, Entry)) -> Finding {
    let message = format!(
        "`{}` and `{}` exclude each other, so docker compose refuses the project",
        one.0, other.0
    );
    let help = format!("remove `{}` or `{}`", one.0, other.0);
    LINT.finding(message)
        .at(view.path(), view.span(other.1.key))
        .help(help)
        .related(view.place(one.1.key), format!("`{}`", one.0))
}

/// Finds a key that has a value, merged ones too.
fn present(file: &ComposeFile, holder: NodeId, key: &str) -> Option<Entry> {
    let (_, entry) = file.attribute(holder, key)?;
    let is_gone = is_reset(&file.doc, entry.value) || file.doc.is_null(entry.value);
    let is_empty = file.doc.value(entry.value).is_none()
        && file.doc.items(entry.value).is_empty()
        && file.doc.entries(entry.value).is_empty();
    (!is_gone && !is_empty).then_some(entry)
}

#[cfg(test)]
mod tests {
    use super::LINT;
    use crate::lints::testing::found_in;

    /// Each is refused by docker compose 2.40.3.
    #[test]
    fn keys_that_exclude_each_other() {
        for (text, expected) in [
            (
                "services: {a: {image: x, network_mode: host, networks: [n]}}",
                "1:46 `network_mode` and `networks`",
            ),
            (
                "services: {a: {build: {context: ., dockerfile: a, dockerfile_inline: b}}}",
                "1:51 `dockerfile` and `dockerfile_inline`",
            ),
            (
                "services: {a: {image: x}}\nsecrets: {s: {file: a, environment: B}}",
                "2:24 `file` and `environment`",
            ),
            (
                "services: {a: {image: x}}\nconfigs: {s: {file: a, content: b}}",
                "2:24 `file` and `content`",
            ),
            (
                "services: {a: {image: x}}\nvolumes: {v: {external: true, driver: local}}",
                "2:31 `external` and `driver`",
            ),
        ] {
            let rest = " exclude each other, so docker compose refuses the project";
            assert_eq!(found_in(&LINT, text), [format!("compose.yaml:{expected}{rest}")]);
        }
    }

    #[test]
    fn keys_that_go_together() {
        for text in [
            "services: {a: {image: x, network_mode: host, networks: !reset []}}",
            "services: {a: {image: x, network_mode: host, networks: []}}",
            "services: {a: {build: {context: ., dockerfile: a}, image: x}}",
            "services: {a: {image: x}}\nvolumes: {v: {external: true, name: n, x-a: b}, w: {external: false, driver: d}}",
            "services: {a: {image: x}}\nvolumes: {v: {external: '${E}', driver: d}}",
            "services: {a: {image: x}}\nsecrets: {s: {file: a, name: b}}",
        ] {
            assert_eq!(found_in(&LINT, text), [""; 0], "{text}");
        }
    }
}
