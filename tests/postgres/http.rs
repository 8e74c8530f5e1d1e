//! The service over the real provisioner and real servers.

use std::collections::BTreeSet;
use std::sync::Arc;

use composemod::postgres::connection::Connection;
use composemod::postgres::dsn::Dsn;
use composemod::postgres::provision::{Provisioner, Settings};
use composemod::server::{Options, Stopped};
use serde_json::{Value, json};

use super::http_client::Client;
use super::http_service::{Service, TestTokens};
use super::server::{Server, free_port, on_each, on_newest};

fn service(admin: Dsn) -> Service {
    let extensions = BTreeSet::from(["plpgsql".to_owned()]);
    let settings = Settings { extensions: extensions.clone(), ..Settings::default() };
    let options = Options { extensions, ..Options::default() };
    Service::start(Arc::new(Provisioner::new(admin, settings)), options)
}

fn create(client: &Client, name: &str, password: Option<&str>) -> (u16, Value) {
    let user = format!("{name}_app");
    let body = json!({"db_name": name, "db_user": user, "db_password": password});
    let reply = client.post("/v1/databases", &body);
    (reply.status, reply.json())
}

fn logs_in(server: &Server, url: &Value) -> bool {
    let url = Dsn::parse(url.as_str().expect("a URL")).expect("a URL that can be read");
    server.block_on(async {
        match Connection::open(&Dsn { tls: server.dsn().tls, ..url }).await {
            Ok(connection) => {
                connection.batch_execute("CREATE TABLE t (); DROP TABLE t").await.is_ok()
            }
            Err(_) => false,
        }
    })
}

#[test]
fn an_app_gets_its_database_and_it_is_taken_away_again() {
    on_each("ticketbot", |server| {
        let service = service(server.dsn());
        let client = &service.client;
        assert_eq!(client.send("GET", "/readyz").status, 200);

        let (status, made) = create(client, "shop", None);
        assert_eq!((status, &made["success"], &made["error"]), (201, &json!(true), &Value::Null));
        assert!(logs_in(server, &made["db_url"]));
        // Its password is known to its app alone.
        assert!(create(client, "shop", None).1["error"].as_str().unwrap().contains("not kept"));
        let password = "p@ss/w%rd' \"\\ ü\n";
        let (status, given) = create(client, "wiki", Some(password));
        assert_eq!(status, 201);
        assert_eq!(create(client, "wiki", Some(password)), (200, given.clone()));
        assert!(logs_in(server, &given["db_url"]));
        let (status, other) = create(client, "wiki", Some("another"));
        assert_eq!((status, &other["db_url"]), (409, &Value::Null));

        let shop = client.send("GET", "/v1/databases/shop").json();
        assert_eq!(shop["state"], "ready");
        assert_eq!(shop["owner"], "shop_owner");
        assert_eq!(shop["logins"][0]["name"], "shop_app");
        assert!(shop["bytes"].as_u64().unwrap() > 1_000_000, "{shop}");
        let list = client.send("GET", "/v1/databases").json();
        let names: Vec<&Value> =
            list["databases"].as_array().unwrap().iter().map(|one| &one["name"]).collect();
        assert_eq!(names, ["shop", "wiki"]);
        assert!(list["open"].as_array().unwrap().contains(&json!("postgres")), "{list}");

        let dropped = client.send("DELETE", "/v1/databases/shop").json();
        assert_eq!((&dropped["success"], &dropped["gone"]), (&json!(true), &json!(false)));
        let quarantine = dropped["quarantine"].as_str().unwrap();
        assert!(quarantine.starts_with("shop_trash_"), "{quarantine}");
        assert!(!logs_in(server, &made["db_url"]));
        assert!(logs_in(server, &given["db_url"]));
        client.send("GET", "/v1/databases/shop").problem(404);
        let waiting = client.send("GET", &format!("/v1/databases/{quarantine}")).json();
        assert_eq!((&waiting["name"], &waiting["state"]), (&json!("shop"), &json!("quarantined")));
        let again = client.send("DELETE", "/v1/databases/shop").json();
        assert_eq!(again["quarantine"], quarantine);
        assert_eq!(create(client, "shop", None).0, 201, "the name is free again");

        let (ended, lines) = service.stop();
        assert_eq!(ended, Stopped::Whole);
        let told = format!("{lines:?}{}", server.log());
        for url in [&made["db_url"], &given["db_url"]] {
            let password = url.as_str().unwrap().split(['@', ':']).nth(2).unwrap().to_owned();
            assert!(!told.contains(&password) && !told.contains("p@ss/w%rd' \"\\"), "{password}");
        }
    });
}

#[test]
fn what_cant_be_made_is_told_and_changes_nothing() {
    on_newest("ticketbot", |server| {
        server.execute("postgres", "CREATE ROLE taken");
        server.execute("postgres", "CREATE DATABASE theirs");
        let service = service(server.dsn());
        let body = |change: Value| {
            let mut body =
                json!({"db_name": "shop", "db_user": "shop_app", "db_password": "hunter2"});
            for (name, value) in change.as_object().unwrap() {
                body[name] = value.clone();
            }
            body
        };
        for (change, status, expected) in [
            (json!({"db_name": "theirs"}), 409, "not made here"),
            (json!({"db_user": "taken"}), 409, "taken"),
            (json!({"db_user": "ticketbot"}), 409, "ticketbot"),
            (json!({"db_user": "shop_owner"}), 422, "owns"),
            (json!({"db_name": "a\"; DROP DATABASE theirs; --"}), 422, "db_name"),
            (json!({"db_name": "a\u{0}b"}), 422, "db_name"),
            (json!({"db_name": "pg_shop"}), 422, "pg_"),
            (json!({"db_name": "a".repeat(41)}), 422, "41 bytes"),
            (json!({"db_password": ""}), 422, "empty"),
            (json!({"db_password": "hunter2\u{0}"}), 422, "NUL"),
            (json!({"extensions": ["dblink"]}), 422, "dblink"),
        ] {
            let detail = service.client.post("/v1/databases", &body(change)).problem(status);
            assert!(detail.contains(expected) && !detail.contains("hunter2"), "{detail}");
        }
        let allowed = body(json!({"extensions": ["plpgsql"], "connection_limit": 3}));
        assert_eq!(service.client.post("/v1/databases", &allowed).status, 201);
        let names = "SELECT datname FROM pg_database WHERE NOT datistemplate ORDER BY 1";
        assert_eq!(server.query("postgres", names), ["postgres", "shop", "theirs"]);
        let limit = "SELECT rolconnlimit FROM pg_roles WHERE rolname = 'shop_app'";
        assert_eq!(server.query("postgres", limit), ["3"]);
        let (_, lines) = service.stop();
        let text = format!("{lines:?}");
        assert!(!text.contains("DROP") && !text.contains("hunter2"), "{text}");
    });
}

#[test]
fn databases_of_one_user_name_are_dropped_one_after_the_other() {
    on_newest("ticketbot", |server| {
        let service = service(server.dsn());
        let mut names = Vec::new();
        for name in ["one", "two"] {
            let body = json!({"db_name": name, "db_user": "app"});
            assert_eq!(service.client.post("/v1/databases", &body).status, 201);
            let dropped = service.client.send("DELETE", &format!("/v1/databases/{name}"));
            assert_eq!(dropped.status, 200, "{dropped:?}");
            names.push(dropped.json()["quarantine"].as_str().unwrap().to_owned());
        }
        // The login of the first waits under the name that the second's would have had.
        assert!(names[1].ends_with("_2"), "{names:?}");
    });
}

#[test]
fn many_clients_at_once_get_what_one_would() {
    on_newest("ticketbot", |server| {
        let service = service(server.dsn());
        let answers: Vec<(u16, Value)> = std::thread::scope(|scope| {
            let ask = |number: usize| {
                let client = &service.client;
                scope.spawn(move || create(client, &format!("app{}", number % 8), Some("secret")))
            };
            let all: Vec<_> = (0..32).map(ask).collect();
            all.into_iter().map(|one| one.join().unwrap()).collect()
        });
        for (number, (status, answer)) in answers.iter().enumerate() {
            assert!(matches!(status, 200 | 201), "{answer}");
            assert_eq!(answer["db_url"], answers[number % 8].1["db_url"]);
        }
        let made = answers.iter().filter(|(status, _)| *status == 201).count();
        assert_eq!(made, 8, "each database is made once");
        assert!(answers.iter().take(8).all(|(_, answer)| logs_in(server, &answer["db_url"])));
    });
}

#[test]
fn a_server_that_cant_be_reached_is_told_without_its_address() {
    on_newest("ticketbot", |server| {
        let elsewhere = Dsn { port: free_port(), ..server.dsn() };
        let refused = server.dsn_of("ticketbot", "hunter2", "postgres");
        for (admin, cause) in [(elsewhere, "refused"), (refused, "password authentication failed")]
        {
            let service = service(admin.clone());
            let client = &service.client;
            let body = json!({"db_name": "shop", "db_user": "shop_app"});
            for reply in [
                client.send("GET", "/readyz"),
                client.send("GET", "/v1/databases"),
                client.post("/v1/databases", &body),
            ] {
                let detail = reply.problem(503);
                assert!(!detail.contains(&admin.port.to_string()) && !detail.contains("ticketbot"));
                assert_eq!(reply.header("retry-after"), "5");
            }
            assert_eq!(client.send("GET", "/healthz").status, 200, "the process itself is up");
            let (_, lines) = service.stop();
            assert_eq!(lines.len(), 3);
            for line in lines {
                assert!(line["cause"].as_str().unwrap().contains(cause), "{line}");
                assert!(!line.to_string().contains("hunter2"), "{line}");
            }
        }
    });
}

#[test]
fn tokens_hold_over_the_real_provisioner() {
    on_newest("ticketbot", |server| {
        let tokens = TestTokens::new();
        let provisioner = Provisioner::new(server.dsn(), Settings::default());
        let options = Options { tokens: Some(tokens.tokens.clone()), ..Options::default() };
        let service = Service::start(Arc::new(provisioner), options);
        assert_eq!(create(&service.client, "shop", None).0, 401);
        assert_eq!(create(&service.with_token(&tokens.read), "shop", None).0, 403);
        assert_eq!(create(&service.with_token(&tokens.create), "shop", None).0, 201);
        service.with_token(&tokens.create).send("DELETE", "/v1/databases/shop").problem(403);
        let names = "SELECT datname FROM pg_database WHERE datname LIKE 'shop%'";
        assert_eq!(server.query("postgres", names), ["shop"]);
    });
}
