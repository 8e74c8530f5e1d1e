//! Plan B: the first role takes the new name, and the old name becomes an ordinary role that owns what
//! is the app's.
//!
//! All of it is one transaction of a third superuser. The state is S0 before it and S2 after it, and
//! what is left to do in S2 (old sessions, the temporary role) is found by the next run.

use std::convert::Infallible;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Transaction};

use super::facts::{FIRST, Facts, State};
use super::session::{self, QUIET, Since};
use super::survey::{Survey, survey};
use super::{Change, Done, HELPER, MAINTENANCE, Plan, helper, shown};
use crate::postgres::connection::Connection;
use crate::postgres::dsn::Dsn;
use crate::postgres::error::{Doing, Error};
use crate::postgres::{password, quote, sql};

/// How the comment of the ordinary role begins; the time of the swap follows.
pub(super) const MARK: &str = "composemod: owns what was the superuser's since the swap at ";

/// How often the tables' locks are asked for, and how long one try may make others wait. A deadlock
/// with a session that is to end anyway is over before it is found to be one.
const TRIES: u32 = 40;
const ONE_TRY: &str = "SET LOCAL lock_timeout = '300ms'; SET LOCAL deadlock_timeout = '250ms'";
/// How often it is looked who is in the way.
const GLANCE: Duration = Duration::from_millis(20);

/// How it stands.
enum Situation {
    /// All is to be done.
    Ready(Survey),
    /// It is done, but for these.
    Done(Rest),
}

/// What a run that was cut off left to do.
struct Rest {
    /// The time of the swap, where its mark is there.
    swapped: Option<String>,
    /// How many sessions are superusers since before the swap.
    sessions: i64,
    has_helper: bool,
    database: Option<String>,
    is_superuser: bool,
}

async fn situation(
    admin: &Connection,
    dsn: &Dsn,
    change: &Change,
) -> Result<(Facts, Situation), Error> {
    let facts = Facts::read(admin, change).await?;
    helper::check(facts.helper.as_ref())?;
    match facts.state(change) {
        State::Done => {
            let rest = rest(admin, &facts, change).await?;
            Ok((facts, Situation::Done(rest)))
        }
        State::Ready => {
            facts.as_superuser()?;
            let survey = survey(admin, dsn, change.database.as_deref(), &facts.first).await?;
            if survey.obstacles.is_empty() {
                return Ok((facts, Situation::Ready(survey)));
            }
            Err(Error::Refused(format!(
                "plan B can't be used, and nothing was changed: of {}, {}; take plan A (--plan additive)",
                change.from,
                survey.obstacles.join("; ")
            )))
        }
        State::Both => Err(Error::Refused(format!(
            "S1: {} is the first role and there is a role {} already (plan A ran?), so that plan B can't give its name to the first one, and nothing was changed: stay with plan A, or take it back first (--plan additive --rollback)",
            change.from, change.to
        ))),
        State::Other => Err(Error::Refused(format!(
            "the role that the cluster was made with is {}, neither {} nor {}, and nothing was changed: name it with --from",
            facts.first.name, change.from, change.to
        ))),
    }
}

async fn rest(admin: &Connection, facts: &Facts, change: &Change) -> Result<Rest, Error> {
    let doing = "looking for what is left to do";
    let mark = facts.from.as_ref().and_then(|role| role.comment.strip_prefix(MARK));
    let mut rest = Rest {
        swapped: mark.map(str::to_owned),
        sessions: 0,
        has_helper: facts.helper.is_some(),
        database: None,
        is_superuser: facts.me.is_superuser,
    };
    if !rest.is_superuser {
        return Ok(rest);
    }
    if let Some(swapped) = &rest.swapped {
        let sql = "SELECT count(*) FROM pg_stat_activity WHERE usesysid = 10 AND backend_type = 'client backend' \
                   AND backend_start <= $1::text::timestamptz";
        rest.sessions = admin.query_one(sql, &[swapped]).await.doing(doing)?.get(0);
    }
    let create = sql::create_database(MAINTENANCE, &change.to);
    rest.database = session::statements(admin, &create).await?.pop();
    Ok(rest)
}

pub(super) async fn plan(admin: &Connection, dsn: &Dsn, change: &Change) -> Result<Plan, Error> {
    let (facts, situation) = situation(admin, dsn, change).await?;
    let (from, to) = (shown(&change.from), shown(&change.to));
    let mut plan = Plan { state: facts.state(change), steps: Vec::new(), notes: Vec::new() };
    let [make_helper, drop_helper] = helper::shown();
    match situation {
        Situation::Ready(survey) => {
            let app = shown(&survey.app);
            if facts.helper.is_some() {
                plan.steps.push(format!("{drop_helper} -- left by a run that was cut off"));
            }
            plan.steps.push(make_helper);
            plan.steps.push(format!(
                "-- as {HELPER} in the database {}, all in one transaction:",
                survey.app
            ));
            plan.steps.push(format!("ALTER ROLE {from} RENAME TO {to}"));
            plan.steps
                .push(format!("CREATE ROLE {from} LOGIN PASSWORD '…' -- the one that it has"));
            plan.steps.push(format!("ALTER DATABASE {app} OWNER TO {from}"));
            plan.steps.push(format!(
                "ALTER … OWNER TO {from} -- of {} tables, functions and others",
                survey.owned
            ));
            plan.steps.push(format!("ALTER ROLE {from} SET … -- the settings that it has"));
            if change.password.is_some() {
                plan.steps.push(format!("ALTER ROLE {to} PASSWORD '…'"));
            }
            plan.steps.push("-- after the transaction:".to_owned());
            plan.steps.push(format!(
                "SELECT pg_terminate_backend(…) -- each session that is open as {}",
                change.from
            ));
            plan.steps.extend(
                session::statements(admin, &sql::create_database(MAINTENANCE, &change.to)).await?,
            );
            plan.steps.push(drop_helper);
            plan.steps.push(format!("-- log in over TCP as {} and as {}", change.to, change.from));
            plan.notes.push(format!(
                "sessions that are open as {} would stay superusers until they end, so they are ended (57P01), and their clients must connect again; new logins never fail",
                change.from
            ));
            plan.notes.push(format!(
                "{} is an ordinary role afterwards: what its clients can do only as a superuser (make extensions and roles, COPY files of the server, dump all databases) they can do no more",
                change.from
            ));
            if change.password.is_none() {
                plan.notes.push(format!(
                    "{} takes the password that {} has and keeps: whoever knows it is still a superuser by the new name; give another with --password-stdin or --password-file",
                    change.to, change.from
                ));
            }
        }
        Situation::Done(rest) => {
            if rest.sessions > 0 {
                plan.steps.push(format!("SELECT pg_terminate_backend(…) -- {} sessions, superusers since before the swap", rest.sessions));
            }
            if rest.has_helper && rest.is_superuser {
                plan.steps.push(format!("{drop_helper} -- left by a run that was cut off"));
            }
            plan.steps.extend(rest.database);
            if !rest.is_superuser {
                plan.notes.push(format!(
                    "{} is an ordinary role and does not see whether a run left sessions or a temporary role behind: as {} it is seen",
                    facts.me.name, change.to
                ));
            }
        }
    }
    Ok(plan)
}

pub(super) async fn execute(
    admin: &mut Connection,
    dsn: &Dsn,
    change: &Change,
) -> Result<Done, Error> {
    let (facts, situation) = situation(admin, dsn, change).await?;
    let mut done = Done::default();
    if facts.me.is_superuser && helper::remove(admin).await? {
        done.tell(format!("took {HELPER} away, which a run had left that was cut off"));
    }
    let is_new = matches!(situation, Situation::Ready(_));
    let (database, app) = match situation {
        Situation::Ready(survey) => {
            let set = change.password.as_ref().map(password::verifier);
            let work = Work::Swap { change, verifier: set.as_ref() };
            let ended = transact(admin, dsn, &survey.app, FIRST, &work).await?;
            done.tell(format!(
                "{} is the first role now; {} is an ordinary role that owns the database {} and {} things in it",
                change.to, change.from, survey.app, survey.owned
            ));
            done.tell(told_ended(ended));
            let create = sql::create_database(MAINTENANCE, &change.to);
            (session::statements(admin, &create).await?.pop(), survey.app)
        }
        Situation::Done(rest) => {
            if let (Some(swapped), true) = (rest.swapped, rest.sessions > 0) {
                let own = session::pid(admin).await?;
                let since = Since::Before(swapped);
                done.tell(told_ended(session::terminate(admin, FIRST, since, &[own]).await?));
            }
            (rest.database, dsn.database.clone())
        }
    };
    if let Some(create) = database {
        admin.batch_execute(&create).await.doing(format!("making the database {MAINTENANCE}"))?;
        done.tell(format!("made the database {MAINTENANCE}"));
    }
    // The old role keeps its password, and gives it to the new one where no other is given.
    let dsn = dsn.with_database(&app);
    let old = session::known_password(&dsn, change, &change.from);
    let same = old.filter(|_| is_new);
    let new = session::known_password(&dsn, change, &change.to).or(same);
    for (user, password, is_superuser) in [(&change.to, new, true), (&change.from, old, false)] {
        let Some(password) = password else {
            done.tell(format!("no login as {user} was tried: its password is not known here"));
            continue;
        };
        done.tell(session::verify(&dsn, admin, user, password, is_superuser).await?);
    }
    Ok(done)
}

fn told_ended(sessions: usize) -> String {
    format!("ended {sessions} sessions that were superusers under the old name")
}

/// What is done in the transaction of the temporary role.
pub(super) enum Work<'a> {
    /// Plan B.
    Swap {
        change: &'a Change,
        /// Of the new superuser's password.
        verifier: Option<&'a SecretString>,
    },
    /// Its way back.
    SwapBack { change: &'a Change },
}

/// Works in one transaction as the temporary role, which is gone afterwards in any case, and ends the
/// sessions of a role that are open from before: at once afterwards, or sooner where one is in the
/// way; gives how many.
///
/// # Errors
/// What the server says; a table's lock that is not to be had.
pub(super) async fn transact(
    admin: &mut Connection,
    dsn: &Dsn,
    database: &str,
    role: u32,
    work: &Work<'_>,
) -> Result<usize, Error> {
    let own = session::pid(admin).await?;
    let password = helper::create(admin).await?;
    let worked = async {
        let dsn = dsn.with_database(database).with_login(HELPER, password);
        let mut connection = Connection::open(&dsn).await?;
        let second = Connection::open(&dsn).await?;
        let working = session::pid(&connection).await?;
        let mut early = 0;
        let worked = tokio::select! {
            worked = with_patience(&mut connection, work) => worked,
            never = end_blockers(&second, working, role, own, &mut early) => match never {},
        };
        second.close().await;
        let ended = match worked {
            Ok(()) => session::terminate(&connection, role, Since::Now, &[own]).await,
            Err(error) => Err(error),
        };
        connection.close().await;
        Ok::<_, Error>(ended? + early)
    };
    let ended = worked.await;
    let removed = helper::remove(admin).await;
    let ended = ended?;
    removed?;
    Ok(ended)
}

/// Ends what is in the way and would be ended after the work anyway: sessions of the role. Under a load
/// on several tables the locks are not to be had else, as each order of taking them is some client's
/// reverse. Those of other roles are waited for.
async fn end_blockers(
    client: &Client,
    working: i32,
    role: u32,
    own: i32,
    ended: &mut usize,
) -> Infallible {
    let sql = "WITH old AS MATERIALIZED (SELECT DISTINCT pid FROM unnest(pg_blocking_pids($1)) AS blocking (pid) \
         JOIN pg_stat_activity USING (pid) WHERE usesysid = $2 AND pid <> $3) \
         SELECT count(*) FROM old WHERE pg_terminate_backend(pid)";
    loop {
        // Where it can't be asked, the work goes on without.
        if let Ok(row) = client.query_one(sql, &[&working, &role, &own]).await {
            *ended += usize::try_from(row.get::<_, i64>(0)).unwrap_or(0);
        }
        tokio::time::sleep(GLANCE).await;
    }
}

/// Tries until the locks are to be had. Each try is short, and gives way in a deadlock before any
/// client would notice one (after its own `deadlock_timeout`, 1 s).
async fn with_patience(connection: &mut Connection, work: &Work<'_>) -> Result<(), Error> {
    let mut tries = 0;
    loop {
        tries += 1;
        let error = match attempt(connection, work).await {
            Ok(()) => return Ok(()),
            Err(error) => error,
        };
        let waits = [SqlState::LOCK_NOT_AVAILABLE, SqlState::T_R_DEADLOCK_DETECTED];
        if !error.code().is_some_and(|code| waits.contains(code)) {
            return Err(error);
        }
        if tries == TRIES {
            return Err(Error::Refused(format!(
                "a table stayed locked in {TRIES} tries, so nothing was changed: end long transactions (db inspect shows the sessions), and run this again; {error}"
            )));
        }
        tokio::time::sleep(Duration::from_millis(50 + 20 * u64::from(tries))).await;
    }
}

async fn attempt(connection: &mut Connection, work: &Work<'_>) -> Result<(), Error> {
    let doing = "swapping the superuser";
    let transaction = connection.transaction().await.doing(doing)?;
    for settings in [QUIET, ONE_TRY] {
        transaction.batch_execute(settings).await.doing(doing)?;
    }
    match work {
        Work::Swap { change, verifier } => {
            lock_tables(&transaction, FIRST).await?;
            let swap = sql::swap(&change.from, &change.to);
            transaction.batch_execute(&swap).await.doing(doing)?;
            let to = quote::identifier(&change.to);
            if let Some(verifier) = verifier {
                let verifier = quote::literal(verifier.expose_secret());
                let set = format!("ALTER ROLE {to} PASSWORD {verifier}");
                transaction.batch_execute(&set).await.doing(doing)?;
            }
            let time = transaction.query_one("SELECT clock_timestamp()::text", &[]).await;
            let time: String = time.doing(doing)?.get(0);
            let mark = format!(
                "COMMENT ON ROLE {} IS {}",
                quote::identifier(&change.from),
                quote::literal(&format!("{MARK}{time}"))
            );
            transaction.batch_execute(&mark).await.doing(doing)?;
        }
        Work::SwapBack { change } => {
            let sql = "SELECT oid, rolpassword FROM pg_authid WHERE rolname = $1 AND rolpassword LIKE 'SCRAM-SHA-256$%' \
                       AND EXISTS (SELECT FROM pg_authid WHERE oid = 10 AND rolname = $2)";
            let row = transaction.query_opt(sql, &[&change.from, &change.to]).await.doing(doing)?;
            let Some(row) = row else {
                return Err(Error::Refused(format!(
                    "the password of {} is no SCRAM verifier any more, or the roles have changed, so nothing was changed: set it again (`\\password`)",
                    change.from
                )));
            };
            lock_tables(&transaction, row.get(0)).await?;
            let verifier = SecretString::from(row.get::<_, String>(1));
            let verifier = quote::literal(verifier.expose_secret());
            for statement in sql::swap_back(&change.from, &change.to, &verifier) {
                transaction.batch_execute(&statement).await.doing(doing)?;
            }
        }
    }
    transaction.commit().await.doing(doing)
}

/// Takes the locks of all tables and views of a role first, so that nothing waits once work has begun.
async fn lock_tables(transaction: &Transaction<'_>, role: u32) -> Result<(), Error> {
    let doing = "locking the tables";
    let sql = "SELECT string_agg(format('%I.%I', nspname, relname), ', ' ORDER BY pg_class.oid) FROM pg_class \
               JOIN pg_namespace ON pg_namespace.oid = relnamespace \
               WHERE relowner = $1 AND pg_class.oid >= 16384 AND relkind IN ('r', 'p', 'v') AND relpersistence <> 't'";
    let tables: Option<String> = transaction.query_one(sql, &[&role]).await.doing(doing)?.get(0);
    match tables {
        Some(tables) => {
            let lock = format!("LOCK TABLE {tables} IN ACCESS EXCLUSIVE MODE");
            transaction.batch_execute(&lock).await.doing(doing)
        }
        None => Ok(()),
    }
}
