//! Where a Compose file's form lets nothing be added safely.

use crate::compose::discover::{Project, extends};
use crate::compose::model::ComposeFile;
use crate::compose::value::Value as Loaded;
use crate::diagnostics::Finding;
use crate::repo::workspace::Workspace;
use crate::text::span::Span;
use crate::yaml::document::{Kind, NodeId, Style};

/// Gives what is in the way of a new service and new secrets in a file.
pub(super) fn of_file(file: &ComposeFile) -> Option<Finding> {
    let doc = &file.doc;
    let refused = |span: Span, reason: &str| {
        let message = format!("the provisioner's service can't be added here: {reason}");
        let help = "mend that, or write the service by hand, and run it again";
        Some(Finding::error("unsafe-change", message).at(&*file.path, span).help(help))
    };
    if let Some(error) = file.errors.first() {
        return refused(error.span, &error.message);
    }
    let &[root] = doc.roots() else {
        return refused(Span::empty(0), "the file has several documents");
    };
    for section in ["services", "secrets"] {
        let Some(entry) = doc.get(root, section) else { continue };
        let span = doc.node(entry.key).span;
        if section == "secrets" && doc.is_null(entry.value) {
            continue;
        }
        match &doc.node(entry.value).kind {
            _ if doc.is_shared(entry.value) => {
                return refused(
                    span,
                    &format!("`{section}` is behind an anchor that is used elsewhere"),
                );
            }
            Kind::Mapping { style: Style::Block, .. } => {}
            Kind::Mapping { style: Style::Flow, .. } => {
                return refused(
                    span,
                    &format!("`{section}` is written in braces, on one line or as JSON"),
                );
            }
            _ => return refused(span, &format!("`{section}` is no mapping of its own")),
        }
    }
    if doc.get(root, "services").is_none() {
        return refused(Span::empty(0), "the file has no `services`");
    }
    None
}

/// Gives the file in which the dashboard's service can be added to, or what is in the way; with help
/// only where the ordinary one does not fit.
pub(super) fn of_dashboard<'w>(
    name: &str,
    body: &Loaded,
    project: &Project,
    workspace: &'w Workspace,
) -> Result<&'w ComposeFile, Finding> {
    let by_hand = |reason: String| {
        let message = format!("`{name}` is not given its token: {reason}");
        Finding::warning("dashboard-by-hand", message)
    };
    let files = || project.all_files().filter_map(|path| workspace.files.get(path));
    let is_loaded = |file: &&ComposeFile| project.loaded.contains(&file.path);
    let defines = |file: &&ComposeFile| file.service(name).is_some();
    let Some(file) = files().filter(is_loaded).find(defines) else {
        let reason = "it is defined in a file that another one includes".to_owned();
        return Err(by_hand(reason).in_file(&*project.main));
    };
    let Some(service) = file.service(name) else {
        return Err(by_hand("it is not there".to_owned()).in_file(&*file.path));
    };
    let doc = &file.doc;
    let at = |node: NodeId, reason: &str| {
        Err(by_hand(reason.to_owned()).at(&*file.path, doc.node(node).span))
    };
    if let Some(mode) = body.text_of("network_mode") {
        let reason = format!("with the network_mode `{mode}` it reaches no service by its name");
        let help = "publish the provisioner's port on 127.0.0.1 and give the dashboard that address and its token by hand, or give it a network";
        return at(service.key, &reason).map_err(|finding| finding.help(help));
    }
    if !file.is_sound() {
        return at(service.key, "the file is no whole YAML");
    }
    let is_block = |node| matches!(doc.node(node).kind, Kind::Mapping { style: Style::Block, .. });
    if !is_block(service.body) {
        return at(service.key, "it is written in braces or behind an alias");
    }
    if doc.is_shared(service.body) {
        return at(service.key, "other services are written by its anchor");
    }
    let mut others = files().flat_map(|file| file.services().map(move |one| (file, one)));
    let extender = others.find(|(other, one)| {
        extends(other, one.body).is_some_and(|(_, base)| base == name) && one.name != name
    });
    if let Some((_, extender)) = extender {
        return at(service.key, &format!("the service `{}` extends it", extender.name));
    }
    for key in ["environment", "secrets"] {
        let Some(entry) = doc.get(service.body, key) else {
            if let Some((_, merged)) = file.attribute(service.body, key) {
                return at(merged.key, &format!("its `{key}` is merged from elsewhere"));
            }
            continue;
        };
        let is_own = match &doc.node(entry.value).kind {
            Kind::Mapping { .. } => key == "environment",
            Kind::Sequence { .. } => true,
            _ => {
                doc.is_null(entry.value)
                    && !matches!(doc.node(entry.value).kind, Kind::Alias { .. })
            }
        };
        if !is_own || doc.is_shared(entry.value) {
            return at(entry.key, &format!("its `{key}` is behind an anchor or an alias"));
        }
    }
    Ok(file)
}
