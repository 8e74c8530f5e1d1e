//! A password, token or key that stands in a Compose file.

use crate::compose::values::TextKind;
use crate::diagnostics::{Finding, Severity};
use crate::lints::context::FileView;
use crate::lints::practice::purpose::is_for_trial;
use crate::lints::practice::secrets::{Look, Place, Secret, of_command, of_setting};
use crate::lints::{Run, declare_lint};
use crate::yaml::document::NodeId;

declare_lint! {
    /// A password, token or key stands in the file as it is.
    ///
    /// ## What it does
    ///
    /// Finds secrets in environments, build arguments and commands, and in the URLs there. It never
    /// shows one. A word that everyone tries first, such as `postgres` or `changeme`, and a variable's
    /// default are told only; in files for development, tests and examples those are left alone, and
    /// others are told only. References to variables, paths and placeholders are no secrets.
    ///
    /// ## Why is this bad
    ///
    /// Whoever reads the repository, a fork or an old commit has it, and to change it is a commit.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// services:
    ///   db:
    ///     image: postgres:16.4
    ///     environment:
    ///       POSTGRES_PASSWORD: kT9-vbn2Lq
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// services:
    ///   db:
    ///     image: postgres:16.4
    ///     environment:
    ///       POSTGRES_PASSWORD_FILE: /run/secrets/db-password
    ///     secrets: [db-password]
    /// secrets:
    ///   db-password:
    ///     file: ./secrets/db-password
    /// ```
    "literal-password", Practice, Warning, On, Run::File(run),
}

fn run(view: &FileView<'_>) -> Vec<Finding> {
    let is_for_trial = is_for_trial(view.path());
    let mut found = Vec::new();
    for text in &view.file.names().texts {
        match &text.kind {
            TextKind::Setting { key, range } => {
                let whole = view.text(text.node).unwrap_or_default();
                let value = whole.get(range.clone()).unwrap_or_default();
                let secrets = of_setting(key, value).into_iter().map(|secret| Secret {
                    range: secret.range.start + range.start..secret.range.end + range.start,
                    ..secret
                });
                let told = secrets.map(|secret| finding(view, text.node, &secret, is_for_trial));
                found.extend(told.flatten());
            }
            TextKind::Command => {
                let command = view.text(text.node).unwrap_or_default();
                let secrets = of_command(&command).into_iter();
                let told = secrets.map(|secret| finding(view, text.node, &secret, is_for_trial));
                found.extend(told.flatten());
            }
            TextKind::Words(nodes) => found.extend(words(view, nodes, is_for_trial)),
            TextKind::Pinned { .. } | TextKind::Content => {}
        }
    }
    found
}

/// Looks at the words of a command together: an option and its value may be two of them.
fn words(view: &FileView<'_>, nodes: &[NodeId], is_for_trial: bool) -> Vec<Finding> {
    let mut command = String::new();
    let mut starts = Vec::new();
    for &node in nodes {
        starts.push((command.len(), node));
        command.push_str(&view.text(node).unwrap_or_default());
        command.push('\n');
    }
    let found = of_command(&command).into_iter().filter_map(|secret| {
        let at = starts.partition_point(|(start, _)| *start <= secret.range.start);
        let (start, node) = *starts.get(at.checked_sub(1)?)?;
        let range = secret.range.start - start..secret.range.end - start;
        finding(view, node, &Secret { range, ..secret }, is_for_trial)
    });
    found.collect()
}

fn finding(
    view: &FileView<'_>,
    node: NodeId,
    secret: &Secret,
    is_for_trial: bool,
) -> Option<Finding> {
    let severity = match (secret.look, is_for_trial) {
        (Look::Real, false) => LINT.severity,
        (Look::Real, true) | (Look::Default | Look::Weak, false) => Severity::Info,
        (Look::Default | Look::Weak, true) => return None,
    };
    let stands = match secret.place {
        Place::Setting => "as it is",
        Place::Url => "in a URL",
        Place::Argument => "in a command, which `docker inspect` and the list of processes show",
    };
    let message = match secret.look {
        Look::Real => format!("a secret stands here {stands}, for all who read the repository"),
        Look::Default => format!("a secret stands here {stands}, and counts where no other is set"),
        Look::Weak => format!("a secret that is known or easily guessed stands here {stands}"),
    };
    let help = "take it from a variable without a default, `${NAME:?}`, or from a secret's file";
    let doc = &view.file.doc;
    let span = doc.value_span(node, secret.range.clone()).unwrap_or_else(|| view.span(node));
    let finding = LINT.finding(message).severity(severity).secret();
    Some(finding.at(view.path(), span).help(help))
}

#[cfg(test)]
mod tests {
    use super::LINT;
    use crate::lints::testing::{found, found_in};

    #[test]
    fn secrets_are_told_and_not_shown() {
        let secret = "kT9-vbn2Lq";
        for service in [
            format!("{{image: x, environment: {{DB_PASSWORD: {secret}}}}}"),
            format!("{{image: x, environment: ['DB_PASSWORD={secret}']}}"),
            format!("{{image: x, environment: {{DATABASE_URL: 'postgres://u:{secret}@db/x'}}}}"),
            format!("{{image: x, command: [redis-server, --requirepass, {secret}]}}"),
            format!("{{image: x, command: 'redis-server --requirepass {secret}'}}"),
            format!("{{build: {{context: ., args: {{API_TOKEN: {secret}}}}}}}"),
        ] {
            let text = format!("services:\n  a: {service}\n");
            let told = found_in(&LINT, &text);
            let column = text.lines().nth(1).unwrap().find(secret).unwrap() + 1;
            assert_eq!(told.len(), 1, "{service}");
            assert!(told[0].starts_with(&format!("compose.yaml:2:{column} ")), "{told:?}");
            assert!(!told[0].contains(secret), "{told:?}");
            assert_eq!(found(&LINT, &[("tests/compose.yaml", &text)]).len(), 1, "{service}");
        }
    }

    #[test]
    fn what_is_no_secret() {
        for environment in [
            "{DB_PASSWORD: '${X}'}",
            "{DB_PASSWORD: }",
            "[DB_PASSWORD]",
            "{DB_PASSWORD_FILE: /run/x}",
        ] {
            let text = format!("services: {{a: {{image: x, environment: {environment}}}}}\n");
            assert_eq!(found_in(&LINT, &text), [""; 0], "{environment}");
        }
        let weak = "services: {a: {image: x, environment: {DB_PASSWORD: postgres}}}\n";
        assert_eq!(found_in(&LINT, weak).len(), 1);
        assert_eq!(found(&LINT, &[("docker-compose.dev.yml", weak)]), [""; 0]);
    }
}
