//! What a hazard sees: one project, or one file in its place or on top of it, before and after a
//! plan, with the steps that are about it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::network::Other;
use crate::compose::call::{docker_compose, quoted};
use crate::compose::discover::Project;
use crate::compose::effective::Effective;
use crate::compose::names::Namespace;
use crate::compose::network;
use crate::compose::store::is_within;
use crate::compose::value::{Value, ValueKind};
use crate::diagnostics::Place;
use crate::transforms::intent::{Intent, RenameIntent, RetireIntent, SuperuserIntent};
use crate::transforms::plan::Plan;
use crate::transforms::situation::{Models, Situation};

/// One way of loading a project, before and after a plan.
pub(super) struct View<'a> {
    pub(super) plan: &'a Plan,
    pub(super) situation: &'a Situation<'a>,
    pub(super) project: &'a Project,
    pub(super) before: Cow<'a, Effective>,
    pub(super) after: Cow<'a, Effective>,
    /// All projects of the tree.
    pub(super) others: &'a [Other<'a>],
    /// The files that docker compose is given.
    loaded: Vec<&'a str>,
    /// The file that a person knows it by.
    main: &'a str,
}

/// A service that bears another name after the plan.
pub(super) struct Renamed<'v> {
    pub(super) intent: &'v RenameIntent,
    pub(super) old: &'v str,
    pub(super) new: &'v str,
    pub(super) before: &'v Value,
    pub(super) after: &'v Value,
}

/// A service that bears a name that a rename gave it.
pub(super) struct Borne<'v> {
    pub(super) intent: &'v RenameIntent,
    /// The service's name after the plan.
    pub(super) name: &'v str,
    /// Its name before the plan.
    pub(super) key: &'v str,
    pub(super) after: &'v Value,
}

/// A database server that is given another superuser by the plan.
pub(super) struct Server<'v> {
    pub(super) intent: &'v SuperuserIntent,
    /// The service's name before the plan.
    pub(super) key: &'v str,
    pub(super) before: &'v Value,
    pub(super) after: &'v Value,
    /// The environment of its container before the plan.
    pub(super) environment: &'v BTreeMap<String, Value>,
    /// The environment afterwards.
    pub(super) given: &'v BTreeMap<String, Value>,
}

/// Gives the views of all projects that a plan is about, those of one project together.
pub(super) fn views<'a>(
    plan: &'a Plan,
    situation: &'a Situation<'a>,
    others: &'a [Other<'a>],
) -> Vec<View<'a>> {
    situation.models.iter().map(|models| View::new(plan, situation, others, models)).collect()
}

impl<'a> View<'a> {
    fn new(
        plan: &'a Plan,
        situation: &'a Situation<'a>,
        others: &'a [Other<'a>],
        models: &'a Models,
    ) -> Self {
        let project = &models.project;
        let own = || project.loaded.iter().map(String::as_str);
        let mut view = Self {
            plan,
            situation,
            project,
            before: Cow::Borrowed(&models.before),
            after: Cow::Borrowed(&models.after),
            others,
            loaded: models.variant.as_deref().map_or_else(|| own().collect(), |path| vec![path]),
            main: models.main(),
        };
        if models.variant.is_some() && view.is_overlay() {
            view.loaded = own().chain(view.loaded).collect();
            let loaded: Vec<String> = view.loaded.iter().map(|path| (*path).to_owned()).collect();
            let load = |tree| Cow::Owned(Effective::load(&loaded, &project.folder, tree));
            view.before = load(&situation.before);
            view.after = load(&situation.after);
        }
        view
    }

    /// A file whose services don't say what they run is loaded on top of others.
    fn is_overlay(&self) -> bool {
        let is_whole = |service: &Value| {
            ["image", "build", "provider"].iter().any(|key| service.get(key).is_some())
        };
        self.before.services.values().any(|service| !is_whole(service))
    }

    /// Gives the file that a person knows it by.
    pub(super) fn main(&self) -> &'a str {
        self.main
    }

    /// Tells whether two views are of one project.
    pub(super) fn is_beside(&self, other: &Self) -> bool {
        is_same(self.project, other.project)
    }

    /// The steps that are about this project.
    pub(super) fn intents(&self) -> impl Iterator<Item = &'a Intent> {
        let project = self.project;
        let is_about =
            move |intent: &&Intent| intent.projects().iter().any(|other| is_same(other, project));
        self.plan.intents.iter().filter(is_about)
    }

    /// The renames in one namespace that this project's files show as made by the plan.
    pub(super) fn renames(&self, namespace: Namespace) -> impl Iterator<Item = &'a RenameIntent> {
        self.intents().filter_map(move |intent| match intent {
            Intent::Rename(rename) if rename.namespace == namespace && !rename.is_made => {
                Some(rename)
            }
            _ => None,
        })
    }

    /// Services whose key changes.
    pub(super) fn renamed(&self) -> Vec<Renamed<'_>> {
        self.renames(Namespace::Service)
            .filter(|rename| !self.after.services.contains_key(&rename.old))
            .filter_map(|rename| {
                Some(Renamed {
                    intent: rename,
                    old: &rename.old,
                    new: &rename.new,
                    before: self.before.services.get(&rename.old)?,
                    after: self.after.services.get(&rename.new)?,
                })
            })
            .collect()
    }

    /// The project's other files that are loaded by `-f`, each as it is alone before the plan.
    pub(super) fn siblings(&self) -> impl Iterator<Item = (&'a str, &'a Effective)> {
        let models = self.situation.models.iter();
        let own = models.filter(|models| is_same(&models.project, self.project));
        own.filter_map(|models| Some((models.variant.as_deref()?, &models.before)))
    }

    /// Tells whether a service only does something once: others wait for its end.
    pub(super) fn is_job(&self, service: &str) -> bool {
        self.before.services.values().any(|other| {
            let waits = other.at(&["depends_on", service, "condition"]).and_then(Value::text);
            waits == Some("service_completed_successfully")
        })
    }

    /// Services that bear a new name after the plan, also where the rename was made before it.
    pub(super) fn borne(&self) -> impl Iterator<Item = Borne<'_>> {
        self.intents().flat_map(move |intent| {
            let Intent::Rename(rename) = intent else { return Vec::new() };
            let services = self.after.services.iter();
            let is_it = |(name, after): &(&String, &Value)| match rename.namespace {
                Namespace::Service => **name == rename.new,
                Namespace::Container => after.text_of("container_name") == Some(&rename.new),
                _ => false,
            };
            let borne = services.filter(is_it).map(|(name, after)| {
                let key = match rename.namespace == Namespace::Service {
                    true if self.before.services.contains_key(&rename.old) => &rename.old,
                    _ => name,
                };
                Borne { intent: rename, name, key, after }
            });
            borne.collect()
        })
    }

    /// Database servers that are given another superuser.
    pub(super) fn servers(&self) -> impl Iterator<Item = Server<'_>> {
        self.intents().filter_map(|intent| {
            let Intent::Superuser(superuser) = intent else { return None };
            let name = superuser.service.as_str();
            // The service may get this name by the same plan.
            let renamed = self.renames(Namespace::Service).find(|rename| rename.new == name);
            let key = renamed.map_or(name, |rename| &rename.old);
            let server = Server {
                intent: superuser,
                key,
                before: self.before.services.get(key)?,
                after: self.after.services.get(name)?,
                environment: self.before.environments.get(key)?,
                given: self.after.environments.get(name)?,
            };
            (server.environment != server.given).then_some(server)
        })
    }

    /// Aliases that go, each with its service before and after.
    pub(super) fn retired(&self) -> impl Iterator<Item = (&'a RetireIntent, &Value, &Value)> {
        self.intents().filter_map(|intent| {
            let Intent::Retire(retire) = intent else { return None };
            let before = self.before.services.get(&retire.service)?;
            Some((retire, before, self.after.services.get(&retire.service)?))
        })
    }

    /// Tells whether a file, or one in a folder, mentions what is renamed as a host or the like.
    pub(super) fn is_mentioned_in(&self, path: &str) -> bool {
        let is_there = |other: &str| is_within(other, path);
        let edited = self.plan.edits.iter().filter(|edit| edit.class.refers());
        let left = self.plan.left.iter().filter(|left| left.class.refers());
        edited.map(|edit| &edit.path).chain(left.map(|left| &left.path)).any(|path| is_there(path))
    }

    /// Where a service's key stands before the plan.
    pub(super) fn service(&self, name: &str) -> Option<Place> {
        self.definition("services", name)
    }

    /// Where the key of a thing stands before the plan, in the first file that has it.
    pub(super) fn definition(&self, section: &str, name: &str) -> Option<Place> {
        let loaded = self.loaded.iter().copied();
        let included = self.project.files.iter().map(String::as_str);
        self.situation.before.definition(loaded.chain(included), section, name)
    }

    /// Where a value stands that is of the model before the plan: one of the model afterwards has
    /// its place in another text.
    pub(super) fn place(&self, value: &Value) -> Option<Place> {
        self.situation.before.place(value)
    }

    /// The name by which the engine knows a volume or network, where the files tell it.
    pub(super) fn engine_name(
        &self,
        model: &Effective,
        section: &str,
        key: &str,
    ) -> Option<String> {
        network::engine_name(model, self.project, section, key)
    }

    /// The commands that take a service's container away, with the file that still has it.
    pub(super) fn removal(&self, service: &str) -> String {
        removal(&self.docker_compose(), service)
    }

    /// The commands that put a service's new container in the old one's place.
    pub(super) fn replacement(&self, old: &str, new: &str) -> String {
        let compose = self.docker_compose();
        replacement(&compose, &compose, old, new)
    }

    /// The start of a command on this project, to be run at the root: `docker compose -f a.yml`.
    pub(super) fn docker_compose(&self) -> String {
        docker_compose(&self.project.folder, &self.loaded)
    }
}

/// The commands that take a service's container away. `compose` is the start of a command on the
/// project, with the file that still has the service.
fn removal(compose: &str, service: &str) -> String {
    let service = quoted(service);
    format!("`{compose} stop -t 120 {service} && {compose} rm -f {service}`")
}

/// The commands that put a service's new container in the old one's place. `before` and `after`
/// start a command on the project with its old and its new files.
pub(crate) fn replacement(before: &str, after: &str, old: &str, new: &str) -> String {
    format!(
        "{}, then check that `{before} ps -a {}` lists none; with the new file: `{after} up -d {}`",
        removal(before, old),
        quoted(old),
        quoted(new),
    )
}

fn is_same(a: &Project, b: &Project) -> bool {
    (&a.folder, &a.main) == (&b.folder, &b.main)
}

/// Tells whether some text in a value is as asked, keys aside.
pub(crate) fn any_text(value: &Value, is_it: &dyn Fn(&str) -> bool) -> bool {
    match &value.kind {
        ValueKind::Scalar(text) => is_it(text),
        ValueKind::List(items) => items.iter().any(|item| any_text(item, is_it)),
        ValueKind::Map(entries) => entries.values().any(|value| any_text(value, is_it)),
        ValueKind::Null => false,
    }
}
