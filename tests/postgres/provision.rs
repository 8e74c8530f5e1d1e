//! Databases made for apps, and taken away.

use composemod::postgres::connection::Connection;
use composemod::postgres::dsn::Dsn;
use composemod::postgres::error::Error;
use composemod::postgres::provision::{
    Created, Outcome, Provisioner, Request, Settings, State, Turn,
};
use secrecy::ExposeSecret;

use super::server::{Server, on_each, on_newest};

/// A password that has all that URLs and SQL might trip over.
const PASSWORD: &str = "p@ss/w:rd?#%&'\"\\ $1 \u{fc}\n";

fn provisioner(server: &Server) -> Provisioner {
    Provisioner::new(server.dsn(), Settings::default())
}

pub(crate) fn request(database: &str, user: &str, password: &str) -> Request {
    Request {
        db_name: database.to_owned(),
        db_user: user.to_owned(),
        db_password: Some(password.to_owned().into()),
        ..Request::default()
    }
}

fn create(server: &Server, database: &str, user: &str, password: &str) -> Result<Created, Error> {
    let provisioner = provisioner(server);
    let request = request(database, user, password);
    // As the service does it: the work goes on where nobody waits for it any more.
    let handle = server
        .block_on(async { tokio::spawn(async move { provisioner.create(&request).await }).await });
    handle.expect("the task ends")
}

/// Gives all that tells one state of a server's roles and databases from another.
pub(crate) fn state_of(server: &Server) -> Vec<String> {
    server.query(
        "postgres",
        "SELECT concat_ws('|', rolname, rolsuper, rolcreaterole, rolcreatedb, rolcanlogin, rolconnlimit, \
           md5(rolpassword), shobj_description(oid, 'pg_authid'), \
           (SELECT string_agg(roleid::regrole::text, ',' ORDER BY roleid::regrole::text) FROM pg_auth_members WHERE member = pg_authid.oid)) \
           FROM pg_authid \
         UNION ALL SELECT concat_ws('|', datname, datdba::regrole, datacl, datallowconn, shobj_description(oid, 'pg_database')) FROM pg_database \
         UNION ALL SELECT concat_ws('|', setdatabase, setrole::regrole, setconfig) FROM pg_db_role_setting ORDER BY 1",
    )
}

fn connects(server: &Server, dsn: &Dsn) -> Result<(), Error> {
    server.block_on(async {
        let connection = Connection::open(dsn).await?;
        connection.close().await;
        Ok(())
    })
}

fn dsn(created: &Created) -> Dsn {
    let dsn = Dsn::parse(created.db_url.expose_secret()).expect("a URL that can be read");
    Dsn { tls: composemod::postgres::dsn::Tls::Disable, ..dsn }
}

#[test]
fn a_database_is_made_once_and_its_url_connects() {
    on_each("ticketbot", |server| {
        let made = create(server, "shop", "shop_app", PASSWORD).unwrap();
        assert_eq!(made.outcome, Outcome::Made);
        let login = dsn(&made);
        server.block_on(async {
            let app = Connection::open(&login).await.unwrap();
            app.batch_execute(
                "CREATE TABLE item (id int); CREATE SCHEMA other; CREATE TEMP TABLE t (i int)",
            )
            .await
            .unwrap();
            let owner = "SELECT tableowner::text FROM pg_tables WHERE tablename = 'item'";
            assert_eq!(app.query_one(owner, &[]).await.unwrap().get::<_, &str>(0), "shop_owner");
            app.close().await;
        });
        let before = state_of(server);
        let again = create(server, "shop", "shop_app", PASSWORD).unwrap();
        assert_eq!(again.outcome, Outcome::Unchanged);
        assert_eq!(again.db_url.expose_secret(), made.db_url.expose_secret());
        assert_eq!(state_of(server), before);

        let list = server.block_on(provisioner(server).list()).unwrap();
        let names: Vec<_> = list.iter().map(|database| database.name.as_str()).collect();
        assert_eq!((names, list[0].state), (vec!["shop"], State::Ready));
        assert!(list[0].logins.iter().all(|login| login.is_current && login.can_log_in));
        server.block_on(provisioner(server).ready()).unwrap();
    });
}

#[test]
fn an_app_reaches_its_own_database_and_no_other() {
    on_each("ticketbot", |server| {
        server.execute("postgres", "CREATE DATABASE legacy");
        server.execute("postgres", "CREATE ROLE reader LOGIN PASSWORD 'r'");
        let (one, other) = (
            create(server, "one", "one_app", PASSWORD).unwrap(),
            create(server, "two", "two_app", PASSWORD).unwrap(),
        );
        for (login, foreign) in [(dsn(&one), "two"), (dsn(&other), "one")] {
            let error = connects(server, &login.with_database(foreign)).expect_err(foreign);
            assert_eq!(error.code().map(|code| code.code()), Some("42501"), "{error}");
            // What was there before lets everybody in; the report says so.
            connects(server, &login.with_database("legacy")).unwrap();
        }
        let reader = server.dsn_of("reader", "r", "one");
        assert_eq!(
            connects(server, &reader).expect_err("one").code().map(|code| code.code()),
            Some("42501")
        );

        let provisioner = provisioner(server);
        let open = server.block_on(provisioner.open_databases()).unwrap();
        let names: Vec<_> = open.iter().map(|open| open.name.as_str()).collect();
        assert_eq!(names, ["legacy", "postgres", "template1"]);
        assert!(open.iter().all(|open| open.roles == ["reader"]), "{open:?}");
        for open in &open {
            assert!(server.block_on(provisioner.harden(&open.name)).unwrap());
            assert!(!server.block_on(provisioner.harden(&open.name)).unwrap());
        }
        assert_eq!(server.block_on(provisioner.open_databases()).unwrap(), []);
        connects(server, &reader.with_database("legacy")).unwrap();
        connects(server, &reader.with_database("postgres")).unwrap();
        let error = connects(server, &dsn(&one).with_database("legacy")).expect_err("closed");
        assert_eq!(error.code().map(|code| code.code()), Some("42501"), "{error}");
        connects(server, &dsn(&one)).unwrap();
    });
}

#[test]
fn what_was_not_made_here_is_never_touched() {
    on_newest("ticketbot", |server| {
        server.execute("postgres", "CREATE ROLE bob LOGIN PASSWORD 'b'");
        server.execute("postgres", "CREATE ROLE wiki_owner; CREATE ROLE forged; COMMENT ON ROLE forged IS 'composemod database=other part=owner state=ready'");
        server.execute("postgres", "CREATE DATABASE plain");
        create(server, "shop", "shop_app", PASSWORD).unwrap();
        let before = state_of(server);
        let cases = [
            ("plain", "plain_app", PASSWORD, "database plain of ticketbot's"),
            ("wiki", "wiki_app", PASSWORD, "role wiki_owner that was not made"),
            ("blog", "bob", PASSWORD, "role bob that was not made"),
            ("blog", "shop_app", PASSWORD, "role shop_app that was not made for database blog"),
            ("blog", "shop_owner", PASSWORD, "role shop_owner that was not made"),
            ("shop", "other_app", PASSWORD, "already for shop_app"),
            ("shop", "shop_app", "another", "another password"),
            ("shop", "bob", PASSWORD, "role bob that was not made"),
        ];
        for (database, user, password, expected) in cases {
            let error = create(server, database, user, password).expect_err(expected);
            assert!(matches!(error, Error::Conflict(_)), "{error:?}");
            assert!(error.to_string().contains(expected), "{error}");
        }
        let generated = Request { db_password: None, ..request("shop", "shop_app", "") };
        let error =
            server.block_on(provisioner(server).create(&generated)).expect_err("no password");
        assert!(error.to_string().contains("not kept here"), "{error}");
        assert_eq!(state_of(server), before);
        for name in ["plain", "wiki", "bob", "nothing"] {
            let error = server.block_on(provisioner(server).quarantine(name, "20270131"));
            assert!(matches!(error, Err(Error::Missing(_))), "{error:?}");
        }
        assert_eq!(state_of(server), before);
    });
}

#[test]
fn requests_that_can_not_be_are_refused_with_a_reason() {
    on_newest("ticketbot", |server| {
        let before = state_of(server);
        let ask = |change: fn(&mut Request)| {
            let mut request = request("shop", "shop_app", PASSWORD);
            change(&mut request);
            request
        };
        let cases = [
            (ask(|r| r.db_name = "a; DROP DATABASE postgres".to_owned()), "db_name: "),
            (ask(|r| r.db_user = "Robert'); --".to_owned()), "db_user: "),
            (ask(|r| r.db_user = "shop_owner".to_owned()), "db_user: "),
            (ask(|r| r.db_password = Some(String::new().into())), "db_password: "),
            (ask(|r| r.extensions = vec!["plpython3u".to_owned()]), "extensions: "),
            (ask(|r| r.connection_limit = Some(0)), "connection_limit: "),
            (ask(|r| r.encoding = Some("UTF8' TEMPLATE x".to_owned())), "encoding: "),
            (ask(|r| r.locale = Some(String::new())), "locale: "),
        ];
        for (request, expected) in cases {
            let error = server.block_on(provisioner(server).create(&request)).expect_err(expected);
            assert!(matches!(error, Error::Invalid(_)), "{error:?}");
            assert!(error.to_string().contains(expected), "{error}");
        }
        // What only the server can refuse: all that was made for it is undone.
        for (encoding, locale) in [(Some("KLINGON"), None), (None, Some("tlh_KL.utf8"))] {
            let request = Request {
                encoding: encoding.map(str::to_owned),
                locale: locale.map(str::to_owned),
                ..request("shop", "shop_app", PASSWORD)
            };
            let error = server.block_on(provisioner(server).create(&request)).expect_err("refused");
            assert!(matches!(error, Error::Sql { .. }), "{error:?}");
        }
        assert_eq!(state_of(server), before);
    });
}

#[test]
fn a_password_is_changed_while_the_old_one_works() {
    on_each("ticketbot", |server| {
        let provisioner = provisioner(server);
        let first = create(server, "shop", "shop_app", PASSWORD).unwrap();
        let second = server.block_on(provisioner.rotate("shop", Turn::Next, None)).unwrap();
        assert_eq!(dsn(&second).user, "shop_app_b");
        for created in [&first, &second] {
            connects(server, &dsn(created)).unwrap();
        }
        let error = server.block_on(provisioner.rotate("shop", Turn::Next, None)).expect_err("two");
        assert!(matches!(error, Error::Conflict(_)), "{error:?}");
        let same = dsn(&second).password;
        let again = server.block_on(provisioner.rotate("shop", Turn::Next, same.clone())).unwrap();
        assert_eq!(
            (again.outcome, again.db_url.expose_secret()),
            (Outcome::Unchanged, second.db_url.expose_secret())
        );

        // Where the second URL was lost, a third takes its place; the first works all the while.
        let lost = second;
        let second = server.block_on(provisioner.rotate("shop", Turn::Again, None)).unwrap();
        connects(server, &dsn(&lost)).expect_err("another password");
        for created in [&first, &second] {
            connects(server, &dsn(created)).unwrap();
        }
        let same = dsn(&second).password;

        // What the old login made as itself, against all settings, must not be lost with it.
        server.block_on(async {
            let app = Connection::open(&dsn(&first)).await.unwrap();
            app.batch_execute("SET ROLE NONE; CREATE TABLE kept (i int)").await.unwrap();
            app.close().await;
        });
        let owner = "SELECT tableowner FROM pg_tables WHERE tablename = 'kept'";
        assert_eq!(server.query("shop", owner), ["shop_app"]);
        assert_eq!(
            server.block_on(provisioner.release("shop")).unwrap().as_deref(),
            Some("shop_app")
        );
        assert_eq!(server.block_on(provisioner.release("shop")).unwrap(), None);
        assert_eq!(server.query("shop", owner), ["shop_owner"]);
        connects(server, &dsn(&first)).expect_err("released");
        connects(server, &dsn(&second)).unwrap();

        let request = Request { db_password: same, ..request("shop", "shop_app", "") };
        let same = server.block_on(provisioner.create(&request)).unwrap();
        assert_eq!(same.db_url.expose_secret(), second.db_url.expose_secret());
        let third = server
            .block_on(provisioner.rotate("shop", Turn::Next, Some(PASSWORD.to_owned().into())))
            .unwrap();
        assert_eq!(dsn(&third).user, "shop_app");
        server.block_on(provisioner.release("shop")).unwrap();
        connects(server, &dsn(&third)).unwrap();
        connects(server, &dsn(&second)).expect_err("released");
    });
}

#[test]
fn a_database_goes_in_steps_and_its_name_is_free_at_once() {
    on_each("ticketbot", |server| {
        let provisioner = provisioner(server);
        let clean = state_of(server);
        let first = create(server, "shop", "shop_app", PASSWORD).unwrap();
        let session = server.block_on(Connection::open(&dsn(&first))).unwrap();
        server.block_on(session.batch_execute("CREATE TABLE item (i int)")).unwrap();

        let dropped = server.block_on(provisioner.quarantine("shop", "20270131")).unwrap();
        assert_eq!(
            (dropped.quarantine.as_str(), dropped.was_in_use),
            ("shop_trash_20270131", true)
        );
        assert!(server.block_on(session.simple_query("SELECT 1")).is_err());
        connects(server, &dsn(&first)).expect_err("out of use");
        let again = server.block_on(provisioner.quarantine("shop", "20270131")).unwrap();
        assert_eq!((again.quarantine.as_str(), again.was_in_use), ("shop_trash_20270131", false));

        let second = create(server, "shop", "shop_app", "another").unwrap();
        connects(server, &dsn(&second)).unwrap();
        let other = server.block_on(provisioner.quarantine("shop", "20270131")).unwrap();
        assert_eq!(other.quarantine, "shop_trash_20270131_2");

        let dump = server.block_on(provisioner.open_for_dump("shop_trash_20270131")).unwrap();
        assert_eq!(server.query(&dump.database, "SELECT count(*) FROM item"), ["0"]);
        for quarantine in ["shop_trash_20270131", "shop_trash_20270131_2"] {
            server.block_on(provisioner.purge(quarantine)).unwrap();
            let error = server.block_on(provisioner.purge(quarantine));
            assert!(matches!(error, Err(Error::Missing(_))), "{error:?}");
        }
        assert_eq!(state_of(server), clean);
    });
}

#[test]
fn an_extension_comes_from_the_list_of_those_that_are_allowed() {
    on_each("ticketbot", |server| {
        // In every server's packages is plpgsql only; it is what template0 holds already.
        let settings =
            Settings { extensions: ["plpgsql".to_owned()].into(), ..Settings::default() };
        let provisioner = Provisioner::new(server.dsn(), settings);
        let request = Request {
            extensions: vec!["plpgsql".to_owned()],
            ..request("shop", "shop_app", PASSWORD)
        };
        server.block_on(provisioner.create(&request)).unwrap();
        assert_eq!(server.query("shop", "SELECT extname FROM pg_extension"), ["plpgsql"]);
    });
}

#[test]
fn what_only_looks_goes_on_after_the_server_was_away() {
    on_newest("ticketbot", |server| {
        create(server, "shop", "shop_app", PASSWORD).unwrap();
        let provisioner = provisioner(server);
        assert_eq!(server.block_on(provisioner.list()).unwrap().len(), 1);
        server.stop("fast");
        let error = server.block_on(provisioner.list()).expect_err("it is away");
        assert!(matches!(error, Error::Connect { .. }), "{error:?}");
        server.block_on(provisioner.ready()).expect_err("it is away");
        server.boot(&[]);
        assert_eq!(server.block_on(provisioner.list()).unwrap().len(), 1);
        server.block_on(provisioner.ready()).unwrap();
        let sessions =
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'composemod'";
        // The one that is kept, and the one that asks.
        for _ in 0..3 {
            server.block_on(provisioner.find("shop")).unwrap().unwrap();
        }
        assert_eq!(server.query("postgres", sessions), ["2"]);
    });
}
