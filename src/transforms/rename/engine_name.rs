//! The name that the engine knows a volume, network, secret or config by: it must stay when the key
//! changes, or what it holds stays behind.

use crate::compose::discover::Project;
use crate::compose::model::ComposeFile;
use crate::compose::names::Namespace;
use crate::compose::usage::Class;
use crate::diagnostics::Severity;
use crate::yaml::document::Entry;
use crate::yaml::patch::{self, Refusal, Value};

use super::options::Phase;
use super::{Renaming, finding};

impl Renaming<'_> {
    /// A volume is found by its engine name, and so is all that is external: under a new key it must
    /// keep the one that it has.
    pub(super) fn pinned_engine_name(&mut self, namespace: Namespace) {
        let section = match namespace {
            Namespace::Volume => "volumes",
            Namespace::Network => "networks",
            Namespace::Secret => "secrets",
            Namespace::Config => "configs",
            _ => return,
        };
        if !self.rename.covers(Phase::Compose) {
            return;
        }
        for project in self.projects {
            self.pin_in(project, namespace, section);
        }
    }

    /// Pins the name in a project's first file that defines the thing, and in each variant that
    /// does: a variant may be loaded without the others.
    fn pin_in(&mut self, project: &Project, namespace: Namespace, section: &str) {
        let (workspace, old) = (self.workspace, &self.rename.old);
        let definition = |path: &String| {
            let file = workspace.files.get(path)?;
            let named = |entry: &Entry| file.doc.value(entry.key).as_deref() == Some(old);
            let entry = file.section(section).find(named)?;
            Some((file, entry))
        };
        let own: Vec<(&ComposeFile, Entry)> = project.files.iter().filter_map(definition).collect();
        let variants = project.variants.iter().filter_map(definition);
        let all: Vec<(&ComposeFile, Entry)> = own.iter().copied().chain(variants.clone()).collect();
        // The files are merged: a name in any of them counts for all, also in `external: {name}`.
        let is_named = all.iter().any(|(file, entry)| {
            let external = file.attribute(entry.value, "external");
            file.attribute(entry.value, "name").is_some()
                || external.is_some_and(|(_, value)| file.doc.get(value.value, "name").is_some())
        });
        let is_external = all.iter().find_map(|(file, entry)| {
            let (_, external) = file.attribute(entry.value, "external")?;
            Some(file.doc.value(external.value).is_none_or(|value| value != "false"))
        });
        let engine_name = match is_external {
            _ if is_named => return,
            Some(true) => old.clone(),
            _ if namespace == Namespace::Volume => format!("${{COMPOSE_PROJECT_NAME}}_{old}"),
            _ => return,
        };
        for (file, entry) in own.first().copied().into_iter().chain(variants) {
            self.pin(file, entry, &engine_name);
        }
        if let Some((file, entry)) = all.first()
            && is_external != Some(true)
        {
            let reason = "the volume keeps its engine name, so that it keeps its data; docker compose 2 sets COMPOSE_PROJECT_NAME by itself, with docker-compose 1 set it in .env".to_owned();
            let refusal = Refusal { span: file.doc.node(entry.key).span, reason };
            let said = finding("volume-name-pinned", Severity::Info, &file.path, &refusal);
            self.draft.plan.findings.push(said);
        }
    }

    /// Gives a thing's definition in one file the name that the engine knows it by.
    fn pin(&mut self, file: &ComposeFile, entry: Entry, engine_name: &str) {
        if file.doc.resolve(entry.value) != entry.value || file.doc.is_shared(entry.value) {
            let reason = "it shares its settings with others through an anchor, so it can't be given the engine name that it must keep; write them out first".to_owned();
            let span = file.doc.node(entry.key).span;
            self.draft.refuse(&file.path, &Refusal { span, reason });
            return;
        }
        let name = Value::String(engine_name.to_owned());
        let patch = if file.doc.entries(entry.value).is_empty() {
            let pair = vec![("name".to_owned(), name)];
            patch::replace_value(&file.doc, entry.value, &Value::Map(pair))
        } else {
            patch::add_entry(&file.doc, entry.value, "name", &name)
        };
        let reason = "the name that the engine knows it by";
        match patch {
            Ok(patch) => self.draft.added(&file.path, patch, Class::Volume, reason),
            Err(refusal) => self.draft.refuse(&file.path, &refusal),
        }
    }
}
