//! What a server is like: its first role, its superusers, who is connected, and what is open to all.
//!
//! Invariant: nothing is changed; every question is asked in a transaction that is read-only.

use serde::Serialize;
use tokio_postgres::Transaction;

use super::connection::Connection;
use super::dsn::Dsn;
use super::error::{Doing, Error};
use super::superuser::facts::{FIRST, Role, State, Stored, roles};
use super::superuser::session::open;
use super::superuser::survey::survey;

/// What a server is like.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The server, without a password.
    pub server: String,
    /// Its version, as it says it.
    pub version: String,
    /// Who asked.
    pub asked_as: String,
    /// The role that the cluster was made with.
    pub first_role: String,
    /// A change of the superuser that was asked about.
    pub change: Option<Change>,
    /// The superusers, by name.
    pub superusers: Vec<Superuser>,
    /// Who is connected.
    pub sessions: Vec<Sessions>,
    /// The databases, by name.
    pub databases: Vec<Database>,
    /// What plan B would hand over, and why it can't.
    pub swap: Option<Swap>,
    /// What could not be seen, and why.
    pub unseen: Vec<String>,
}

/// How far a change of the superuser is.
#[derive(Clone, Debug, Serialize)]
pub struct Change {
    /// The superuser as it was.
    pub from: String,
    /// The superuser to be.
    pub to: String,
    /// The state of plan B.
    pub state: State,
}

/// A superuser.
#[derive(Clone, Debug, Serialize)]
pub struct Superuser {
    /// Its name.
    pub name: String,
    /// Whether the cluster was made with it.
    pub is_first: bool,
    /// Whether it can log in.
    pub can_log_in: bool,
    /// How its password is stored.
    pub password: Stored,
}

/// Sessions that are alike.
#[derive(Clone, Debug, Serialize)]
pub struct Sessions {
    /// As whom they are logged in.
    pub role: String,
    /// Whether that is a superuser.
    pub superuser: bool,
    /// The database.
    pub database: String,
    /// The client's address; `socket` on the server's own machine.
    pub from: String,
    /// What the client calls itself.
    pub application: String,
    /// How many there are.
    pub number: i64,
}

/// A database.
#[derive(Clone, Debug, Serialize)]
pub struct Database {
    /// Its name.
    pub name: String,
    /// The role that owns it.
    pub owner: String,
    /// Its size; none where the one who asks may not know.
    pub bytes: Option<i64>,
    /// Whether every role can connect to it.
    pub is_open: bool,
}

/// What plan B would do, and what it would refuse.
#[derive(Clone, Debug, Serialize)]
pub struct Swap {
    /// The database whose things would be handed over.
    pub database: String,
    /// How many things there are to hand over.
    pub owned: i64,
    /// Why they can't be; none: plan B is possible.
    pub refused: Vec<String>,
}

/// Looks at a server; `asked` are the superuser as it was and as it is to be.
///
/// # Errors
/// There is no login, or what the server says.
pub async fn inspect(dsn: &Dsn, asked: Option<(&str, &str)>) -> Result<Report, Error> {
    let mut connection = open(dsn).await?;
    let report = report(&mut connection, dsn, asked).await;
    connection.close().await;
    report
}

async fn report(
    connection: &mut Connection,
    dsn: &Dsn,
    asked: Option<(&str, &str)>,
) -> Result<Report, Error> {
    let doing = "inspecting the server";
    let transaction = connection.build_transaction().read_only(true).start().await.doing(doing)?;
    let row = transaction
        .query_one(
            "SELECT current_setting('server_version'), session_user::text, \
             (SELECT rolsuper FROM pg_roles WHERE rolname = session_user)",
            &[],
        )
        .await
        .doing(doing)?;
    let (version, asked_as, sees_all) = (row.get(0), row.get(1), row.get::<_, bool>(2));
    let roles = roles(
        transaction.client(),
        "rolsuper OR oid = 10 OR rolname = ANY ($1)",
        &[asked.map_or("", |(from, _)| from), asked.map_or("", |(_, to)| to)],
    )
    .await?;
    let Some(first) = roles.iter().find(|role| role.oid == FIRST).cloned() else {
        return Err(Error::Missing("the server has no role 10".to_owned()));
    };
    let sessions = sessions(&transaction).await?;
    let databases = databases(&transaction).await?;
    drop(transaction);
    let mut unseen = Vec::new();
    let swap = if sees_all {
        let survey = survey(connection, dsn, None, &first).await?;
        Some(Swap { database: survey.app, owned: survey.owned, refused: survey.obstacles })
    } else {
        unseen.push(format!(
            "{asked_as} is no superuser: how passwords are stored, what plan B would refuse, and some of what others do is not seen"
        ));
        None
    };
    let superusers = roles.iter().filter(|role| role.is_superuser);
    Ok(Report {
        server: dsn.to_string(),
        version,
        asked_as,
        change: asked.map(|(from, to)| Change {
            from: from.to_owned(),
            to: to.to_owned(),
            state: State::of(&first.name, from, to, roles.iter().any(|role| role.name == to)),
        }),
        first_role: first.name.clone(),
        superusers: superusers.map(Superuser::of).collect(),
        sessions,
        databases,
        swap,
        unseen,
    })
}

impl Superuser {
    fn of(role: &Role) -> Self {
        Self {
            name: role.name.clone(),
            is_first: role.oid == FIRST,
            can_log_in: role.can_log_in,
            password: role.password,
        }
    }
}

async fn sessions(transaction: &Transaction<'_>) -> Result<Vec<Sessions>, Error> {
    let sql = "SELECT usename::text, coalesce(rolsuper, false), coalesce(datname::text, '-'), \
          coalesce(host(client_addr), 'socket'), coalesce(application_name, ''), count(*) \
        FROM pg_stat_activity LEFT JOIN pg_roles ON pg_roles.oid = usesysid \
        WHERE backend_type IN ('client backend', 'walsender') AND usename IS NOT NULL AND pid <> pg_backend_pid() \
        GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 3, 4, 5";
    let rows = transaction.query(sql, &[]).await.doing("looking at the sessions")?;
    let one = |row: &tokio_postgres::Row| Sessions {
        role: row.get(0),
        superuser: row.get(1),
        database: row.get(2),
        from: row.get(3),
        application: row.get(4),
        number: row.get(5),
    };
    Ok(rows.iter().map(one).collect())
}

async fn databases(transaction: &Transaction<'_>) -> Result<Vec<Database>, Error> {
    let sql = "SELECT datname::text, pg_get_userbyid(datdba)::text, \
          CASE WHEN has_database_privilege(oid, 'CONNECT') THEN pg_database_size(oid) END, \
          datallowconn AND EXISTS (SELECT FROM aclexplode(coalesce(datacl, acldefault('d', datdba))) \
            WHERE grantee = 0 AND privilege_type = 'CONNECT') \
        FROM pg_database WHERE datname <> 'template0' ORDER BY 1";
    let rows = transaction.query(sql, &[]).await.doing("looking at the databases")?;
    let one = |row: &tokio_postgres::Row| Database {
        name: row.get(0),
        owner: row.get(1),
        bytes: row.get(2),
        is_open: row.get(3),
    };
    Ok(rows.iter().map(one).collect())
}
