//! Plan B taken back: the first role gets its old name, and all that the ordinary role owns.

use super::facts::{Facts, Role, State};
use super::session;
use super::swap::{MARK, Work, transact};
use super::{Change, Done, HELPER, Plan, helper, shown};
use crate::postgres::connection::Connection;
use crate::postgres::dsn::Dsn;
use crate::postgres::error::{Doing, Error};

/// What is to be taken back.
struct Swapped {
    role: Role,
    app: String,
}

async fn read(admin: &Connection, change: &Change) -> Result<(Facts, Option<Swapped>), Error> {
    let facts = Facts::read(admin, change).await?;
    helper::check(facts.helper.as_ref())?;
    match facts.state(change) {
        State::Ready | State::Both => return Ok((facts, None)),
        State::Done => {}
        State::Other => {
            return Err(Error::Refused(format!(
                "the role that the cluster was made with is {}, neither {} nor {}, so there is nothing of this to take back",
                facts.first.name, change.from, change.to
            )));
        }
    }
    facts.as_superuser()?;
    let role = facts.from.clone().filter(|role| role.comment.starts_with(MARK));
    let Some(role) = role else {
        return Err(Error::Refused(format!(
            "no swap of this tool made {} the first role (the comment of {} does not say so), so nothing was changed",
            change.to, change.from
        )));
    };
    if role.is_superuser {
        return Err(Error::Refused(format!(
            "{} is a superuser again, so nothing was changed: make it an ordinary role first (ALTER ROLE {} NOSUPERUSER)",
            change.from,
            shown(&change.from)
        )));
    }
    let app = app(admin, change, &role).await?;
    Ok((facts, Some(Swapped { role, app })))
}

/// Finds the one database that the ordinary role has things in.
async fn app(admin: &Connection, change: &Change, role: &Role) -> Result<String, Error> {
    let doing = "looking for what the ordinary role has";
    let sql = "SELECT DISTINCT datname::text FROM pg_shdepend JOIN pg_database ON pg_database.oid = dbid \
                OR dbid = 0 AND classid = 'pg_database'::regclass AND pg_database.oid = objid AND deptype = 'o' \
               WHERE refclassid = 'pg_authid'::regclass AND refobjid = $1 ORDER BY 1";
    let rows = admin.query(sql, &[&role.oid]).await.doing(doing)?;
    let databases: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    let sql = "SELECT count(*) FROM pg_auth_members WHERE $1 IN (roleid, member)";
    let memberships: i64 = admin.query_one(sql, &[&role.oid]).await.doing(doing)?.get(0);
    if memberships > 0 {
        return Err(Error::Refused(format!(
            "{} has {memberships} memberships since the swap, which would be lost, so nothing was changed: revoke them first",
            change.from
        )));
    }
    match databases.as_slice() {
        [one] => Ok(one.clone()),
        [] => Ok(change.database.clone().unwrap_or_else(|| change.from.clone())),
        several => Err(Error::Refused(format!(
            "{} has things in several databases since the swap ({}), so nothing was changed: give all but those of one to {} first (REASSIGN OWNED BY {} TO {} in each)",
            change.from,
            several.join(", "),
            change.to,
            shown(&change.from),
            shown(&change.to),
        ))),
    }
}

pub(super) async fn plan(admin: &Connection, _dsn: &Dsn, change: &Change) -> Result<Plan, Error> {
    let (facts, swapped) = read(admin, change).await?;
    let mut plan = Plan { state: facts.state(change), steps: Vec::new(), notes: Vec::new() };
    let [make_helper, drop_helper] = helper::shown();
    match swapped {
        Some(swapped) => {
            let (from, to) = (shown(&change.from), shown(&change.to));
            plan.steps = vec![
                make_helper,
                format!("-- as {HELPER} in the database {}, all in one transaction:", swapped.app),
                format!("REASSIGN OWNED BY {from} TO {to}"),
                format!("DROP OWNED BY {from} -- its rights on things of others"),
                format!("DROP ROLE {from}"),
                format!("ALTER ROLE {to} RENAME TO {from}"),
                format!("ALTER ROLE {from} PASSWORD '…' -- the one that it has"),
                "-- after the transaction:".to_owned(),
                format!(
                    "SELECT pg_terminate_backend(…) -- each session that is open as {}",
                    change.from
                ),
                drop_helper,
            ];
            plan.notes.push(format!(
                "sessions that are open as {} lose their role, so they are ended (57P01, or 42501 and 42P01 in the moment before); logins as {} fail from then on",
                change.from, change.to
            ));
        }
        None if facts.helper.is_some() && facts.me.is_superuser => {
            plan.steps.push(format!("{drop_helper} -- left by a run that was cut off"));
        }
        None => {}
    }
    Ok(plan)
}

pub(super) async fn execute(
    admin: &mut Connection,
    dsn: &Dsn,
    change: &Change,
) -> Result<Done, Error> {
    let (facts, swapped) = read(admin, change).await?;
    let mut done = Done::default();
    if facts.me.is_superuser && helper::remove(admin).await? {
        done.tell(format!("took {HELPER} away, which a run had left that was cut off"));
    }
    let Some(swapped) = swapped else { return Ok(done) };
    let work = Work::SwapBack { change };
    let ended = transact(admin, dsn, &swapped.app, swapped.role.oid, &work).await?;
    done.tell(format!("{} is the first role again, and owns what was its own", change.from));
    done.tell(format!("ended {ended} sessions of the ordinary role"));
    // Who took the change back was logged in by the other name; where no other password was given, it is the same.
    let password = change.password.as_ref().or(dsn.password.as_ref());
    let dsn = dsn.with_database(&swapped.app);
    let verified = match password {
        Some(password) => match session::verify(&dsn, admin, &change.from, password, true).await {
            Err(error) if session::is_wrong_password(&error) => None,
            verified => Some(verified?),
        },
        None => None,
    };
    done.tell(verified.unwrap_or_else(|| {
        format!("no login as {} was tried: its password is not known here", change.from)
    }));
    Ok(done)
}
