//! What a migration is about to do, with the names that things have at the engine.

use super::journal::{Role, RoleWas, Site};
use super::survey::Survey;
use super::words::{short, size};

/// Gives the plan as text.
pub(crate) fn plan(survey: &Survey, title: &str) -> String {
    let site = &survey.site;
    let mut text = format!("migration: {title}\n\nfound\n");
    let mut line = |label: &str, value: &str| text.push_str(&format!("  {label:<11} {value}\n"));
    line("project", &site.project);
    line("container", &format!("{} ({})", container(site), short(&site.container)));
    line("data", &site.data.join(", "));
    line("networks", &site.networks.join(", "));
    line(
        "server",
        &format!(
            "Postgres {}, {} in all, cluster {}",
            site.server.version,
            size(site.server.bytes),
            site.server.identifier
        ),
    );
    if site.connected.is_empty() {
        line("connected", "nobody");
    }
    for session in &site.connected {
        let sessions = if session.number == 1 { "session" } else { "sessions" };
        line(
            "connected",
            &format!(
                "{}: {} {sessions} as {} in {}",
                session.from, session.number, session.role, session.database
            ),
        );
    }
    text.push_str("\nchecked\n");
    for passed in &survey.passed {
        text.push_str(&format!("  ok    {passed}\n"));
    }
    for note in &survey.notes {
        text.push_str(&format!("  note  {note}\n"));
    }
    text.push_str("\nsteps\n");
    for (number, step) in (1..).zip(steps(site)) {
        text.push_str(&format!("  {number}. {step}\n"));
    }
    text
}

/// Gives the name that people know the container by.
fn container(site: &Site) -> &str {
    site.old.container.as_ref().unwrap_or(&site.old.service)
}

/// Says what each step does.
fn steps(site: &Site) -> Vec<String> {
    let backup = site.backup.display();
    let compose = site.compose.join(" ");
    let paths: Vec<&str> = site.files.iter().map(|file| file.path.as_str()).collect();
    let (old, new) = (&site.old.service, &site.new.service);
    let mut steps = vec![format!("backup: pg_dumpall into {backup}/cluster.sql, its end checked")];
    steps.push(match &site.role {
        None => "role: no superuser changes".to_owned(),
        Some(role) => role_step(role, &site.server.user),
    });
    steps.push(format!(
        "files: write {} (the texts as they are are kept in {backup})",
        paths.join(", ")
    ));
    if site.is_rekeyed() {
        if site.is_made_ahead() {
            steps.push(format!("create: {compose} up --no-start --no-deps {new}"));
        }
        let sharers: Vec<&str> = site.sharers.iter().map(|one| one.name.as_str()).collect();
        let sharers = match sharers.is_empty() {
            true => String::new(),
            false => format!(", after {}", sharers.join(", ")),
        };
        steps.push(format!(
            "stop: count the rows, then stop and remove {} ({}){sharers}; the outage begins",
            container(site),
            short(&site.container)
        ));
        steps.push(format!(
            "start: see that nothing runs that holds {}, then start `{new}`; the outage ends",
            site.data.join(", ")
        ));
    } else {
        steps.push(format!("start: {compose} up -d --no-deps {new}, which replaces the container; the outage is here"));
    }
    steps.push(format!(
        "verify: healthy, the same cluster, the same rows, logins by {} on {}",
        site.hosts.join(", "),
        site.networks.join(", ")
    ));
    steps.push(match site.dependents.is_empty() {
        true => "dependents: nobody is known to use it".to_owned(),
        false => {
            let names: Vec<&str> = site.dependents.iter().map(|one| one.name.as_str()).collect();
            format!("dependents: {} run as before", names.join(", "))
        }
    });
    if old != new {
        steps.push(format!("`{old}` goes on as an alias, until `composemod retire {old}`"));
    }
    steps
}

/// Says what is left to do when all steps are done.
pub(super) fn afterwards(title: &str, site: &Site) -> String {
    let mut text = String::from("\nthe migration is done\n");
    let mut item = |line: &str| text.push_str(&format!("- {line}\n"));
    if site.commit.is_some() {
        item(&format!("keep it: git commit -a -m \"{title}\""));
    }
    if !site.changed.is_empty() {
        let compose = site.compose.join(" ");
        item(&format!(
            "the definition of {} has changed too; when it suits: {compose} up -d --no-deps {}",
            site.changed.join(", "),
            site.changed.join(" ")
        ));
    }
    item("what is left of the change in other files: composemod apply --write");
    if site.is_rekeyed() {
        let old = &site.old.service;
        item(&format!("once nothing uses the old name: composemod retire {old} --write"));
    }
    item(
        "back to before: composemod migrate --rollback, which goes by .composemod-migration.json; without it, remove that file",
    );
    text
}

fn role_step(role: &Role, by: &str) -> String {
    let name = &role.name;
    let what = match role.was {
        RoleWas::Missing => {
            format!("make `{name}` a second superuser beside `{by}`, with a password")
        }
        RoleWas::Ordinary => format!("make the role `{name}` a superuser"),
        RoleWas::Superuser => format!("`{name}` is a superuser already"),
    };
    format!("role: {what}; a login over the network proves it")
}
