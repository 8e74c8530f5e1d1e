//! Services that say nothing of what they run.

use crate::compose::discover::referenced_files;
use crate::compose::model::{ComposeFile, DEFAULT_NAMES, file_name, folder};
use crate::diagnostics::Finding;
use crate::lints::context::{Loading, LoadingKind};
use crate::lints::{Run, declare_lint};

declare_lint! {
    /// A service has neither an image nor a build.
    ///
    /// ## What it does
    ///
    /// Finds services without `image`, `build`, `provider` and `extends` in the files that docker
    /// compose loads by itself, taken together. One that another file of the folder's project gives
    /// an image is left alone.
    ///
    /// ## Why is this bad
    ///
    /// docker compose refuses the whole project. Mostly the service's name is misspelled, or its keys
    /// are not indented far enough.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// services:
    ///   web:
    ///     image: nginx:1.27
    ///   wbe:
    ///     restart: always
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// services:
    ///   web:
    ///     image: nginx:1.27
    ///     restart: always
    /// ```
    "image-missing", Schema, Error, On, Run::Project(run),
}

/// Keys that say what a service runs, or where it is said.
const WHAT_RUNS: [&str; 4] = ["image", "build", "provider", "extends"];

fn run(loading: &Loading<'_>) -> Vec<Finding> {
    // By another name a file may be meant to be laid over one of another folder.
    let is_default = |path: &String| DEFAULT_NAMES.contains(&file_name(path));
    if loading.kind != LoadingKind::Own || !loading.files.iter().any(is_default) {
        return Vec::new();
    }
    if !is_all_there(loading) {
        return Vec::new();
    }
    let files = || {
        let paths = loading.project.all_files();
        paths.filter_map(|path| loading.context.workspace.files.get(path))
    };
    let is_said_elsewhere = |name: &str| {
        files().any(|file| {
            file.service(name).is_some_and(|service| {
                WHAT_RUNS.iter().any(|key| file.attribute(service.body, key).is_some())
            })
        })
    };
    let bare = loading.services().filter(|(name, service)| {
        let says = WHAT_RUNS.iter().any(|key| service.get(key).is_some());
        // One that is no mapping is refused for that.
        let is_mapping = service.entries().next().is_some();
        !says && is_mapping && !is_said_elsewhere(name) && !is_of_a_catalogue(loading, name)
    });
    let told = bare.filter_map(|(name, _)| {
        let place = loading.service(name)?;
        let message = format!(
            "`{name}` has neither an image nor a build, so docker compose refuses the project"
        );
        let help = "say `image` or `build`, or move its keys to the service that they belong to";
        Some(LINT.finding(message).at(place.path, place.span).help(help))
    });
    told.collect()
}

/// Tells whether projects of several other folders leave the same service open: a catalogue, whose
/// platform says what it runs.
fn is_of_a_catalogue(loading: &Loading<'_>, name: &str) -> bool {
    let is_bare = |file: &&ComposeFile| {
        folder(&file.path) != loading.project.folder
            && file.service(name).is_some_and(|service| {
                !WHAT_RUNS.iter().any(|key| file.attribute(service.body, key).is_some())
            })
    };
    loading.context.workspace.files.values().filter(is_bare).take(2).count() == 2
}

/// Tells whether every file is there that the project includes or extends from.
fn is_all_there(loading: &Loading<'_>) -> bool {
    let files = &loading.context.workspace.files;
    let own = loading.project.files.iter().filter_map(|path| files.get(path));
    own.flat_map(referenced_files).all(|path| files.contains_key(path))
}

#[cfg(test)]
mod tests {
    use super::LINT;
    use crate::lints::testing::{found, found_in};

    #[test]
    fn a_service_says_what_it_runs() {
        let bare = "services:\n  a:\n    image: x\n  b:\n    restart: always\n";
        let refused = "has neither an image nor a build, so docker compose refuses the project";
        assert_eq!(found_in(&LINT, bare), [format!("compose.yaml:4:3 `b` {refused}")]);
        assert_eq!(found(&LINT, &[("compose.backup.yaml", bare)]), [""; 0]);
        for text in [
            "services: {a: {image: x}, b: {build: .}, c: {extends: a}, d: {provider: {type: x}}}",
            "services: {b: {extends: {file: other.yaml, service: a}, restart: always}}",
            "x-a: &a {image: x}\nservices: {b: {<<: *a, restart: always}}",
        ] {
            assert_eq!(found_in(&LINT, text), [""; 0], "{text}");
        }
        let include = format!("include: [base.yaml]\n{bare}");
        assert_eq!(found_in(&LINT, &include), [""; 0]);
        let beside = "services:\n  b:\n    image: y\n";
        for other in ["compose.override.yaml", "compose.prod.yaml"] {
            assert_eq!(
                found(&LINT, &[("compose.yaml", bare), (other, beside)]),
                [""; 0],
                "{other}"
            );
        }
    }

    #[test]
    fn a_catalogue_is_completed_by_its_platform() {
        let app = "services:\n  proxy:\n    environment: {PORT: 80}\n  web:\n    image: x:1\n";
        let two = [("a/compose.yaml", app), ("b/compose.yaml", app)];
        assert_eq!(found(&LINT, &two).len(), 2);
        let three = [two[0], two[1], ("c/compose.yaml", app)];
        assert_eq!(found(&LINT, &three), [""; 0]);
    }
}
