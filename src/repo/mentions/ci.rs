//! CI workflows, and other YAML that runs shell: GitHub, GitLab, Drone, CircleCI, Taskfile.
//!
//! The `services` of a job are a namespace of their own: a host that a job defines there is not
//! ours. Deliberately absent: expressions (`${{ … }}`), what actions do with their inputs.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::compose::command;
use crate::compose::usage::{Class, Confidence};
use crate::repo::mentions::env;
use crate::repo::mentions::keyed::{is_command, is_text};
use crate::repo::mentions::page::{Page, certain, likely, unsure};
use crate::repo::mentions::people;
use crate::repo::mentions::snippet;
use crate::repo::mentions::value;
use crate::repo::mentions::yaml::{Outline, unquoted};

/// Tells a workflow, or a piece of one, by keys that only those have.
pub(super) fn is_workflow(text: &str) -> bool {
    ["jobs:", "steps:", "script:", "runs-on:", "stages:"]
        .iter()
        .any(|key| text.lines().any(|line| line.trim_start().starts_with(key)))
}

/// Reads a range as a workflow.
pub(super) fn read(page: &mut Page<'_>, range: &Range<usize>) {
    page.commands.wrappers.extend(command::wrappers(page.slice(range)));
    let outline = Outline::new(page.text, range);
    for comment in &outline.comments {
        env::commented(page, comment);
    }
    let own = own_services(page, &outline);
    for (at, entry) in outline.entries.iter().enumerate() {
        let key = entry.key.clone().filter(|key| page.is_named_in(key));
        if key.is_none() && !page.is_named_in(&entry.value) {
            continue;
        }
        let path = outline.path(at);
        if let Some(key) = key {
            let judgement = match in_services(&path) {
                true => unsure(Class::OtherNamespace, "a service of a CI job"),
                false => certain(Class::Identifier, "a key"),
            };
            page.judge_all(&key, judgement);
        }
        of_value(page, &outline, at, &path);
        if own.contains(job(&path)) || own.contains("") {
            page.revise(&entry.value, |judgement| match judgement.class {
                Class::Host | Class::HostSetting => {
                    unsure(Class::OtherNamespace, "host of a CI job's own service")
                }
                _ => judgement,
            });
        }
    }
}

/// Tells what stands below the services of a job, or its containers in CircleCI.
fn in_services(path: &[&str]) -> bool {
    path.contains(&"services") || path.last() == Some(&"docker")
}

/// The job that a path of keys leads into; empty for what holds for all.
fn job<'t>(path: &[&'t str]) -> &'t str {
    match path {
        ["jobs", job, ..] => job,
        ["services" | "default" | "definitions" | "variables" | "env", ..] | [] => "",
        [first, ..] => first,
    }
}

/// Finds the jobs that define a service of the name.
fn own_services<'t>(page: &Page<'t>, outline: &Outline<'t>) -> BTreeSet<&'t str> {
    let name = page.subject.name.as_str();
    let mut jobs = BTreeSet::new();
    for (at, entry) in outline.entries.iter().enumerate() {
        let key = entry.key.as_ref().map(|key| page.slice(key));
        let value = page.slice(&unquoted(page.text, &entry.value));
        // `- postgres:16` answers to `postgres`, `- name: x/y` to `y`.
        let image = value.split(':').next().unwrap_or_default().rsplit('/').next();
        let named = key == Some(name)
            || (matches!(key, None | Some("name" | "image")) && image == Some(name))
            || (key == Some("alias") && value == name);
        if !named {
            continue;
        }
        let path = outline.path(at);
        if in_services(&path) {
            jobs.insert(job(&path));
        }
    }
    jobs
}

fn of_value(page: &mut Page<'_>, outline: &Outline<'_>, at: usize, path: &[&str]) {
    let Some(entry) = outline.entries.get(at) else { return };
    if !page.is_named_in(&entry.value) {
        return;
    }
    let inner = unquoted(page.text, &entry.value);
    let key = outline.key_of(at);
    let below = path.last().copied().unwrap_or_default();
    if in_services(path) && !is_command(key) {
        return page.judge_all(&inner, unsure(Class::OtherNamespace, "a service of a CI job"));
    }
    match key {
        "needs" | "depends_on" | "extends" | "dependencies" | "stage" | "stages" | "id"
        | "workflow" | "group" | "environment" => {
            page.judge_all(&inner, certain(Class::Identifier, "a name in the workflow"));
        }
        "uses" | "image" | "container" | "tags" | "images" => {
            page.judge_all(&inner, certain(Class::Image, "an image or action"));
        }
        "paths" | "path" | "working-directory" | "cache" | "changes" | "dir" | "directory" => {
            page.judge_all(&inner, certain(Class::Path, "a path"));
        }
        _ if is_text(key) => people::read(page, &inner, Class::Message),
        _ if is_command(key) && !matches!(below, "env" | "variables" | "with" | "matrix") => {
            snippet::command(page, outline, at);
        }
        _ if entry.key.is_none() && key == "deps" => {
            page.judge_all(&inner, certain(Class::Identifier, "a task"));
        }
        _ => setting(page, outline, at, &inner, key),
    }
}

/// Reads a setting, or a list of them (`build-args`, `driver-opts`).
fn setting(page: &mut Page<'_>, outline: &Outline<'_>, at: usize, inner: &Range<usize>, key: &str) {
    let Some(entry) = outline.entries.get(at) else { return };
    if outline.path(at).contains(&"matrix") && builds_folders(page.text) {
        return page.judge_all(inner, unsure(Class::Path, "a folder of a matrix"));
    }
    for line in people::lines(page.text, inner) {
        let text = page.slice(&line);
        let lead = text.len() - text.trim_start().len();
        let shown = text.trim();
        // `${{ env.X }}` holds blanks but is one word; a trailing `\` continues a shell line.
        let pair = env::assignment(shown).filter(|_| entry.is_block || entry.key.is_none());
        if let Some((key, range)) = pair {
            let start = line.start + lead;
            page.setting(key, &(start + range.start..start + range.end));
        } else if people::command_start(shown).is_some() {
            page.command(&line);
        }
        networks(page, &line);
        for (range, judgement) in page.setting_usages(key, &line) {
            match judgement.class {
                Class::Unknown => {}
                Class::ContainerReference if !value::names_container(page, &line, key) => {
                    page.judge(&range, unsure(Class::Literal, "a service of something else"));
                }
                Class::ContainerReference if judgement.confidence == Confidence::Unsure => {
                    page.judge(&range, likely(Class::ContainerReference, "service of a stack"));
                }
                _ => page.judge(&range, judgement),
            }
        }
    }
    if entry.key.is_none()
        && page.slice(inner) == page.subject.name
        && let Some(judgement) = value::among(page, inner, key, &outline.children(entry.parent, at))
    {
        page.revise(inner, |known| match known.confidence {
            Confidence::Unsure => judgement,
            _ => known,
        });
    }
    people::read(page, inner, Class::Message);
}

/// Tells whether a matrix's values are folders (`context: ./${{ matrix.service }}`).
fn builds_folders(text: &str) -> bool {
    text.contains("/${{ matrix") || text.contains("directory: ${{ matrix")
}

/// `network=container:NAME` and `--network container:NAME` among options.
fn networks(page: &mut Page<'_>, line: &Range<usize>) {
    for open in page.open_in(line) {
        let (before, _) = page.around(&open);
        if before.ends_with("container:") {
            page.judge(&open, certain(Class::ContainerCommand, "container:NAME"));
        }
    }
}
