//! An image without a tag, or with one that moves.

use std::collections::BTreeSet;

use crate::compose::store;
use crate::diagnostics::{Finding, Severity};
use crate::lints::context::FileView;
use crate::lints::practice::variables::{OPAQUE, Variables};
use crate::lints::{Run, declare_lint};

declare_lint! {
    /// An image has no tag, or one that moves.
    ///
    /// ## What it does
    ///
    /// Finds images without a tag and without a digest, and images with the tag `latest`. Tags that
    /// name a channel, such as `stable` or `alpine`, and `latest` as the default of a variable are told
    /// only. Left alone are images that the project builds or never pulls, and tags that are
    /// variables without a default. Variables of the `.env` beside the file count.
    ///
    /// ## Why is this bad
    ///
    /// What runs depends on the day on which it was pulled. A major version of a database that comes
    /// unasked does not start on the old one's data.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// services:
    ///   db:
    ///     image: postgres
    ///     restart: unless-stopped
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// services:
    ///   db:
    ///     image: postgres:16.4
    ///     restart: unless-stopped
    /// ```
    "image-tag-missing", Practice, Warning, On, Run::File(run),
}

fn run(view: &FileView<'_>) -> Vec<Finding> {
    let variables = Variables::beside(view);
    let built = Built::of(view);
    let services =
        view.services().map(|service| (view.file.doc.resolve(service.body), service.name));
    let services: Vec<_> = services.collect();
    let mut found = Vec::new();
    for body in view.service_bodies() {
        let Some(entry) = view.get(body, "image") else { continue };
        // `image: !reset null` takes one away.
        if view.file.doc.is_null(entry.value) {
            continue;
        }
        let Some(raw) = view.text(entry.value) else { continue };
        let mut names = services.iter().filter(|(known, _)| *known == body);
        let policy = view.file.text_of(body, "pull_policy");
        let is_made = view.file.attribute(body, "build").is_some()
            || matches!(policy.as_deref(), Some("never" | "build"))
            || built.images.contains(&raw)
            || names.any(|(_, name)| built.services.contains(name));
        if is_made {
            continue;
        }
        let image = variables.settle(&raw);
        let (wrong, mut severity) = match tag(&image) {
            Tag::Fixed => continue,
            Tag::Missing => ("has no tag", LINT.severity),
            Tag::Latest => ("is another version on another day", LINT.severity),
            Tag::Channel => ("moves with its tag", Severity::Info),
        };
        if image != raw && raw.rsplit('/').next().is_some_and(|last| last.contains('$')) {
            severity = Severity::Info;
        }
        let why = match store::of_image(&image) {
            Some(store) if store.name != "Redis" => {
                format!("a later version of {} may not start on the data of this one", store.name)
            }
            _ => "what runs depends on the day of the pull".to_owned(),
        };
        let help = "give it the tag that runs now: `docker image inspect` tells it";
        let finding = LINT.finding(format!("`{raw}` {wrong}: {why}")).severity(severity);
        found.push(finding.at(view.path(), view.span(entry.value)).help(help));
    }
    found
}

/// What the projects of a file build, in whichever of their files.
#[derive(Default)]
struct Built {
    services: BTreeSet<String>,
    images: BTreeSet<String>,
}

impl Built {
    fn of(view: &FileView<'_>) -> Self {
        let workspace = view.context.workspace;
        let projects = workspace
            .projects
            .iter()
            .filter(|project| project.all_files().any(|path| path == view.path()));
        let paths: BTreeSet<&str> =
            projects.flat_map(|project| project.all_files()).chain([view.path()]).collect();
        let mut built = Self::default();
        for file in paths.into_iter().filter_map(|path| workspace.files.get(path)) {
            for service in file.services() {
                if file.attribute(service.body, "build").is_some() {
                    built.images.extend(file.text_of(service.body, "image"));
                    built.services.insert(service.name);
                }
            }
        }
        built
    }
}

/// What an image's name says of its version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tag {
    Missing,
    Latest,
    /// A tag that is given to one version after another, by its name.
    Channel,
    Fixed,
}

/// Tags without a version: channels, and what an image is based on.
const CHANNELS: &[&str] = &[
    "alpine", "beta", "bookworm", "bullseye", "canary", "current", "dev", "develop", "edge", "lts",
    "main", "mainline", "master", "next", "nightly", "release", "rolling", "slim", "stable",
    "test", "testing", "trixie", "unstable",
];

/// Reads an image's name: `[registry[:port]/]name[:tag][@digest]`.
fn tag(image: &str) -> Tag {
    // A variable may hold the tag, or all of the name.
    let last = image.rsplit('/').next().unwrap_or(image);
    let is_template = |c: char| c == OPAQUE || matches!(c, '$' | '{' | '}' | '<' | '>' | '%');
    if last.is_empty() || image.contains('@') || last.contains(is_template) {
        return Tag::Fixed;
    }
    match last.split_once(':') {
        None => Tag::Missing,
        Some((_, "")) => Tag::Missing,
        Some((_, tag)) if tag == "latest" || tag.starts_with("latest-") => Tag::Latest,
        Some((_, tag)) if tag.split('-').all(|word| CHANNELS.contains(&word)) => Tag::Channel,
        Some(_) => Tag::Fixed,
    }
}

#[cfg(test)]
mod tests {
    use super::{LINT, Tag, tag};
    use crate::lints::testing::{found, found_in};

    #[test]
    fn tags() {
        for (image, expected) in [
            ("nginx", Tag::Missing),
            ("nginx:latest", Tag::Latest),
            ("nginx:latest-alpine", Tag::Latest),
            ("nginx:stable-alpine", Tag::Channel),
            ("nginx:1.27", Tag::Fixed),
            ("nginx:1.27-alpine", Tag::Fixed),
            ("localhost:5000/team/nginx", Tag::Missing),
            ("nginx@sha256:0123", Tag::Fixed),
            ("nginx:\u{1}", Tag::Fixed),
            ("\u{1}", Tag::Fixed),
            ("\u{1}/nginx", Tag::Missing),
            ("{{ image }}", Tag::Fixed),
            ("", Tag::Fixed),
        ] {
            assert_eq!(tag(image), expected, "{image}");
        }
    }

    #[test]
    fn images_that_are_found() {
        for (service, count) in [
            ("{image: nginx}", 1),
            ("{image: 'nginx:${TAG:-latest}'}", 1),
            ("{image: 'nginx${TAG:-}'}", 1),
            ("{image: 'nginx:${TAG:-1.27}'}", 0),
            ("{image: 'nginx:${TAG}'}", 0),
            ("{image: 'nginx:${TAG:?set it}'}", 0),
            ("{image: 'nginx${TAG:+:$TAG}'}", 0),
            ("{image: '${IMAGE}'}", 0),
            ("{image: web, build: .}", 0),
            ("{image: !reset null}", 0),
            ("{image: web, pull_policy: never}", 0),
            ("{image: web}, b: {image: web, build: .}", 0),
        ] {
            let text = format!("services: {{a: {service}}}\n");
            assert_eq!(found_in(&LINT, &text).len(), count, "{service}");
        }
    }

    #[test]
    fn other_files_count() {
        let text = "services: {a: {image: 'web:${TAG:-latest}'}}\n";
        assert_eq!(found(&LINT, &[("compose.yaml", text), (".env", "TAG=1.4\n")]), [""; 0]);
        let over = ("compose.override.yaml", "services: {a: {build: .}}\n");
        assert_eq!(found(&LINT, &[("compose.yaml", text), over]), [""; 0]);
    }
}
