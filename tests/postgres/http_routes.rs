//! What the service answers, whatever is sent and whatever becomes of the databases, which a fake
//! stands for here.

use std::io::Read;
use std::net::TcpStream;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use composemod::postgres::error::Error;
use composemod::postgres::provision::{
    Created, Database, Dropped, Login, OpenDatabase, Outcome, Request, State,
};
use composemod::server::{Answer, Databases, Options, Server, StartError, Stopped};
use secrecy::SecretString;
use serde_json::{Value, json};
use tokio::sync::{Semaphore, mpsc};
use tokio_postgres::error::SqlState;

use super::http_client::{Client, parse};
use super::http_service::{Service, TestTokens};
use super::server::wait_until;

/// Databases that are names in a list. A create whose user is `slow` waits for the gate.
struct Fake {
    names: Mutex<Vec<String>>,
    creates: AtomicUsize,
    gate: Semaphore,
    failure: Mutex<Option<fn() -> Error>>,
}

impl Fake {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            names: Mutex::default(),
            creates: AtomicUsize::new(0),
            gate: Semaphore::new(0),
            failure: Mutex::new(None),
        })
    }

    fn creates(&self) -> usize {
        self.creates.load(Ordering::SeqCst)
    }

    fn fail_with(&self, failure: Option<fn() -> Error>) {
        *self.failure.lock().expect("no panic before") = failure;
    }

    fn check(&self) -> Result<(), Error> {
        self.failure.lock().expect("no panic before").map_or(Ok(()), |failure| Err(failure()))
    }
}

impl Databases for Fake {
    fn create<'a>(&'a self, request: &'a Request) -> Answer<'a, Created> {
        Box::pin(async move {
            let number = self.creates.fetch_add(1, Ordering::SeqCst);
            self.check()?;
            match request.db_user.as_str() {
                "slow" => self.gate.acquire().await.expect("no panic before").forget(),
                "panic" => panic!("as asked for"),
                _ => {}
            }
            let mut names = self.names.lock().expect("no panic before");
            let is_there = names.contains(&request.db_name);
            if !is_there {
                names.push(request.db_name.clone());
            }
            Ok(Created {
                db_url: SecretString::from(format!("postgresql://url-{number}")),
                outcome: if is_there { Outcome::Unchanged } else { Outcome::Made },
            })
        })
    }

    fn list(&self) -> Answer<'_, Vec<Database>> {
        Box::pin(async {
            self.check()?;
            let database = |name: &String| Database {
                name: name.clone(),
                state: State::Ready,
                quarantine: None,
                owner: format!("{name}_owner"),
                logins: vec![Login { name: "app".to_owned(), is_current: true, can_log_in: true }],
                bytes: Some(7),
                connections: 1,
            };
            Ok(self.names.lock().expect("no panic before").iter().map(database).collect())
        })
    }

    fn find<'a>(&'a self, name: &'a str) -> Answer<'a, Option<Database>> {
        Box::pin(async move {
            Ok(self.list().await?.into_iter().find(|database| database.name == name))
        })
    }

    fn quarantine<'a>(&'a self, name: &'a str, day: &'a str) -> Answer<'a, Dropped> {
        Box::pin(async move {
            self.check()?;
            let mut names = self.names.lock().expect("no panic before");
            let at = names.iter().position(|other| other == name);
            names.remove(at.ok_or_else(|| Error::Missing(format!("there is no {name}")))?);
            assert!(day.len() == 8 && day.parse::<u32>().is_ok(), "{day}");
            Ok(Dropped { quarantine: format!("{name}_trash"), was_in_use: true })
        })
    }

    fn open_databases(&self) -> Answer<'_, Vec<OpenDatabase>> {
        let open = OpenDatabase { name: "postgres".to_owned(), roles: Vec::new() };
        Box::pin(async { Ok(vec![open]) })
    }

    fn ready(&self) -> Answer<'_, ()> {
        Box::pin(async { self.check() })
    }
}

fn service(fake: &Arc<Fake>, options: Options) -> Service {
    Service::start(Arc::<Fake>::clone(fake), options)
}

fn shop() -> Value {
    json!({"db_name": "shop", "db_user": "shop_app", "db_password": "hunter2"})
}

#[test]
fn a_database_is_made_shown_listed_and_taken_away() {
    let fake = Fake::new();
    let service = service(&fake, Options::default());
    let client = &service.client;

    let made = client.post("/v1/databases", &shop());
    assert_eq!((made.status, made.header("location")), (201, "/v1/databases/shop"));
    assert_eq!(made.header("cache-control"), "no-store");
    assert_eq!(made.header("content-type"), "application/json");
    let answer = json!({"success": true, "db_url": "postgresql://url-0", "error": null});
    assert_eq!(made.json(), answer);
    let again = client.post("/v1/databases", &shop());
    assert_eq!((again.status, again.json()["success"].clone()), (200, json!(true)));

    let database = json!({
        "name": "shop", "state": "ready", "quarantine": null, "owner": "shop_owner", "bytes": 7, "connections": 1,
        "logins": [{"name": "app", "is_current": true, "can_log_in": true}],
    });
    assert_eq!(client.send("GET", "/v1/databases/shop").json(), database);
    let list = json!({"databases": [database], "open": ["postgres"]});
    assert_eq!(client.send("GET", "/v1/databases").json(), list);

    let dropped = client.send("DELETE", "/v1/databases/shop");
    let answer = json!({"success": true, "quarantine": "shop_trash", "gone": false, "error": null});
    assert_eq!((dropped.status, dropped.json()), (200, answer));
    assert!(client.send("DELETE", "/v1/databases/shop").problem(404).contains("shop"));
    assert!(client.send("GET", "/v1/databases/shop").problem(404).contains("shop"));

    let (ended, lines) = service.stop();
    assert_eq!(ended, Stopped::Whole);
    let told: Vec<String> = lines
        .iter()
        .map(|line| {
            assert_eq!(line["token"], "anybody");
            let words = ["method", "route", "database", "status", "outcome"];
            words.map(|word| line[word].to_string().replace('"', "")).join(" ")
        })
        .collect();
    let expected = [
        "POST /v1/databases shop 201 made",
        "POST /v1/databases shop 200 unchanged",
        "GET /v1/databases/{name} shop 200 shown",
        "GET /v1/databases null 200 listed",
        "DELETE /v1/databases/{name} shop 200 quarantined",
        "DELETE /v1/databases/{name} shop 404 not-found",
        "GET /v1/databases/{name} shop 404 not-found",
    ];
    assert_eq!(told, expected);
    let text = format!("{lines:?}");
    assert!(!text.contains("hunter2") && !text.contains("postgresql://"), "{text}");
}

#[test]
fn a_token_may_do_what_its_scopes_say() {
    let fake = Fake::new();
    let tokens = TestTokens::new();
    let options = Options { tokens: Some(tokens.tokens.clone()), ..Options::default() };
    let service = service(&fake, options);
    let ask = |client: &Client, what: &str| match what {
        "create" => client.post("/v1/databases", &shop()),
        "read" => client.send("GET", "/v1/databases"),
        "show" => client.send("GET", "/v1/databases/shop"),
        _ => client.send("DELETE", "/v1/databases/shop"),
    };
    for what in ["create", "read", "show", "drop"] {
        for token in [None, Some("composemod_wrong"), Some(""), Some("é")] {
            let client = Client { token: token.map(str::to_owned), ..service.client.clone() };
            let reply = ask(&client, what);
            assert!(reply.problem(401).contains("token"));
            assert!(reply.header("www-authenticate").starts_with("Bearer realm="), "{reply:?}");
        }
    }
    for (token, allowed) in [
        (&tokens.create, &["create"][..]),
        (&tokens.read, &["read", "show"]),
        (&tokens.drop, &["drop"]),
        (&tokens.all, &["create", "read", "show", "drop"]),
    ] {
        for what in ["create", "read", "show", "drop"] {
            let reply = ask(&service.with_token(token), what);
            if allowed.contains(&what) {
                assert!(reply.status < 300, "{what}: {reply:?}");
            } else {
                let scope = if what == "show" { "read" } else { what };
                assert!(reply.problem(403).contains(scope), "{reply:?}");
                assert!(reply.header("www-authenticate").contains("insufficient_scope"));
            }
        }
    }
    // What is no secret takes no token; counts neither, as only this machine gets here.
    for path in ["/healthz", "/readyz", "/openapi.json", "/metrics"] {
        assert_eq!(service.client.send("GET", path).status, 200, "{path}");
    }
    let (_, lines) = service.stop();
    let text = format!("{lines:?}");
    for token in [&tokens.create, &tokens.read, &tokens.drop, &tokens.all] {
        assert!(!text.contains(token.as_str()), "{text}");
    }
    assert!(lines.iter().any(|line| line["token"] == "create" && line["outcome"] == "made"));
    assert!(lines.iter().any(|line| line["token"].is_null() && line["status"] == 401));
    assert!(lines.iter().all(|line| line["route"] != "/healthz"));
}

#[test]
fn what_others_reach_needs_tokens_and_tells_strangers_no_counts() {
    let open = || std::net::TcpListener::bind(("0.0.0.0", 0)).unwrap();
    let (lines, _received) = mpsc::channel(1);
    let refused = Server::new(open(), Fake::new(), Options::default(), lines.clone());
    assert!(matches!(refused.err(), Some(StartError::Open(_))));
    let options = Options { tokens: Some(TestTokens::new().tokens), ..Options::default() };
    assert!(Server::new(open(), Fake::new(), options, lines).is_ok());
}

#[test]
fn without_tokens_a_page_in_a_browser_gets_nothing() {
    let fake = Fake::new();
    let service = service(&fake, Options::default());
    let client = &service.client;
    let host = [("Host", "evil.example:8642"), ("Content-Type", "application/json")];
    let reply = client.send_with("POST", "/v1/databases", &host, &shop().to_string());
    assert!(reply.problem(403).contains("localhost"));
    // What a page may send without being asked for: a form, or text.
    let text = [("Content-Type", "text/plain")];
    let reply = client.send_with("POST", "/v1/databases", &text, &shop().to_string());
    assert!(reply.problem(415).contains("application/json"));
    client.send("OPTIONS", "/v1/databases").problem(405);
    assert_eq!(fake.creates(), 0);
}

#[test]
fn each_failure_has_its_status_and_tells_clients_nothing_of_the_server() {
    /// What fails how, with the status and the kind of the answer.
    type Case = (fn() -> Error, u16, &'static str);
    const SECRET: &str = "INSERT SECRET";
    let cases: [Case; 9] = [
        (|| Error::Invalid("no name".to_owned()), 422, "invalid"),
        (|| Error::Conflict("not ours".to_owned()), 409, "conflict"),
        (|| Error::Refused("not now".to_owned()), 409, "conflict"),
        (|| Error::Missing("not there".to_owned()), 404, "not-found"),
        (|| failed(SqlState::SYNTAX_ERROR), 500, "internal"),
        (|| failed(SqlState::TOO_MANY_CONNECTIONS), 503, "unavailable"),
        (|| failed(SqlState::QUERY_CANCELED), 504, "time-limit"),
        (
            || Error::Lost { doing: "making it".to_owned(), reason: SECRET.to_owned() },
            503,
            "unavailable",
        ),
        (
            || Error::System { doing: "making it".to_owned(), reason: SECRET.to_owned() },
            500,
            "internal",
        ),
    ];
    fn failed(code: SqlState) -> Error {
        Error::Sql { doing: "making it".to_owned(), message: SECRET.to_owned(), code }
    }
    let fake = Fake::new();
    let service = service(&fake, Options::default());
    for (failure, status, kind) in cases {
        fake.fail_with(Some(failure));
        for reply in [
            service.client.post("/v1/databases", &shop()),
            service.client.send("GET", "/v1/databases"),
            service.client.send("DELETE", "/v1/databases/shop"),
        ] {
            assert!(!reply.problem(status).contains("SECRET"));
            assert_eq!(reply.json()["type"], format!("urn:composemod:problem:{kind}"));
            assert_eq!(reply.header("retry-after").is_empty(), status != 503, "{reply:?}");
        }
    }
    let reply = service.client.send("GET", "/readyz");
    assert_eq!(reply.problem(503), "the Postgres server is not ready");
    let (_, lines) = service.stop();
    let internal = lines.iter().find(|line| line["status"] == 500).unwrap();
    assert!(internal["cause"].as_str().unwrap().contains(SECRET), "operators are told: {internal}");
    assert!(lines.iter().any(|line| line["route"] == "/readyz" && line["status"] == 503));
}

#[test]
fn hostile_requests_get_proper_answers() {
    let fake = Fake::new();
    let service = service(&fake, Options::default());
    let client = &service.client;
    for path in [
        "/v1/databases/%00",
        "/v1/databases/%ff%fe",
        "/v1/databases/a%22;%20DROP",
        "/v1/databases/A",
        "/v1/databases/%2e%2e%2fetc",
        &format!("/v1/databases/{}", "a".repeat(64)),
        &format!("/v1/databases/{}", "a".repeat(8000)),
    ] {
        for method in ["GET", "DELETE"] {
            client.send(method, path).problem(422);
        }
    }
    for path in ["/", "/v1", "/v1/databases/", "/v1/databases/a/b", "/../etc/passwd", "//", "/%00"]
    {
        client.send("GET", path).problem(404);
    }
    for (method, path, allowed) in [
        ("PUT", "/v1/databases", "GET,HEAD,POST"),
        ("PATCH", "/v1/databases/shop", "GET,HEAD,DELETE"),
        ("POST", "/healthz", "GET,HEAD"),
        ("BREW", "/metrics", "GET,HEAD"),
    ] {
        let reply = client.send(method, path);
        reply.problem(405);
        assert_eq!(reply.header("allow"), allowed);
    }
    let json = [("Content-Type", "application/json")];
    for body in ["{", "\u{0}", "{\"db_name\": \"hunter2", &"[".repeat(9000)] {
        let detail = client.post_with("/v1/databases", &[], body).problem(400);
        assert!(!detail.contains("hunter2"), "{detail}");
    }
    client.send_with("POST", "/v1/databases", &[], &shop().to_string()).problem(415);
    let form = [("Content-Type", "application/x-www-form-urlencoded")];
    client.send_with("POST", "/v1/databases", &form, "a=b").problem(415);
    client.send_with("POST", "/v1/databases", &json, "").problem(400);
    let long = format!("{{\"db_name\": \"{}\"}}", "a".repeat(16 * 1024));
    assert!(client.post_with("/v1/databases", &[], &long).problem(413).contains("16384"));
    // The same in chunks, whose sum nobody says before.
    let mut chunked = b"POST /v1/databases HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
    for _ in 0..5 {
        chunked.extend(format!("1000\r\n{}\r\n", " ".repeat(0x1000)).bytes());
    }
    chunked.extend(b"0\r\n\r\n");
    let mut bytes = Vec::new();
    client.raw(&chunked).read_to_end(&mut bytes).unwrap();
    parse(&bytes).problem(413);
    // Heads that are too long, or none, are the protocol's: answered, and the service goes on.
    for (head, status) in [
        (format!("GET /healthz HTTP/1.1\r\nHost: a\r\nX: {}\r\n\r\n", "x".repeat(300_000)), 431),
        (format!("GET /{} HTTP/1.1\r\nHost: a\r\n\r\n", "x".repeat(300_000)), 431),
        ("GET\r\n\r\n".to_owned(), 400),
        ("\u{0}\u{1}\u{2}\r\n\r\n".to_owned(), 400),
        ("POST /v1/databases HTTP/1.1\r\nHost: a\r\nContent-Length: 1e9\r\n\r\n".to_owned(), 400),
    ] {
        let mut bytes = Vec::new();
        let _ = client.raw(head.as_bytes()).read_to_end(&mut bytes);
        assert!(bytes.is_empty() || parse(&bytes).status == status, "{head:.20}: {bytes:?}");
    }
    for key in ["", "a b", &"k".repeat(129), "é"] {
        let key = [("Idempotency-Key", key)];
        let body = shop().to_string();
        assert!(client.post_with("/v1/databases", &key, &body).problem(400).contains("visible"));
    }
    assert_eq!(fake.creates(), 0);
    let panicked = json!({"db_name": "shop", "db_user": "panic"});
    client.post("/v1/databases", &panicked).problem(500);
    assert_eq!(client.send("GET", "/healthz").status, 200);
    let (ended, lines) = service.stop();
    assert_eq!(ended, Stopped::Whole);
    let text = format!("{lines:?}");
    for sent in ["DROP", "hunter2", "passwd", "BREW", "%00"] {
        assert!(!text.contains(sent), "{sent} is in the log: {text}");
    }
}

#[test]
fn a_key_gives_the_same_answer_once_made() {
    let fake = Fake::new();
    let tokens = TestTokens::new();
    let options = Options { tokens: Some(tokens.tokens.clone()), ..Options::default() };
    let service = service(&fake, options);
    let client = service.with_token(&tokens.all);
    let key = [("Idempotency-Key", "8e03978e-40d5-43dd-bc93-6894a57f9324")];
    let body = shop().to_string();
    let ask = |client: &Client, body: &str| client.post_with("/v1/databases", &key, body);

    let first = ask(&client, &body);
    assert_eq!((first.status, first.header("idempotency-replayed")), (201, ""));
    // However it is written.
    let again = ask(&client, &body.replace(",", ", "));
    assert_eq!((again.status, again.header("idempotency-replayed")), (201, "true"));
    assert_eq!(again.body, first.body);
    let other = json!({"db_name": "shop", "db_user": "shop_app", "db_password": "hunter3"});
    assert!(ask(&client, &other.to_string()).problem(422).contains("another request"));
    assert_eq!(fake.creates(), 1);
    // Another client's key is another key.
    assert_eq!(ask(&service.with_token(&tokens.create), &body).status, 200);
    assert_eq!(fake.creates(), 2);

    let slow = json!({"db_name": "wiki", "db_user": "slow"}).to_string();
    let key = [("Idempotency-Key", "slow")];
    let mut waiting = client.begin(
        "POST",
        "/v1/databases",
        &[("Content-Type", "application/json"), key[0]],
        &slow,
    );
    wait_until("the first request is being worked on", || fake.creates() == 3);
    let reply = client.post_with("/v1/databases", &key, &slow);
    assert!(reply.problem(409).contains("being worked on"));
    assert_eq!(reply.header("retry-after"), "1");
    fake.gate.add_permits(1);
    let mut bytes = Vec::new();
    waiting.read_to_end(&mut bytes).unwrap();
    assert_eq!(parse(&bytes).status, 201);
    assert_eq!(client.post_with("/v1/databases", &key, &slow).body, parse(&bytes).body);

    // What is gone is made anew.
    assert_eq!(client.send("DELETE", "/v1/databases/shop").status, 200);
    let anew = ask(&client, &body);
    assert_eq!((anew.status, anew.header("idempotency-replayed")), (201, ""));

    // A failure that passes is not kept.
    let key = [("Idempotency-Key", "failing")];
    fake.fail_with(Some(|| Error::Lost { doing: "x".to_owned(), reason: "y".to_owned() }));
    client.post_with("/v1/databases", &key, &body).problem(503);
    fake.fail_with(None);
    assert_eq!(client.post_with("/v1/databases", &key, &body).status, 200);
}

#[test]
fn too_many_at_once_are_told_to_come_again() {
    let fake = Fake::new();
    let options = Options { max_concurrency: 2, ..Options::default() };
    let service = service(&fake, options);
    let client = &service.client;
    let json = [("Content-Type", "application/json")];
    let begin = |name: &str| {
        let body = json!({"db_name": name, "db_user": "slow"}).to_string();
        client.begin("POST", "/v1/databases", &json, &body)
    };
    let waiting = [begin("a"), begin("b")];
    wait_until("both are being worked on", || fake.creates() == 2);
    for _ in 0..3 {
        let reply = client.send("GET", "/v1/databases");
        assert!(reply.problem(503).contains("too many"));
        assert_eq!(reply.header("retry-after"), "1");
    }
    // Whoever watches the service is not in the way, and sees it.
    assert_eq!(client.send("GET", "/healthz").status, 200);
    let metrics = client.send("GET", "/metrics").body;
    assert!(metrics.contains("composemod_http_requests_in_flight 3\n"), "{metrics}");
    fake.gate.add_permits(2);
    for mut stream in waiting {
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        assert_eq!(parse(&bytes).status, 201);
    }
    assert_eq!(client.send("GET", "/v1/databases").status, 200);
    let metrics = client.send("GET", "/metrics").body;
    for line in [
        "composemod_creates_total{outcome=\"made\"} 2",
        "composemod_http_requests_total{route=\"/v1/databases\",method=\"GET\",status=\"503\"} 3",
        "composemod_http_request_duration_seconds_count{route=\"/v1/databases\",method=\"POST\"} 2",
    ] {
        assert!(metrics.lines().any(|found| found == line), "{line}: {metrics}");
    }
}

#[test]
fn work_is_ended_for_clients_that_hang_up_and_for_those_that_wait_too_long() {
    let fake = Fake::new();
    let options = Options { request_timeout: Duration::from_millis(200), ..Options::default() };
    let service = service(&fake, options);
    let body = |name: &str| json!({"db_name": name, "db_user": "slow"}).to_string();
    let json = [("Content-Type", "application/json")];
    let gone = service.client.begin("POST", "/v1/databases", &json, &body("gone"));
    wait_until("the first is being worked on", || fake.creates() == 1);
    drop(gone);
    let late = service.client.post_with("/v1/databases", &[], &body("late"));
    assert!(late.problem(504).contains("the work goes on"));
    assert!(fake.names.lock().unwrap().is_empty());
    fake.gate.add_permits(2);
    wait_until("both are made", || fake.names.lock().unwrap().len() == 2);
    let (ended, lines) = service.stop();
    assert_eq!(ended, Stopped::Whole);
    let of = |name: &str, late: bool| {
        let is_meant = |line: &&Value| line["database"] == name && line["late"].is_null() != late;
        lines.iter().find(is_meant).map(|line| line["outcome"].clone())
    };
    assert_eq!(of("late", false), Some(json!("time-limit")), "{lines:?}");
    assert_eq!(of("late", true), Some(json!("made")), "{lines:?}");
    assert_eq!(of("gone", true), Some(json!("made")), "{lines:?}");
}

#[test]
fn a_stop_lets_requests_end_and_takes_no_more() {
    let fake = Fake::new();
    let mut service = service(&fake, Options::default());
    let client = service.client.clone();
    let body = json!({"db_name": "last", "db_user": "slow"}).to_string();
    let json = [("Content-Type", "application/json")];
    // One connection waits for its answer, and one for its next request.
    let mut waiting = client.begin("POST", "/v1/databases", &json, &body);
    let mut idle = client.raw(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
    let mut some = [0; 12];
    idle.read_exact(&mut some).unwrap();
    assert_eq!(&some, b"HTTP/1.1 200");
    wait_until("it is being worked on", || fake.creates() == 1);
    service.tell_to_stop();
    wait_until("no connection is taken", || TcpStream::connect(client.address).is_err());
    fake.gate.add_permits(1);
    let mut bytes = Vec::new();
    waiting.read_to_end(&mut bytes).unwrap();
    assert_eq!(parse(&bytes).status, 201);
    let mut rest = Vec::new();
    idle.read_to_end(&mut rest).unwrap();
    let (ended, lines) = service.stop();
    assert_eq!((ended, lines.len()), (Stopped::Whole, 1));
}

#[test]
fn a_stop_does_not_wait_for_ever() {
    let fake = Fake::new();
    let options = Options { stop_timeout: Duration::from_millis(300), ..Options::default() };
    let service = service(&fake, options);
    let body = json!({"db_name": "stuck", "db_user": "slow"}).to_string();
    let json = [("Content-Type", "application/json")];
    let _waiting = service.client.begin("POST", "/v1/databases", &json, &body);
    wait_until("it is being worked on", || fake.creates() == 1);
    assert_eq!(service.stop().0, Stopped::Cut);
}

#[test]
fn connections_beyond_the_limit_are_closed() {
    let fake = Fake::new();
    let options = Options { max_connections: 4, ..Options::default() };
    let service = service(&fake, options);
    let ask = || service.client.raw(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
    let is_answered = |stream: &mut TcpStream| {
        let mut bytes = [0; 12];
        stream.read_exact(&mut bytes).is_ok() && &bytes == b"HTTP/1.1 200"
    };
    // Four that are answered and stay fill the service.
    let mut held: Vec<TcpStream> = (0..4).map(|_| ask()).collect();
    assert!(held.iter_mut().all(is_answered));
    for _ in 0..3 {
        assert!(!is_answered(&mut ask()));
    }
    held.pop();
    wait_until("there is room again", || is_answered(&mut ask()));
}
