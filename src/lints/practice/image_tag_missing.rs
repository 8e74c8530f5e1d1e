//! An image without a tag, or with one that moves.

use crate::compose::model::ComposeFile;
use crate::diagnostics::Finding;
use crate::lints::context::FileView;
use crate::lints::{Run, declare_lint};
use crate::yaml::document::NodeId;

declare_lint! {
    /// An image has no tag, or one that moves.
    ///
    /// ## What it does
    ///
    /// Finds images without a tag and without a digest, and images with the tag `latest`. An image
    /// that the same service builds is left alone, and so is one whose tag is a variable.
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
    let is_pulled = |body: &NodeId| !is_built(view.file, *body);
    let bodies = view.service_bodies().into_iter().filter(is_pulled);
    let images = bodies.filter_map(|body| view.get(body, "image"));
    let found = images.filter_map(|entry| {
        let image = view.text(entry.value)?;
        let message = match tag(&image) {
            Tag::Missing => {
                format!("`{image}` has no tag, so another version comes with a later pull")
            }
            Tag::Latest => format!("`{image}` is another version on another day"),
            Tag::Fixed => return None,
        };
        let help = "give it the tag that runs now: `docker image inspect` tells it";
        Some(LINT.finding(message).at(view.path(), view.span(entry.value)).help(help))
    });
    found.collect()
}

fn is_built(file: &ComposeFile, body: NodeId) -> bool {
    file.attribute(body, "build").is_some()
}

/// What an image's name says of its version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tag {
    Missing,
    Latest,
    Fixed,
}

/// Reads an image's name: `[registry[:port]/]name[:tag][@digest]`.
fn tag(image: &str) -> Tag {
    // A variable may hold the tag, or all of the name.
    let last = image.rsplit('/').next().unwrap_or(image);
    if image.is_empty() || image.contains('@') || last.contains('$') {
        return Tag::Fixed;
    }
    match last.split_once(':') {
        None => Tag::Missing,
        Some((_, "latest")) => Tag::Latest,
        Some(_) => Tag::Fixed,
    }
}

#[cfg(test)]
mod tests {
    use super::{Tag, tag};

    #[test]
    fn tags() {
        for (image, expected) in [
            ("nginx", Tag::Missing),
            ("nginx:latest", Tag::Latest),
            ("nginx:1.27", Tag::Fixed),
            ("localhost:5000/team/nginx", Tag::Missing),
            ("nginx@sha256:0123", Tag::Fixed),
            ("nginx:${TAG}", Tag::Fixed),
            ("${IMAGE}", Tag::Fixed),
            ("${REGISTRY}/nginx", Tag::Missing),
            ("", Tag::Fixed),
        ] {
            assert_eq!(tag(image), expected, "{image}");
        }
    }
}
