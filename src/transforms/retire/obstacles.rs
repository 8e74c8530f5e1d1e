//! What is in the way of a retirement: files that still name the alias, and images that reach for it
//! without a word in any file.
//!
//! What surely means the service is always in the way. What may mean it is so unless the person says
//! otherwise. What only people read never is.

use std::collections::{BTreeMap, BTreeSet};

use crate::compose::default_host::default_hosts;
use crate::compose::discover::Project;
use crate::compose::value::Origin;
use crate::diagnostics::{Finding, Severity};
use crate::repo::load::Repo;
use crate::repo::workspace::Workspace;
use crate::text::span::Span;
use crate::transforms::draft::Draft;
use crate::transforms::plan::{LeftMention, PlanError};
use crate::transforms::rename::uses::{Standing, uses};
use crate::transforms::retire::Bearer;
use crate::transforms::retire::bearers::{self, Bearing, Stand};
use crate::transforms::retire::options::{Heed, Retire};

/// Tells a draft what is in its way, and of every mention that stays.
pub(super) fn find(
    retire: &Retire,
    chosen: &[Bearer],
    repo: &Repo,
    workspace: &Workspace,
    draft: &mut Draft<'_>,
) -> Result<(), PlanError> {
    let mut survey = Survey { retire, workspace, draft };
    let mut reaching: BTreeMap<&str, Vec<Project>> = BTreeMap::new();
    for bearer in chosen {
        if survey.is_needed(bearer) {
            reaching.entry(&bearer.service).or_default().push(bearer.project.clone());
            survey.baked_in(bearer);
        }
    }
    let aliases = aliases(chosen, workspace);
    let own = own_meanings(&retire.name, chosen, workspace);
    let mut known = BTreeSet::new();
    for (service, projects) in reaching {
        let found = uses(&retire.name, service, repo, workspace, &projects)?;
        for error in found.errors {
            survey.draft.block(error);
        }
        let (mut sure, mut possible) = (0, 0);
        for (mut mention, standing) in found.mentions {
            let place = (mention.path.clone(), mention.span);
            if is_in(&aliases, &mention) || !known.insert(place) {
                continue;
            }
            let standing = if is_in(&own, &mention) { Standing::Harmless } else { standing };
            match standing {
                Standing::Use => {
                    sure += 1;
                    mention.reason = format!("in use: {}", mention.reason);
                }
                Standing::Possible => {
                    possible += 1;
                    mention.reason = format!("perhaps in use: {}", mention.reason);
                }
                Standing::Harmless => {}
            }
            survey.draft.plan.left.push(mention);
        }
        survey.conclude(service, sure, possible);
    }
    Ok(())
}

/// Where the alias itself stands.
fn aliases(chosen: &[Bearer], workspace: &Workspace) -> Vec<(String, Span)> {
    let bearings = chosen.iter().flat_map(|bearer| &bearer.bearings);
    let place = |at: &Bearing| {
        let file = workspace.files.get(&at.path)?;
        Some((at.path.clone(), file.doc.node(at.node).span))
    };
    bearings.filter_map(place).collect()
}

/// Bodies of services for which the name is what they themselves say.
fn own_meanings(name: &str, chosen: &[Bearer], workspace: &Workspace) -> Vec<(String, Span)> {
    let mut found = Vec::new();
    for bearer in chosen {
        for service in bearers::own_meanings(&bearer.models, name) {
            for path in bearer.project.all_files() {
                let Some(file) = workspace.files.get(path) else { continue };
                let Some(service) = file.service(service) else { continue };
                found.push((path.to_owned(), file.doc.node(service.body).span));
            }
        }
    }
    found
}

/// Whether a mention stands in one of some places.
fn is_in(places: &[(String, Span)], mention: &LeftMention) -> bool {
    places.iter().any(|(path, span)| *path == mention.path && span.contains(mention.span))
}

/// What is told to a draft.
struct Survey<'s, 'd> {
    retire: &'s Retire,
    workspace: &'s Workspace,
    draft: &'s mut Draft<'d>,
}

impl Survey<'_, '_> {
    /// Whether the alias is what brings clients to the service; says what else does.
    fn is_needed(&mut self, bearer: &Bearer) -> bool {
        let name = &self.retire.name;
        match bearers::stand_in(&bearer.models, &bearer.bearings, name) {
            Stand::Nobody => true,
            Stand::Everywhere(other) => {
                let message = format!(
                    "service `{other}` answers to `{name}` by a name of its own, on the same networks: no client loses it"
                );
                self.draft.plan.findings.push(Finding::info("still-answers", message));
                false
            }
            Stand::Partly(other) => {
                let message = format!(
                    "service `{other}` answers to `{name}` too, but not on each network where `{}` does: which of them a client means can't be told",
                    bearer.service
                );
                let finding = Finding::warning("alias-collision", message);
                self.doubt(finding.help("name the one that is meant by a name of its own"));
                false
            }
        }
    }

    /// Tells of services whose image reaches for the name by itself.
    fn baked_in(&mut self, bearer: &Bearer) {
        let name = &self.retire.name;
        let borne: BTreeSet<&str> =
            bearer.bearings.iter().map(|one| one.network.as_str()).collect();
        let mut told = BTreeSet::from([bearer.service.as_str()]);
        for model in &bearer.models {
            for (service, body) in &model.services {
                let image = body.text_of("image").unwrap_or_default();
                let reaches = default_hosts(image).any(|known| {
                    let mut variables = known.variables.iter();
                    known.host == name
                        && variables.all(|variable| model.variable(service, variable).is_none())
                });
                let is_near = !bearers::networks(body).is_disjoint(&borne);
                if !reaches || !is_near || !told.insert(service) {
                    continue;
                }
                let message = format!(
                    "the image of service `{service}` reaches for `{name}` by itself, and nothing here names it another host: without the alias it loses its server"
                );
                let help = format!("name the host in the settings of `{service}`");
                let finding = Finding::warning("baked-in-host", message).help(help);
                let origin = body.get("image").and_then(|image| image.origin.as_ref());
                self.doubt(match self.place(origin) {
                    Some((path, span)) => finding.at(path, span),
                    None => finding,
                });
            }
        }
    }

    fn place(&self, origin: Option<&Origin>) -> Option<(String, Span)> {
        let Origin::Compose { path, node, .. } = origin? else { return None };
        let file = self.workspace.files.get(&**path)?;
        Some((path.to_string(), file.doc.node(*node).span))
    }

    /// Says what may be in the way: it is, unless the person says otherwise.
    fn doubt(&mut self, finding: Finding) {
        if self.retire.heed == Heed::Sure {
            self.draft.plan.findings.push(finding);
            return;
        }
        let help = finding.help.map(|help| format!("{help}; ")).unwrap_or_default();
        let help = format!("{help}where it is no use, --only-certain goes on without");
        self.draft.block(Finding { severity: Severity::Error, help: Some(help), ..finding });
    }

    /// Refuses where mentions are in the way, with the way out.
    fn conclude(&mut self, service: &str, sure: usize, possible: usize) {
        let name = &self.retire.name;
        let places =
            |number: usize| format!("{number} {}", if number == 1 { "place" } else { "places" });
        if sure > 0 {
            let message = format!(
                "`{name}` is in use in {}, and nothing answers to it without the alias",
                places(sure)
            );
            let files: String =
                self.retire.files.iter().map(|path| format!("-f {path} ")).collect();
            let help = format!(
                "`composemod {files}rename {name} {service} --write` gives them the service's name; then deploy, and retire the alias"
            );
            self.draft.block(Finding::error("name-in-use", message).help(help));
        }
        if possible > 0 {
            let message = format!(
                "`{name}` may be in use in {}: whether it means the service can't be told from the text",
                places(possible)
            );
            self.doubt(Finding::warning("name-in-use", message).help("look at each"));
        }
    }
}
