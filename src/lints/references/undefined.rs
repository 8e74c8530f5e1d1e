//! What the lints of names that nothing defines share.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::reach::{Reach, What, is_complete, is_loaded_by_itself, is_part, reach};
use crate::compose::model::{ComposeFile, folder, has_compose_name};
use crate::compose::names::{Form, Namespace, Reference};
use crate::compose::value::{Origin, Value};
use crate::diagnostics::fix::{Applicability, Fix};
use crate::diagnostics::nearest::{nearest, only_near};
use crate::diagnostics::{Finding, Place, Severity};
use crate::lints::Lint;
use crate::lints::context::Loading;
use crate::yaml::patch::{Value as Written, add_entry, rename_key, splice_scalar};

/// Finds what the services of a loading name in a namespace and no file defines.
pub(super) fn find(lint: &Lint, namespace: Namespace, loading: &Loading<'_>) -> Vec<Finding> {
    let reach = reach(loading);
    let search = Search { lint, namespace, loading, reach: &reach };
    let mut found = Vec::new();
    if namespace == Namespace::Service {
        found.extend(search.bases());
    }
    if reach.is_whole && is_complete(loading) {
        found.extend(search.undefined());
    }
    // Of a part of another project nothing is said here: what includes it is looked at, with all
    // that is loaded there. Asked last, for it means reading all files.
    let is_foreign = !found.is_empty() && is_part(loading) && !is_loaded_by_itself(loading);
    if is_foreign { Vec::new() } else { found }
}

/// Gives the names that a service uses in a namespace, where no variable makes them.
pub(super) fn named(service: &Value, namespace: Namespace) -> BTreeSet<&str> {
    let list = |key: &[&str]| service.at(key).map(Value::items).unwrap_or_default();
    let keys = |key: &str| service.get(key).into_iter().flat_map(Value::entries);
    let sources = |key: &str| {
        let own = list(&[key]).iter();
        let built = list(&["build", key]).iter();
        own.chain(built).filter_map(|item| plain(item.get("source")?))
    };
    match namespace {
        Namespace::Service => {
            let links = list(&["links"]).iter().filter_map(plain);
            let from = list(&["volumes_from"]).iter().filter_map(plain);
            let from = from.filter(|text| !text.starts_with("container:"));
            let heads = links.chain(from).filter_map(|text| text.split(':').next());
            let modes = ["network_mode", "ipc", "pid", "uts"];
            let modes = modes.iter().filter_map(|key| plain(service.get(key)?));
            let contexts = service.at(&["build", "additional_contexts"]).into_iter();
            let contexts = contexts.flat_map(Value::entries).filter_map(|(_, value)| plain(value));
            let prefixed = modes.chain(contexts).filter_map(|text| text.strip_prefix("service:"));
            let depends = keys("depends_on").map(|(name, _)| name);
            depends.chain(heads).chain(prefixed).filter(|name| is_name(name)).collect()
        }
        Namespace::Network | Namespace::Model => {
            let key = if namespace == Namespace::Network { "networks" } else { "models" };
            keys(key).map(|(name, _)| name).filter(|name| is_name(name)).collect()
        }
        Namespace::Volume => {
            let volumes = list(&["volumes"]).iter();
            let volumes = volumes.filter(|item| item.text_of("type") == Some("volume"));
            let sources = volumes.filter_map(|item| plain(item.get("source")?));
            // One letter is a drive, and so is what stands before a colon.
            sources.filter(|name| is_name(name) && name.len() > 1 && !name.contains(':')).collect()
        }
        Namespace::Secret => sources("secrets").filter(|name| is_name(name)).collect(),
        Namespace::Config => sources("configs").filter(|name| is_name(name)).collect(),
        Namespace::Container => BTreeSet::new(),
    }
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.contains('$')
}

/// Gives a text that stands as it is in its file: what a variable makes may be another tomorrow.
fn plain(value: &Value) -> Option<&str> {
    let text = value.text()?;
    let raw = value.origin.as_ref().map_or("", Origin::raw);
    let at = raw.find(text).unwrap_or(raw.len());
    raw.get(..at).is_some_and(|before| !before.contains('$')).then_some(text)
}

/// Gives the name of the top-level section that holds what a namespace names.
pub(super) fn section(namespace: Namespace) -> &'static str {
    match namespace {
        Namespace::Service | Namespace::Container => "services",
        Namespace::Volume => "volumes",
        Namespace::Network => "networks",
        Namespace::Secret => "secrets",
        Namespace::Config => "configs",
        Namespace::Model => "models",
    }
}

struct Search<'s, 'a> {
    lint: &'s Lint,
    namespace: Namespace,
    loading: &'s Loading<'a>,
    reach: &'s Reach<'a>,
}

impl Search<'_, '_> {
    fn known(&self) -> BTreeSet<&str> {
        let things = self.loading.model.section(section(self.namespace));
        let implied = (self.namespace == Namespace::Network).then_some("default");
        things
            .into_iter()
            .flat_map(|things| things.keys().map(String::as_str))
            .chain(implied)
            .collect()
    }

    fn undefined(&self) -> Vec<Finding> {
        let known = self.known();
        let services = self.loading.services();
        let named = services.map(|(name, service)| (name, named(service, self.namespace)));
        let mut users: Vec<(&str, &str)> = named
            .flat_map(|(service, names)| names.into_iter().map(move |name| (name, service)))
            .filter(|(name, _)| !known.contains(name) && !self.may_be_elsewhere(name))
            .collect();
        users.sort_unstable();
        users.dedup_by_key(|(name, _)| *name);
        let each =
            users.into_iter().flat_map(|(name, service)| self.findings(name, service, &known));
        each.collect()
    }

    /// Whether a file that may be loaded together with these defines a name.
    fn may_be_elsewhere(&self, name: &str) -> bool {
        let section = section(self.namespace);
        let is_sure = is_loaded_by_itself(self.loading);
        // What a file that is only extended from defines is not in the project; where it is not
        // known what is loaded together, another file may include it.
        let is_base =
            |path: &&str| is_sure && self.reach.extended.iter().any(|file| file.path == *path);
        let beside = self.loading.project.all_files().filter(|path| !is_base(path));
        if self.loading.context.tree.definition(beside, section, name).is_some() {
            return true;
        }
        let here = self.loading.project.folder.as_str();
        if !is_sure && self.is_left_to_others() {
            return true;
        }
        if self.is_of_a_catalogue(name) {
            return true;
        }
        let workspace = self.loading.context.workspace;
        let around = workspace.files_within(here);
        let above = workspace.files_above(here);
        let (around, above) = match (is_sure, self.namespace) {
            // What other project's services there are says nothing of a network's name.
            (true, Namespace::Service) => (None, Some(above.chain(workspace.files_in(here)))),
            (true, _) => (None, None),
            (false, _) => (Some(around), Some(above.chain(workspace.files_in(here)))),
        };
        let files = around.into_iter().flatten().chain(above.into_iter().flatten());
        let files = files.filter(|file| !is_base(&file.path.as_str()));
        let mut keys = files
            .flat_map(|file| file.section(section).filter_map(|entry| file.doc.value(entry.key)));
        keys.any(|key| key == name)
    }

    /// The Compose files of other folders.
    fn others(&self) -> impl Iterator<Item = &ComposeFile> {
        let here = self.loading.project.folder.as_str();
        let files = self.loading.context.workspace.files.values();
        files.filter(move |file| folder(&file.path) != here)
    }

    /// Whether projects of several folders name what none of them defines: a catalogue, whose platform
    /// adds it.
    fn is_of_a_catalogue(&self, name: &str) -> bool {
        let section = section(self.namespace);
        let names_it = |file: &&ComposeFile| {
            file.names().references.iter().any(|found| self.is_it(found, name))
                && !defines(file, section, name)
        };
        self.others().filter(names_it).take(CATALOGUE).count() == CATALOGUE
    }

    /// Whether files without a Compose file's name, or others like them beside them, define nothing
    /// of the sort at all: templates of another tool, which adds what is needed, or parts of what that
    /// tool loads.
    fn is_left_to_others(&self) -> bool {
        if self.loading.files.iter().all(|path| has_compose_name(path)) {
            return false;
        }
        let things = self.loading.model.section(section(self.namespace));
        let here = self.loading.project.folder.as_str();
        let files = self.loading.context.workspace.files_in(here);
        let mut beside = files.filter(|file| !has_compose_name(&file.path));
        things.is_none_or(BTreeMap::is_empty)
            || beside.any(|file| self.names_without_defining(file))
    }

    fn names_without_defining(&self, file: &ComposeFile) -> bool {
        let mut references = file.names().references.iter();
        file.section(section(self.namespace)).next().is_none()
            && references.any(|found| found.namespace == self.namespace)
    }

    /// Gives a finding for each place that names what is not there.
    fn findings(&self, name: &str, service: &str, known: &BTreeSet<&str>) -> Vec<Finding> {
        let all = self.reach.files.iter().chain(&self.reach.extended);
        let section = section(self.namespace);
        // A file that defines it itself is right by itself: what extends from it is wrong.
        let files = all.filter(|file| !defines(file, section, name));
        let places = files.flat_map(|file| {
            let references = file.names().references.iter();
            references.filter(|found| self.is_it(found, name)).map(move |found| (*file, found))
        });
        let found: Vec<Finding> = places
            .map(|(file, reference)| {
                let place = place(file, reference);
                let message = self.message(reference.place, name);
                let near = only_near(name, known.iter().copied());
                let fix = match near {
                    Some(near) => renamed(file, reference, near),
                    None if self.namespace == Namespace::Volume => defined(file, name),
                    None => None,
                };
                self.finding(message, place, name, known).fix(fix)
            })
            .collect();
        if !found.is_empty() {
            return found;
        }
        let Some(place) = self.loading.service(service) else { return Vec::new() };
        let message = self.message(&format!("what `{service}` extends"), name);
        vec![self.finding(message, place, name, known)]
    }

    fn is_it(&self, reference: &Reference, name: &str) -> bool {
        reference.namespace == self.namespace
            && reference.name == name
            && !matches!(reference.form, Form::Definition | Form::InFile(_))
            && reference.place != "extends"
            && reference.place != "extends.service"
    }

    fn message(&self, by: &str, name: &str) -> String {
        let word = self.namespace.word();
        let by = if by.contains(' ') { by.to_owned() } else { format!("`{by}`") };
        format!(
            "{by} names the {word} `{name}`, which no file defines: docker compose refuses the project"
        )
    }

    fn finding(
        &self,
        message: String,
        place: Place,
        name: &str,
        known: &BTreeSet<&str>,
    ) -> Finding {
        let near = nearest(name, known.iter().copied());
        let section = section(self.namespace);
        let help = match near.first() {
            Some(near) => format!("did you mean `{near}`? Else define `{name}` under `{section}:`"),
            None if self.namespace == Namespace::Service => {
                "name a service that is there, or take the reference away".to_owned()
            }
            None if self.namespace == Namespace::Network => format!(
                "define `{name}` under the top-level `networks:`, with `external: true` where another project makes it"
            ),
            None => format!("define `{name}` under the top-level `{section}:`"),
        };
        // What another project's file defines may be merged in by a script.
        let is_sure = is_loaded_by_itself(self.loading)
            && !self.others().any(|file| defines(file, section, name));
        let severity = if is_sure { self.lint.severity } else { Severity::Warning };
        let finding = Finding { severity, ..self.lint.finding(message) };
        finding.at(place.path, place.span).help(help)
    }

    /// What services extend in their own file and is not there.
    fn bases(&self) -> Vec<Finding> {
        let each = self.reach.missing.iter().filter_map(|missing| {
            let What::ServiceOfSame { name, known } = &missing.what else { return None };
            let known = known.iter().map(String::as_str).collect();
            let message = format!(
                "`extends` names the service `{name}`, which this file does not define: docker compose refuses the project"
            );
            Some(self.finding(message, missing.place.clone(), name, &known))
        });
        each.collect()
    }
}

/// So many other folders with the same gap make a catalogue.
const CATALOGUE: usize = 2;

/// Tells whether a folder is another one or lies in it.
pub(super) fn is_within(path: &str, outer: &str) -> bool {
    outer.is_empty()
        || path == outer
        || path.strip_prefix(outer).is_some_and(|rest| rest.starts_with('/'))
}

/// Tells whether a file defines a thing.
pub(super) fn defines(file: &ComposeFile, section: &str, name: &str) -> bool {
    file.section(section).any(|entry| file.doc.is_value(entry.key, name))
}

fn place(file: &ComposeFile, reference: &Reference) -> Place {
    let part = file.doc.value_span(reference.node, reference.range.clone());
    let span = part.unwrap_or(file.doc.node(reference.node).span);
    Place { path: file.path.clone(), span }
}

/// The name that was meant in the place of the one that stands there.
fn renamed(file: &ComposeFile, reference: &Reference, near: &str) -> Option<Arc<Fix>> {
    let doc = &file.doc;
    let patch = match reference.form {
        Form::Key => rename_key(doc, reference.node, near),
        _ => {
            let part = [(reference.range.clone(), near.to_owned())];
            splice_scalar(doc, reference.node, &part)
        }
    };
    Fix::patch(format!("name `{near}`"), Applicability::Unsafe, &file.path, patch.ok()?)
}

/// The volume's definition where the file has none.
fn defined(file: &ComposeFile, name: &str) -> Option<Arc<Fix>> {
    let doc = &file.doc;
    let [root] = doc.roots() else { return None };
    let patch = match doc.get(*root, "volumes") {
        Some(section) if doc.is_null(section.value) => return None,
        Some(section) => add_entry(doc, section.value, name, &Written::Null),
        None => {
            let section = Written::Map(vec![(name.to_owned(), Written::Null)]);
            add_entry(doc, *root, "volumes", &section)
        }
    };
    let title = format!("define the volume `{name}`");
    Fix::patch(title, Applicability::Unsafe, &file.path, patch.ok()?)
}
