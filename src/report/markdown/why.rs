//! What a change is for, from what it intends.

use crate::compose::names::Namespace;
use crate::report::attention::count;
use crate::report::markdown::text::{code, codes};
use crate::transforms::intent::{
    Intent, RenameIntent, RetireIntent, ScaffoldIntent, SuperuserIntent,
};

/// Dependents that are named.
const NAMED: usize = 8;

/// Says in a paragraph what a step is for; `dependents` are the services that reach what it changes.
pub(super) fn why(intent: &Intent, dependents: &[&str]) -> String {
    match intent {
        Intent::Rename(rename) => rename_text(rename, dependents),
        Intent::Superuser(superuser) => superuser_text(superuser),
        Intent::Retire(retire) => retire_text(retire),
        Intent::Scaffold(scaffold) => scaffold_text(scaffold),
    }
}

fn scaffold_text(scaffold: &ScaffoldIntent) -> String {
    let ScaffoldIntent { service, server, dashboard, .. } = scaffold;
    let (service, server, dashboard) = (code(service), code(server), code(dashboard));
    format!(
        "{dashboard} gets its databases on {server} from a service of their own, {service}. That one alone \
         knows the superuser's password; {dashboard} holds a token that makes databases and does \
         nothing else."
    )
}

fn rename_text(rename: &RenameIntent, dependents: &[&str]) -> String {
    let (old, new) = (code(&rename.old), code(&rename.new));
    let thing = rename.namespace.word();
    if rename.is_made {
        return format!(
            "The {thing} {old} is called {new} already; what still says the old name follows."
        );
    }
    let mut text = format!("The {thing} {old} gets the name {new}.");
    if rename.namespace == Namespace::Service && !dependents.is_empty() {
        let number = count(dependents.len(), "service");
        let reach = if dependents.len() == 1 { "reaches" } else { "reach" };
        let names = codes(dependents.iter().copied(), NAMED);
        text = format!("{number} {reach} {old}: {names}. {text}");
    }
    if !rename.aliases.is_empty() {
        let aliases = codes(rename.aliases.iter().map(String::as_str), NAMED);
        text.push_str(&format!(
            " It goes on answering to {aliases}, so that what can't be changed here, or not yet, \
             still finds it."
        ));
    }
    text
}

fn superuser_text(superuser: &SuperuserIntent) -> String {
    let SuperuserIntent { service, from, to, .. } = superuser;
    let mut text = format!(
        "{} is the superuser of {}, and whoever has its password rules every database there. {} \
         becomes the superuser",
        code(from),
        code(service),
        code(to)
    );
    let database = code(&superuser.database);
    match &superuser.database_before {
        Some(before) if *before != superuser.database => {
            text.push_str(&format!(
                "; the default database moves from {} to {database}.",
                code(before)
            ));
        }
        _ => text.push_str(&format!("; the default database stays {database}.")),
    }
    if let Some(variable) = &superuser.split_password {
        let variable = code(variable);
        text.push_str(&format!(" Its password comes from {variable}, which no app shares."));
    }
    text
}

fn retire_text(retire: &RetireIntent) -> String {
    let (alias, service) = (code(&retire.alias), code(&retire.service));
    format!("{service} no longer answers to {alias}: it was kept until nothing uses it any more.")
}
