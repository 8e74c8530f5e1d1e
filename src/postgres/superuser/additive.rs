//! Plan A: a second superuser beside the first.

use super::facts::{FIRST, Facts, Role, Stored};
use super::session::{self, QUIET};
use super::{Change, Done, MAINTENANCE, Plan, shown};
use crate::postgres::connection::Connection;
use crate::postgres::dsn::Dsn;
use crate::postgres::error::{Doing, Error};
use crate::postgres::password::verifier;
use crate::postgres::{quote, sql};
use secrecy::ExposeSecret;

/// How a role's comment begins that plan A made.
const MARK: &str = "composemod: a second superuser beside ";

/// What is missing.
struct Wanted {
    facts: Facts,
    /// Without the password, which follows.
    create: Option<String>,
    promote: Option<String>,
    sets_password: bool,
    database: Option<String>,
}

impl Wanted {
    async fn read(admin: &Connection, dsn: &Dsn, change: &Change) -> Result<Self, Error> {
        let facts = Facts::read(admin, change).await?;
        facts.as_superuser()?;
        if facts.from.is_none() && facts.first.name != change.to {
            return Err(Error::Missing(format!(
                "there is no role {} on {dsn}; its first role is {}",
                change.from, facts.first.name
            )));
        }
        let sets_password = match (&facts.to, &change.password) {
            (Some(Role { password: Stored::Missing, .. }) | None, None) => {
                return Err(Error::Invalid(format!(
                    "{} has no password yet: give it one with --password-stdin, --password-file or COMPOSEMOD_NEW_PASSWORD",
                    change.to
                )));
            }
            (Some(Role { password: Stored::Missing, .. }) | None, Some(_)) => true,
            (Some(_), None) => false,
            (Some(role), Some(password)) => {
                // Whoever uses the role would be locked out by another password.
                match session::log_in(dsn, admin, &change.to, password).await {
                    Err(error) if role.can_log_in && session::is_wrong_password(&error) => {
                        return Err(Error::Conflict(format!(
                            "there is a role {} already, and it has another password: give that one, or change it first (`\\password {}` in psql)",
                            change.to, change.to
                        )));
                    }
                    _ => false,
                }
            }
        };
        let first = |mut all: Vec<String>| all.pop();
        Ok(Self {
            create: first(session::statements(admin, &sql::create_role(&change.to)).await?),
            promote: first(session::statements(admin, &sql::promote_role(&change.to)).await?),
            database: first(
                session::statements(admin, &sql::create_database(MAINTENANCE, &change.to)).await?,
            ),
            sets_password,
            facts,
        })
    }

    fn steps(&self, change: &Change) -> Vec<String> {
        let to = shown(&change.to);
        let mut steps = Vec::new();
        match &self.create {
            Some(create) => steps.push(format!("{create} PASSWORD '…'")),
            None if self.sets_password => steps.push(format!("ALTER ROLE {to} PASSWORD '…'")),
            None => {}
        }
        steps.extend(self.promote.clone());
        steps.extend(self.database.clone());
        if !steps.is_empty() {
            steps.push(format!("-- log in over TCP as {}", change.to));
        }
        steps
    }
}

pub(super) async fn plan(admin: &Connection, dsn: &Dsn, change: &Change) -> Result<Plan, Error> {
    let wanted = Wanted::read(admin, dsn, change).await?;
    let steps = wanted.steps(change);
    let mut notes = Vec::new();
    if !steps.is_empty() {
        notes.push(format!(
            "{} stays a superuser, with its password, its sessions and all that it owns; no client notices",
            change.from
        ));
    }
    Ok(Plan { state: wanted.facts.state(change), steps, notes })
}

pub(super) async fn execute(
    admin: &mut Connection,
    dsn: &Dsn,
    change: &Change,
) -> Result<Done, Error> {
    let wanted = Wanted::read(admin, dsn, change).await?;
    let mut done = Done::default();
    let to = quote::identifier(&change.to);
    if wanted.create.is_some() || wanted.promote.is_some() || wanted.sets_password {
        let doing = format!("making {} a superuser", change.to);
        let transaction = admin.transaction().await.doing(&doing)?;
        let run = async |statement: &str| transaction.batch_execute(statement).await.doing(&doing);
        run(QUIET).await?;
        if let Some(create) = &wanted.create {
            run(create).await?;
            let mark = quote::literal(&format!("{MARK}{}", change.from));
            run(&format!("COMMENT ON ROLE {to} IS {mark}")).await?;
            done.tell(format!("made the role {}", change.to));
        }
        if let Some(promote) = &wanted.promote {
            run(promote).await?;
            done.tell(format!("made {} a superuser that can log in", change.to));
        }
        if let (true, Some(password)) = (wanted.sets_password, &change.password) {
            let verifier = verifier(password);
            let verifier = quote::literal(verifier.expose_secret());
            run(&format!("ALTER ROLE {to} PASSWORD {verifier}")).await?;
        }
        transaction.commit().await.doing(&doing)?;
    }
    if let Some(create) = &wanted.database {
        admin.batch_execute(create).await.doing(format!("making the database {MAINTENANCE}"))?;
        done.tell(format!("made the database {MAINTENANCE}"));
    }
    match session::known_password(dsn, change, &change.to) {
        Some(password) => {
            let verified = session::verify(dsn, admin, &change.to, password, true).await;
            done.tell(verified.map_err(|error| unverified(&error, &done, change))?);
        }
        None => done.tell(format!(
            "no login as {} was tried: its password is not known here (--password-stdin gives it)",
            change.to
        )),
    }
    Ok(done)
}

/// A role that can't log in is of no use yet; it is in nobody's way.
fn unverified(error: &Error, done: &Done, change: &Change) -> Error {
    let made = if done.lines.is_empty() { "nothing was changed" } else { "it stays as it is" };
    Error::Conflict(format!(
        "{} can't be used yet, do not change the Compose files; {made}, and --rollback takes back what this tool made: {error}",
        change.to
    ))
}

/// What takes plan A back.
struct Back {
    facts: Facts,
    /// Whether the new role owns the database that tools expect: plan A may have made it.
    owns_maintenance: bool,
    role: Option<Role>,
}

impl Back {
    async fn read(admin: &Connection, change: &Change) -> Result<Self, Error> {
        let facts = Facts::read(admin, change).await?;
        let Some(role) = facts.to.clone() else {
            return Ok(Self { facts, owns_maintenance: false, role: None });
        };
        facts.as_superuser()?;
        if role.oid == FIRST {
            return Err(Error::Refused(format!(
                "{} is the role that the cluster was made with, and can't be dropped; if plan B made it so, take that back with --plan swap --rollback",
                change.to
            )));
        }
        if !role.comment.starts_with(MARK) {
            return Err(Error::Refused(format!(
                "{} was not made by this tool (its comment does not say so), so it is not dropped: DROP ROLE {} does it",
                change.to,
                shown(&change.to)
            )));
        }
        if facts.me.oid == role.oid {
            return Err(Error::Refused(format!(
                "this is logged in as {}, and no role can drop itself: log in as {}",
                change.to, change.from
            )));
        }
        if facts.from.is_none() {
            return Err(Error::Missing(format!(
                "there is no role {} that could be the superuser again",
                change.from
            )));
        }
        let doing = "looking for what the new role has";
        let sql = "SELECT count(*) FROM pg_stat_activity WHERE usesysid = $1";
        let sessions: i64 = admin.query_one(sql, &[&role.oid]).await.doing(doing)?.get(0);
        if sessions > 0 {
            return Err(Error::Refused(format!(
                "{sessions} sessions are open as {}: let their clients use {} again first (db inspect shows them)",
                change.to, change.from
            )));
        }
        let things = things_of(admin, &role).await?;
        if !things.is_empty() {
            return Err(Error::Refused(format!(
                "{} can't be dropped (2BP01), it has {}: give them to {} first (REASSIGN OWNED BY {} TO {} in each of these databases), or leave the role",
                change.to,
                things.join(", "),
                change.from,
                shown(&change.to),
                shown(&change.from),
            )));
        }
        let sql = "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1 AND datdba = $2)";
        let row = admin.query_one(sql, &[&MAINTENANCE, &role.oid]).await.doing(doing)?;
        Ok(Self { owns_maintenance: row.get(0), facts, role: Some(role) })
    }

    fn statements(&self, change: &Change) -> Vec<String> {
        if self.role.is_none() {
            return Vec::new();
        }
        let (from, to) = (quote::identifier(&change.from), quote::identifier(&change.to));
        let database = quote::identifier(MAINTENANCE);
        let give = format!("ALTER DATABASE {database} OWNER TO {from}");
        let give = self.owns_maintenance.then_some(give);
        give.into_iter().chain([format!("DROP ROLE {to}")]).collect()
    }
}

/// Tells what a role owns or was granted, but for the database that plan A makes.
async fn things_of(admin: &Connection, role: &Role) -> Result<Vec<String>, Error> {
    let sql = "SELECT CASE WHEN dbid <> 0 THEN format('%s in the database %s', \
              CASE deptype WHEN 'o' THEN 'things of its own' ELSE 'rights' END, datname) \
              ELSE pg_describe_object(classid, objid, objsubid) END AS thing, count(*) \
           FROM pg_shdepend LEFT JOIN pg_database ON pg_database.oid = dbid \
          WHERE refclassid = 'pg_authid'::regclass AND refobjid = $1 \
            AND NOT (classid = 'pg_database'::regclass AND deptype = 'o' AND dbid = 0 \
                     AND objid = (SELECT oid FROM pg_database WHERE datname = $2)) \
          GROUP BY 1 ORDER BY 1";
    let rows = admin.query(sql, &[&role.oid, &MAINTENANCE]).await;
    let rows = rows.doing("looking for what the new role has")?;
    let told = |row: &tokio_postgres::Row| match (row.get::<_, String>(0), row.get::<_, i64>(1)) {
        (thing, number) if thing.contains(" in the database ") => format!("{number} {thing}"),
        (thing, _) => format!("the {thing}"),
    };
    Ok(rows.iter().map(told).collect())
}

pub(super) async fn plan_back(
    admin: &Connection,
    _dsn: &Dsn,
    change: &Change,
) -> Result<Plan, Error> {
    let back = Back::read(admin, change).await?;
    Ok(Plan { state: back.facts.state(change), steps: back.statements(change), notes: Vec::new() })
}

pub(super) async fn take_back(
    admin: &mut Connection,
    _dsn: &Dsn,
    change: &Change,
) -> Result<Done, Error> {
    let back = Back::read(admin, change).await?;
    let mut done = Done::default();
    let doing = format!("taking {} back", change.to);
    let transaction = admin.transaction().await.doing(&doing)?;
    for statement in back.statements(change) {
        transaction.batch_execute(&statement).await.doing(&doing)?;
        done.tell(statement);
    }
    transaction.commit().await.doing(&doing)?;
    Ok(done)
}
