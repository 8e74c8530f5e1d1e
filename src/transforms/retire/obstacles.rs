//! What is in the way of a retirement: files that still name the alias, and images that reach for it
//! without a word in any file.
//!
//! What surely means the service is always in the way. What may mean it is so unless the person says
//! otherwise. What only people read never is.

use std::collections::{BTreeMap, BTreeSet};

use crate::compose::default_host::default_hosts;
use crate::compose::discover::Project;
use crate::compose::effective::Effective;
use crate::compose::usage::Class;
use crate::compose::value::Origin;
use crate::diagnostics::{Finding, Severity};
use crate::repo::load::Repo;
use crate::repo::models::Tree;
use crate::repo::workspace::Workspace;
use crate::text::span::Span;
use crate::transforms::draft::Draft;
use crate::transforms::plan::{LeftMention, PlanError};
use crate::transforms::rename::uses::{Standing, Uses, uses};
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
    let mut survey = Survey { retire, workspace, draft, told: BTreeSet::new() };
    let mut reaching: BTreeMap<&str, Vec<Project>> = BTreeMap::new();
    for bearer in chosen {
        if survey.is_needed(bearer) {
            reaching.entry(&bearer.service).or_default().push(bearer.project.clone());
            survey.baked_in(bearer);
        }
    }
    let places = Places {
        aliases: aliases(chosen, workspace),
        own: chosen
            .iter()
            .flat_map(|one| own_meanings(&retire.name, &one.project, &one.models, workspace))
            .collect(),
    };
    for (service, projects) in reaching {
        let found = uses(&retire.name, service, repo, workspace, &projects)?;
        let count = survey.mentions(found, &places);
        survey.refuse(service, &count);
    }
    Ok(())
}

/// Tells a draft of what still names an alias that is gone.
pub(super) fn left_behind(
    retire: &Retire,
    service: &str,
    projects: &[Project],
    repo: &Repo,
    workspace: &Workspace,
    draft: &mut Draft<'_>,
) -> Result<(), PlanError> {
    let mut survey = Survey { retire, workspace, draft, told: BTreeSet::new() };
    let mut found = uses(&retire.name, service, repo, workspace, projects)?;
    found.errors.clear();
    let tree = Tree::before(repo, workspace);
    let own = projects.iter().flat_map(|project| {
        own_meanings(&retire.name, project, &bearers::models(&tree, project), workspace)
    });
    let places = Places { aliases: Vec::new(), own: own.collect() };
    let count = survey.mentions(found, &places);
    survey.warn(service, &count);
    Ok(())
}

/// Places at which the name stands without being a use.
#[derive(Debug)]
struct Places {
    /// Where the alias itself stands.
    aliases: Vec<(String, Span)>,
    /// Services for which the name is what they themselves say.
    own: Vec<(String, Span)>,
}

/// How many mentions are in the way.
#[derive(Debug, Default)]
struct Count {
    /// Those that lead to the alias.
    hosts: usize,
    /// Those that name the service or its container otherwise.
    names: usize,
    /// Those that may be of either sort.
    possible: usize,
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

/// Bodies of a project's services for which the name is what they themselves say.
fn own_meanings(
    name: &str,
    project: &Project,
    models: &[Effective],
    workspace: &Workspace,
) -> Vec<(String, Span)> {
    let mut found = Vec::new();
    for service in bearers::own_meanings(models, name) {
        for path in project.all_files() {
            let Some(file) = workspace.files.get(path) else { continue };
            let Some(service) = file.service(service) else { continue };
            found.push((path.to_owned(), file.doc.node(service.body).span));
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
    /// Mentions that were told of.
    told: BTreeSet<(String, Span)>,
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

    /// Refuses for services whose image reaches for the name by itself. Where it is to go all the
    /// same, the hazard of that name tells of them.
    fn baked_in(&mut self, bearer: &Bearer) {
        if self.retire.heed == Heed::Sure {
            return;
        }
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

    /// Tells of every mention, and counts what is in the way.
    fn mentions(&mut self, found: Uses, places: &Places) -> Count {
        for error in found.errors {
            self.draft.block(error);
        }
        let mut count = Count::default();
        for (mut mention, standing) in found.mentions {
            let place = (mention.path.clone(), mention.span);
            if is_in(&places.aliases, &mention) || !self.told.insert(place) {
                continue;
            }
            match standing {
                Standing::Harmless => {}
                _ if is_in(&places.own, &mention) => {
                    let own = "the service gives the name by a link or a host of its own";
                    mention.reason = format!("{own}: {}", mention.reason);
                }
                Standing::Use => {
                    let is_host =
                        matches!(mention.class, Class::Host | Class::HostSetting | Class::Literal);
                    *(if is_host { &mut count.hosts } else { &mut count.names }) += 1;
                    mention.reason = format!("in use: {}", mention.reason);
                }
                Standing::Possible => {
                    count.possible += 1;
                    mention.reason = format!("perhaps in use: {}", mention.reason);
                }
            }
            self.draft.plan.left.push(mention);
        }
        count
    }

    /// Refuses where mentions are in the way, with the way out.
    fn refuse(&mut self, service: &str, count: &Count) {
        let name = &self.retire.name;
        if let Some(message) = self.uses(count, "would answer without the alias") {
            let rename = self.rename(service);
            let help = format!(
                "`composemod {rename} --write` writes the service's name there; then deploy, and retire the alias"
            );
            self.draft.block(Finding::error("name-in-use", message).help(help));
        }
        if count.possible > 0 {
            let message = format!(
                "`{name}` may be in use: {} where the text does not tell what it means",
                times(count.possible)
            );
            self.doubt(Finding::warning("name-in-use", message).help("look at each"));
        }
    }

    /// Warns of mentions that lead nowhere.
    fn warn(&mut self, service: &str, count: &Count) {
        if let Some(message) = self.uses(count, "answers") {
            let rename = self.rename(service);
            let help = format!(
                "`composemod {rename} --no-keep-alias --write` writes the service's name there"
            );
            self.draft.plan.findings.push(Finding::warning("name-in-use", message).help(help));
        }
    }

    fn rename(&self, service: &str) -> String {
        let files: String = self.retire.files.iter().map(|path| format!("-f {path} ")).collect();
        format!("{files}rename {} {service}", self.retire.name)
    }

    /// Says how a name is in use, if it is.
    fn uses(&self, count: &Count, answers: &str) -> Option<String> {
        let hosts = (count.hosts > 0)
            .then(|| format!("{} as a host, where nothing {answers}", times(count.hosts)));
        let names = (count.names > 0).then(|| {
            format!(
                "{} as the name of a service or container, which none bears",
                times(count.names)
            )
        });
        let parts: Vec<String> = hosts.into_iter().chain(names).collect();
        let is_used = !parts.is_empty();
        is_used.then(|| format!("`{}` is in use: {}", self.retire.name, parts.join("; ")))
    }
}

fn times(number: usize) -> String {
    if number == 1 { "once".to_owned() } else { format!("{number} times") }
}
