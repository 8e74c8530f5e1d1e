//! `graph`: who reaches whom in the projects that the global flags choose.

use crate::compose::effective::Effective;
use crate::compose::graph::{Part, graph};
use crate::diagnostics::Finding;
use crate::repo::load::Repo;
use crate::repo::models::Tree;
use crate::repo::workspace::Workspace;
use crate::report::graph::{MOST_MERMAID_EDGES, dot, json, mermaid, svg};
use crate::report::human;

use super::args::Format;
use super::change::{fail, told};
use super::{Exit, Globals, Io, complain, formats, print};

/// The formats of a graph.
const FORMATS: [Format; 4] = [Format::Mermaid, Format::Dot, Format::Json, Format::Svg];

/// Reads the tree and prints the graph.
pub(super) fn run(globals: &Globals, io: &mut Io) -> Exit {
    if let Err(finding) = formats::check(globals.format, &FORMATS) {
        return fail(&[finding], &Repo::default(), globals, io);
    }
    // An `env_file` may have any name, so that every text is read.
    let repo = match globals.load(Vec::new()) {
        Ok(repo) => repo,
        Err(error) => return fail(&error.findings, &error.repo, globals, io),
    };
    let workspace = Workspace::new(&repo, &globals.files);
    let projects = match globals.wish().projects(&workspace) {
        Ok(projects) => projects,
        Err(error) => return fail(&told(&error, &repo), &repo, globals, io),
    };
    let tree = Tree::before(&repo, &workspace);
    let models: Vec<Effective> = projects.iter().map(|project| tree.model(project)).collect();
    let parts: Vec<Part<'_>> =
        projects.iter().zip(&models).map(|(project, model)| Part { project, model }).collect();
    let graph = graph(&parts, &tree);
    let text = match globals.format {
        Some(Format::Dot) => dot(&graph),
        Some(Format::Json) => json(&graph, &repo),
        Some(Format::Svg) => svg(&graph),
        _ => mermaid(&graph),
    };
    let printed = print(io, &text);
    let is_part =
        |path: &str| projects.iter().any(|project| project.files.iter().any(|file| file == path));
    let broken = workspace
        .findings
        .iter()
        .filter(|finding| finding.place.as_ref().is_some_and(|place| is_part(&place.path)));
    let mut findings: Vec<Finding> = broken.cloned().collect();
    if matches!(globals.format, None | Some(Format::Mermaid))
        && graph.edges.len() > MOST_MERMAID_EDGES
    {
        let message = format!(
            "the graph has {} edges, and Mermaid draws at most {MOST_MERMAID_EDGES}",
            graph.edges.len()
        );
        let finding = Finding::warning("graph-too-large", message);
        findings.push(finding.help("choose one project, or take --format svg or dot"));
    }
    complain(io, &human::findings(&findings, &repo, globals.look));
    printed
}
