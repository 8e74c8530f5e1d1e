//! What plan B would refuse: what the first role has that can't be handed over, in all databases.

use std::collections::BTreeSet;

use super::MAINTENANCE;
use super::facts::{Role, Stored};
use crate::postgres::connection::Connection;
use crate::postgres::dsn::Dsn;
use crate::postgres::error::{Doing, Error};
use crate::postgres::sql;

/// What the first role has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::postgres) struct Survey {
    /// The database whose things are handed over.
    pub(in crate::postgres) app: String,
    /// How many things of it are.
    pub(in crate::postgres) owned: i64,
    /// Why they can't be.
    pub(in crate::postgres) obstacles: Vec<String>,
}

/// What the first role has in one database.
struct Content {
    name: String,
    is_its_own: bool,
    owner: String,
    owned: i64,
    /// Kinds that plan B does not hand over, with their numbers.
    refused: Vec<(String, i64)>,
}

/// What is the cluster's own, besides what `refusals.sql` asks for in each database.
const SHARED: &str = "\
    SELECT 'tablespaces', count(*) FROM pg_tablespace WHERE spcowner = 10 AND oid >= 16384 \
    UNION ALL SELECT 'rights on databases of others', count(*) FROM pg_database, aclexplode(datacl) AS right_of \
      WHERE right_of.grantee = 10 AND datdba <> 10 \
    UNION ALL SELECT 'replicas that log in as it', count(*) FROM pg_stat_activity \
      WHERE usesysid = 10 AND backend_type = 'walsender'";

/// Types have owners too; those of tables go with them.
const TYPES: &str = "\
    SELECT count(*) FROM pg_type WHERE typowner = 10 AND oid >= 16384 AND typtype IN ('b', 'c', 'd', 'e', 'r') \
      AND (typrelid = 0 OR (SELECT relkind FROM pg_class WHERE pg_class.oid = typrelid) = 'c') \
      AND NOT EXISTS (SELECT FROM pg_type AS element WHERE element.typarray = pg_type.oid) \
      AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_type'::regclass AND objid = pg_type.oid AND deptype = 'e')";

/// Looks into all databases.
///
/// # Errors
/// A database can't be looked into, or there is no such one as is asked for.
pub(in crate::postgres) async fn survey(
    admin: &Connection,
    dsn: &Dsn,
    asked: Option<&str>,
    first: &Role,
) -> Result<Survey, Error> {
    let mut obstacles = BTreeSet::new();
    match first.password {
        Stored::Md5 => obstacles.insert(format!("the password of {} is stored as MD5, which a renaming clears: set it again first (`\\password`)", first.name)),
        Stored::Missing => obstacles.insert(format!("{} has no password that the ordinary role could take over", first.name)),
        Stored::Scram | Stored::Unknown => false,
    };
    let doing = "looking for what the first role has";
    for row in admin.query(SHARED, &[]).await.doing(doing)? {
        if row.get::<_, i64>(1) > 0 {
            obstacles.insert(not_handed_over(&row.get::<_, String>(0), row.get(1), ""));
        }
    }
    let sql = "SELECT datname::text, datallowconn, datdba = 10, pg_get_userbyid(datdba)::text \
               FROM pg_database WHERE datname <> 'template0' ORDER BY 1";
    let mut contents = Vec::new();
    for row in admin.query(sql, &[]).await.doing(doing)? {
        let name: String = row.get(0);
        if row.get(1) {
            contents.push(content(dsn, name, row.get(2), row.get(3)).await?);
        } else {
            obstacles.insert(format!(
                "the database {name} allows no connections, so what is in it can't be seen"
            ));
        }
    }
    let app = app(&contents, dsn, asked)?;
    for one in &contents {
        let is_app = one.name == app;
        let place = format!(" in the database {}", one.name);
        for (what, number) in &one.refused {
            // Its catalogs are the cluster's: each database tells the same.
            let is_shared = what == "memberships" || what == "subscriptions";
            obstacles.insert(not_handed_over(what, *number, if is_shared { "" } else { &place }));
        }
        if is_app && !one.is_its_own {
            obstacles.insert(format!("the database {app} belongs to {}, not to it", one.owner));
        }
        if !is_app && one.owned > 0 {
            obstacles.insert(not_handed_over("tables, functions and others", one.owned, &place));
        }
        if !is_app && one.is_its_own && ![MAINTENANCE, "template1"].contains(&one.name.as_str()) {
            obstacles.insert(format!("a second database is its own: {}", one.name));
        }
    }
    let owned = contents.iter().find(|one| one.name == app).map_or(0, |one| one.owned);
    Ok(Survey { app, owned, obstacles: obstacles.into_iter().collect() })
}

fn not_handed_over(what: &str, number: i64, place: &str) -> String {
    format!("it has {what}{place} ({number}), which plan B does not hand over")
}

async fn content(
    dsn: &Dsn,
    name: String,
    is_its_own: bool,
    owner: String,
) -> Result<Content, Error> {
    let doing = format!("looking into the database {name}");
    let mut connection = Connection::open(&dsn.with_database(&name)).await?;
    let transaction = connection.build_transaction().read_only(true).start().await.doing(&doing)?;
    let refused = transaction.query(&sql::refusals(), &[]).await.doing(&doing)?;
    let owned = sql::owned().join("\n");
    let owned = transaction.query_one(owned.trim_end_matches(';'), &[]).await.doing(&doing)?;
    let types = transaction.query_one(TYPES, &[]).await.doing(&doing)?;
    drop(transaction);
    connection.close().await;
    Ok(Content {
        name,
        is_its_own,
        owner,
        owned: owned.get::<_, i64>(1) + types.get::<_, i64>(0),
        refused: refused.iter().map(|row| (row.get(0), row.get(1))).collect(),
    })
}

/// Chooses the app's database: the one that is asked for, else the one that the first role has
/// things in; of several the one that the login names, else the one with most of them.
fn app(contents: &[Content], dsn: &Dsn, asked: Option<&str>) -> Result<String, Error> {
    if let Some(asked) = asked {
        return match contents.iter().any(|one| one.name == asked) {
            true => Ok(asked.to_owned()),
            false => Err(Error::Missing(format!("there is no database {asked} on {dsn}"))),
        };
    }
    let candidates = || {
        contents.iter().filter(|one| {
            one.owned > 0
                || one.is_its_own && ![MAINTENANCE, "template1"].contains(&one.name.as_str())
        })
    };
    let of_login = candidates().find(|one| one.name == dsn.database);
    let most = of_login.or_else(|| candidates().max_by_key(|one| one.owned));
    Ok(most.map_or_else(|| dsn.database.clone(), |one| one.name.clone()))
}
