//! Whether a Compose file goes along with a rename: the chosen projects' own files, and those that
//! are laid over them by `-f`.

use crate::compose::discover::Project;
use crate::compose::model::{ComposeFile, folder};
use crate::compose::names::{Form, Namespace};
use crate::repo::workspace::Workspace;

/// How far a file's references go along with a rename.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// The file belongs to the project: all of its references mean the renamed thing.
    Own,
    /// The file of another project: only what reaches over projects does (containers, `extends`).
    Foreign {
        /// Whether that project has something of the old name itself.
        defines_old: bool,
    },
}

/// Adds the files that are laid over a chosen project's to its variants.
pub(in crate::transforms) fn adopt_overlays(
    projects: &mut [Project],
    old: &str,
    workspace: &Workspace,
) {
    let files = workspace.files.values();
    adopt(projects, old, workspace, &files.filter(|file| refers_to(file, old)).collect::<Vec<_>>());
}

/// Adds, to each of some projects on its own, the files that are laid over it.
pub(in crate::transforms) fn adopt_overlays_of_each(
    projects: &mut [Project],
    old: &str,
    workspace: &Workspace,
) {
    let files = workspace.files.values();
    let naming: Vec<&ComposeFile> = files.filter(|file| refers_to(file, old)).collect();
    for project in projects {
        adopt(std::slice::from_mut(project), old, workspace, &naming);
    }
}

/// Adds those of the files that name a service which are laid over the projects.
fn adopt(projects: &mut [Project], old: &str, workspace: &Workspace, naming: &[&ComposeFile]) {
    let is_chosen =
        |path: &str| projects.iter().flat_map(Project::all_files).any(|own| own == path);
    let overlays: Vec<&ComposeFile> = naming
        .iter()
        .copied()
        .filter(|file| !is_chosen(&file.path))
        .filter(|file| role(file, old, workspace, projects) == Role::Own)
        .collect();
    for file in overlays {
        let beside = projects.iter().position(|project| project.folder == folder(&file.path));
        if let Some(project) = projects.get_mut(beside.unwrap_or_default()) {
            project.variants.push(file.path.clone());
        }
    }
}

/// Tells the role of a file.
pub(super) fn role(
    file: &ComposeFile,
    old: &str,
    workspace: &Workspace,
    chosen: &[Project],
) -> Role {
    let holds = |project: &&Project| project.all_files().any(|path| path == file.path);
    if chosen.iter().any(|project| holds(&project)) {
        return Role::Own;
    }
    let home = || {
        let projects = workspace.projects.iter().filter(holds);
        let files = projects.flat_map(Project::all_files);
        files.filter_map(|path| workspace.files.get(path)).chain([file])
    };
    let bears = |file: &ComposeFile| {
        file.services().any(|service| file.container_name(service.body) == Some(old))
    };
    if home().any(|file| is_whole_in(file, old) || bears(file)) {
        return Role::Foreign { defines_old: true };
    }
    let is_chosen = |path: &str| chosen.iter().flat_map(Project::all_files).any(|own| own == path);
    let others = |folder_of: Option<&str>| {
        workspace.files.values().any(|other| {
            !is_chosen(&other.path)
                && is_whole_in(other, old)
                && folder_of.is_none_or(|here| folder(&other.path) == here)
        })
    };
    // Without another definition in the tree, the service that it names can only be ours; beside
    // our files, without another one there.
    let here = folder(&file.path);
    let is_beside = || {
        let mut own = workspace.files.values().filter(|other| is_chosen(&other.path));
        own.any(|other| folder(&other.path) == here && is_whole_in(other, old))
    };
    let names_it = refers_to(file, old);
    if names_it && (!others(None) || (is_beside() && !others(Some(here)))) {
        return Role::Own;
    }
    Role::Foreign { defines_old: names_it }
}

/// Whether a file defines a service wholly, not as an overlay of another file's.
pub(in crate::transforms) fn is_whole_in(file: &ComposeFile, service: &str) -> bool {
    file.service(service).is_some_and(|service| {
        let keys = ["image", "build", "extends", "provider"];
        keys.iter().any(|key| file.attribute(service.body, key).is_some())
    })
}

/// Whether a file names a service of its own namespace.
fn refers_to(file: &ComposeFile, service: &str) -> bool {
    file.names().references.iter().any(|reference| {
        reference.namespace == Namespace::Service
            && reference.name == service
            && !matches!(reference.form, Form::InFile(_))
    })
}

#[cfg(test)]
mod tests {
    use super::{Project, Role, Workspace, role};
    use crate::repo::load::Repo;
    use crate::text::source::SourceFile;

    /// The role of the last file, where the first is the chosen project's.
    fn last(tree: &[(&str, &str)], named: &[&str]) -> Role {
        let files = tree.iter().map(|(path, text)| SourceFile::new(*path, *text)).collect();
        let repo = Repo { files, ..Repo::default() };
        let named: Vec<String> = named.iter().map(|path| (*path).to_owned()).collect();
        let workspace = Workspace::new(&repo, &named);
        let is_first = |project: &&Project| project.all_files().any(|path| path == tree[0].0);
        let chosen: Vec<Project> = workspace.projects.iter().filter(is_first).cloned().collect();
        let file = &workspace.files[tree[tree.len() - 1].0];
        role(file, "db", &workspace, &chosen)
    }

    #[test]
    fn overlays_of_the_only_definition_go_along() {
        let base = ("compose.yaml", "services: {db: {image: x}}");
        let over = "services: {db: {ports: []}}";
        let uses = "services: {app: {image: y, depends_on: [db]}}";
        let whole = "services: {db: {image: z}}";
        let foreign = |defines_old| Role::Foreign { defines_old };
        for (tree, named, expected) in [
            (vec![base, (".devcontainer/compose.yaml", over)], vec![], Role::Own),
            (vec![base, ("ci/compose.yaml", uses)], vec![], Role::Own),
            (vec![base, ("other/compose.yaml", whole)], vec![], foreign(true)),
            (
                vec![base, ("other/compose.yaml", whole), ("ci/compose.yaml", over)],
                vec![],
                foreign(true),
            ),
            (vec![base, ("ci/compose.yaml", "services: {a: {image: y}}")], vec![], foreign(false)),
            (vec![base, ("compose.over.yaml", over)], vec!["compose.yaml"], Role::Own),
            (
                vec![base, ("compose.b.yaml", whole), ("compose.over.yaml", over)],
                vec!["compose.yaml"],
                foreign(true),
            ),
        ] {
            assert_eq!(last(&tree, &named), expected, "{tree:?}");
        }
    }
}
