//! A health check that does not see that nobody can log in.

use super::postgres::{Variable, servers};
use crate::compose::store::Store;
use crate::compose::value::Value;
use crate::diagnostics::{Finding, Place, Severity};
use crate::lints::context::Loading;
use crate::lints::{Run, declare_lint};
use crate::transforms::hazards::mount;
use crate::transforms::hazards::view::any_text;
use crate::transforms::superuser::family::Family;

declare_lint! {
    /// A database counts as healthy though nobody can log in.
    ///
    /// ## What it does
    ///
    /// Finds health checks of Postgres that are `pg_isready` and nothing else, and those of MySQL and
    /// MariaDB that are `mysqladmin ping`. It is a note, as such a check is right about the server
    /// itself; it is a warning for a server whose superuser composemod.yaml declares to change, as
    /// this is what it can't see.
    ///
    /// ## Why is this bad
    ///
    /// `pg_isready` exits 0 as soon as the server answers, though it answers that the role or the
    /// database does not exist; `mysqladmin ping` does so where access is denied. What waits for
    /// `service_healthy` starts, and fails.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// services:
    ///   db:
    ///     image: postgres:16.4
    ///     environment:
    ///       POSTGRES_USER: app
    ///     healthcheck:
    ///       test: [CMD-SHELL, pg_isready -U app]
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// services:
    ///   db:
    ///     image: postgres:16.4
    ///     environment:
    ///       POSTGRES_USER: app
    ///     healthcheck:
    ///       test: [CMD-SHELL, psql -U "$$POSTGRES_USER" -d postgres -Atc 'select 1']
    /// ```
    "blind-healthcheck", Hazards, Warning, On, Run::Project(run),
}

fn run(loading: &Loading<'_>) -> Vec<Finding> {
    of_postgres(loading).into_iter().chain(of_mysql(loading)).collect()
}

fn of_postgres(loading: &Loading<'_>) -> Vec<Finding> {
    let own = servers(loading).into_iter().filter(|server| server.family == Family::Official);
    let found = own.filter_map(|server| {
        let test = server.test()?;
        let runs = |program: &str| any_text(test, &|text| text.contains(program));
        if !runs("pg_isready") || runs("psql") {
            return None;
        }
        let declared = &loading.context.inputs.config.superusers;
        let declared = declared.iter().find(|declared| declared.service.value == server.name);
        let severity = if declared.is_some() { LINT.severity } else { Severity::Info };
        let role = match declared {
            Some(declared) => format!("the role `{}` is", declared.to.value),
            None => "the role or the database is".to_owned(),
        };
        let message = format!(
            "`pg_isready` succeeds also where {role} missing, so `healthy` does not tell that anyone can log in"
        );
        let user = match server.variable(Family::USER) {
            Variable::Unset => "postgres",
            Variable::Text(_) | Variable::Unknown => "\"$$POSTGRES_USER\"",
        };
        let help = format!(
            "check with a query: test: [CMD-SHELL, psql -U {user} -d postgres -Atc 'select 1']"
        );
        let place = place(loading, test, "pg_isready")?;
        let finding = LINT.finding(message).at(place.path, place.span).help(help);
        Some(Finding { severity, ..finding })
    });
    found.collect()
}

fn of_mysql(loading: &Loading<'_>) -> Vec<Finding> {
    let is_mysql = |store: &Store| matches!(store.name, "MySQL" | "MariaDB");
    let found = loading.services().filter(|(_, service)| {
        service.text_of("image").is_some() && mount::store(service).is_some_and(is_mysql)
    });
    let found = found.filter_map(|(_, service)| {
        let test = service.at(&["healthcheck", "test"])?;
        let runs = |program: &str| any_text(test, &|text| text.contains(program));
        let program = ["mysqladmin", "mariadb-admin"].into_iter().find(|program| runs(program))?;
        let asks = ["mysql ", "mariadb ", "select", "SELECT", "status"].into_iter().any(runs);
        if !runs("ping") || asks {
            return None;
        }
        let message = format!(
            "`{program} ping` succeeds also where access is denied, so `healthy` does not tell that anyone can log in"
        );
        let place = place(loading, test, program)?;
        let finding = LINT.finding(message).at(place.path, place.span);
        let help = "check with a query, as the application's user: mysql -u USER -p\"$$MYSQL_PASSWORD\" -e 'select 1'";
        Some(Finding { severity: Severity::Info, ..finding.help(help) })
    });
    found.collect()
}

/// Where a program stands in a health check's test.
fn place(loading: &Loading<'_>, test: &Value, program: &str) -> Option<Place> {
    let mut items = test.items().iter();
    let item = items.find(|item| item.text().is_some_and(|text| text.contains(program)));
    loading.place(item.unwrap_or(test))
}

#[cfg(test)]
mod tests {
    use super::LINT;
    use crate::lints::testing::{found, found_in};

    fn checked(image: &str, test: &str) -> Vec<String> {
        found_in(
            &LINT,
            &format!(
                "services:\n  db:\n    image: {image}\n    healthcheck:\n      test: {test}\n"
            ),
        )
    }

    #[test]
    fn checks_that_do_not_log_in_are_told() {
        let expected = "compose.yaml:5:25 `pg_isready` succeeds also where the role or the database is missing, so `healthy` does not tell that anyone can log in";
        assert_eq!(checked("postgres:16", "[CMD-SHELL, pg_isready -U app]").len(), 1);
        assert_eq!(checked("postgres:16", "[CMD-SHELL, pg_isready]"), [expected]);
        assert_eq!(checked("postgis/postgis:16-3.4", "pg_isready -U ${USER}").len(), 1);
        assert_eq!(checked("mysql:8", "[CMD, mysqladmin, ping, -h, localhost]").len(), 1);
        assert_eq!(checked("mariadb:11", "[CMD-SHELL, 'mariadb-admin ping -p$$P']").len(), 1);
    }

    #[test]
    fn checks_that_log_in_are_right() {
        for (image, test) in [
            ("postgres:16", "[CMD-SHELL, \"psql -U app -c 'select 1'\"]"),
            ("postgres:16", "[CMD-SHELL, \"pg_isready && psql -U app -c 'select 1'\"]"),
            ("postgres:16", "[CMD, /check.sh]"),
            ("postgres:16", "[NONE]"),
            ("bitnami/postgresql:16", "[CMD-SHELL, pg_isready]"),
            ("example/web", "[CMD-SHELL, pg_isready -h db]"),
            ("mariadb:11", "[CMD, healthcheck.sh, --connect, --innodb_initialized]"),
            ("mysql:8", "[CMD, mysql, -uroot, -e, select 1]"),
        ] {
            assert_eq!(checked(image, test), [""; 0], "{image} {test}");
        }
    }

    #[test]
    fn a_declared_superuser_makes_it_a_warning() {
        let compose =
            "services:\n  db:\n    image: postgres:16\n    healthcheck: {test: pg_isready}\n";
        let declared = "superusers:\n  - {service: db, from: app, to: postgres}\n";
        let found = found(&LINT, &[("compose.yaml", compose), ("composemod.yaml", declared)]);
        let expected = "compose.yaml:4:25 `pg_isready` succeeds also where the role `postgres` is missing, so `healthy` does not tell that anyone can log in";
        assert_eq!(found, [expected]);
    }
}
