//! What talks to a server, without one: who is refused, or names it wrongly, hears no password.

use std::error::Error;

use composemod::postgres::dsn::Dsn;
use composemod::server::Tokens;
use secrecy::SecretString;

use crate::canary::{Search, planted};
use crate::ran::{Leaks, Run, Tree};

/// Command lines that need a server, or serve.
const LINES: [&str; 30] = [
    "db inspect",
    "db inspect --from admin --to postgres --format json",
    "db superuser --from admin --to postgres --password-file password --plan swap --database x",
    "db superuser --from admin --to postgres --password-stdin --execute",
    "db superuser --from admin --to postgres --rollback -v",
    "db superuser --from admin --to postgres --password-file no-utf8",
    "db drop-tables a b --database x --as app --like a% --cascade --backup-dir . --pg-dump false --execute",
    "db drop-tables a --database x --as app --no-backup",
    "db create shop --user shop --password-file password --extension a --connection-limit 5 --encoding UTF8 --locale C --public-host db --public-port 5432",
    "db create shop --user shop --password-stdin",
    "db create shop --user shop --password-file nowhere",
    "db create shop --user shop",
    "db list --format json",
    "db list",
    "db rotate shop --again --password-file password --public-host db --public-port 5432",
    "db rotate shop --password-stdin",
    "db rotate shop --release",
    "db drop shop --execute --backup-dir . --pg-dump false",
    "db drop shop --keep",
    "db drop shop --no-backup --format json",
    "db harden shop --execute",
    "db harden",
    "db list --service main-db",
    "serve token --scopes create,read --name x",
    "serve health http://127.0.0.1:1/healthz",
    "serve --bind 192.0.2.1:1 --public-host db --public-port 1 --connection-limit 1 --allow-extension a --max-concurrency 1 --max-connections 1 --request-timeout 1 --stop-timeout 1 --audit-log nowhere/log --tokens password --tls-cert password --tls-key password",
    "serve --bind 192.0.2.1:1 --tls-cert password --tls-key url",
    "serve --bind 192.0.2.1:1",
    "serve --tokens no-utf8",
    "migrate",
];

/// Lines that do nothing without a journal, and lines that are refused before they do a thing.
const MIGRATIONS: [&str; 3] = [
    "migrate --resume --step --observe --wait 1 --compose false --backup backup",
    "migrate --rollback",
    "migrate --execute --config nowhere.yaml",
];

const FILES: [(&str, &str); 6] = [
    (
        "compose.yaml",
        "services:\n  main-db:\n    image: postgres:16\n    ports: [\"127.0.0.1:1:5432\"]\n    environment: {POSTGRES_PASSWORD: «live compose», FOO: «live plain»}\n",
    ),
    ("composemod.yaml", "renames: [{from: main-db, to: app-db}]\n"),
    ("password", "«live password file»\n"),
    ("url", "postgres://u:«live url file»@127.0.0.1:1/x\n"),
    ("no-utf8", "«live no utf-8»␘\n"),
    ("broken-url", "postgres//u:«live broken url file»@127.0.0.1:1/x\n"),
];

/// Ways to name a server that is not there, or wrongly.
const SERVERS: [&[(&str, &str)]; 21] = [
    &[("DATABASE_URL", "postgres://u:«refused»@127.0.0.1:1/x?sslmode=disable")],
    &[("DATABASE_URL", "postgres://u:«refused encoded|%40%2F»@127.0.0.1:1/x")],
    &[("DATABASE_URL", "postgres://u:«unknown host»@no-such-host.invalid:1/x?connect_timeout=1")],
    &[("DATABASE_URL", "postgres://u:12/«raw slash»@127.0.0.1:1/x")],
    &[("DATABASE_URL", "postgres://u:a/«raw slash after a letter»@127.0.0.1:1/x")],
    &[("DATABASE_URL", "postgres://u:a@«raw at»@127.0.0.1:1/x")],
    &[("DATABASE_URL", "postgres://u:12?«raw question mark»@127.0.0.1:1/x")],
    &[("DATABASE_URL", "postgres://u:12?sslmode=«raw question mark and parameter»@127.0.0.1:1/x")],
    &[("DATABASE_URL", "postgres://u:12#«raw hash»@127.0.0.1:1/x")],
    &[("DATABASE_URL", "postgres://u:%zz«bad percent»@127.0.0.1:1/x")],
    &[("DATABASE_URL", "postgres://u:%ff«no utf-8»@127.0.0.1:port/x")],
    &[("DATABASE_URL", "postgres:/u:«no scheme»@127.0.0.1:1/x")],
    &[("DATABASE_URL", "mysql://u:«another scheme»@127.0.0.1:1/x")],
    &[("DATABASE_URL", "host=127.0.0.1 password=«key and value»")],
    &[(
        "DATABASE_URL",
        "postgres://127.0.0.1:1/x?user=u&password=«parameter»&nonsense=«unknown parameter»",
    )],
    &[("DATABASE_URL", "postgres://u:«two hosts»@127.0.0.1:1,127.0.0.1:2/x")],
    &[("PGHOST", "127.0.0.1"), ("PGPORT", "1"), ("PGPASSWORD", "«variable»"), ("PGUSER", "u")],
    &[
        ("PGHOST", "127.0.0.1"),
        ("PGPORT", "1"),
        ("PGPASSWORD_FILE", "password"),
        ("PGSSLMODE", "verify-full"),
        ("PGSSLROOTCERT", "password"),
    ],
    &[("DATABASE_URL_FILE", "url")],
    &[("DATABASE_URL_FILE", "broken-url")],
    &[("DATABASE_URL_FILE", "no-utf8"), ("PGPASSWORD_FILE", "nowhere")],
];

/// Gives the lines, for the list of what is run.
pub(crate) fn lines() -> impl Iterator<Item = Run> {
    LINES.into_iter().chain(MIGRATIONS).map(Run::of)
}

#[test]
fn no_command_of_a_server_shows_a_password() {
    let given = SERVERS.iter().flat_map(|server| server.iter()).map(|(_, value)| *value);
    let texts = FILES.iter().map(|(_, text)| *text).chain(["«stdin»", "«variable password»"]);
    let search = Search::new(texts.chain(given));
    let mut runs: Vec<Run> = Vec::new();
    for (number, server) in SERVERS.into_iter().enumerate() {
        // The first server is asked for everything, and each other one in two ways.
        let is_whole = number == 0;
        let lines = LINES.into_iter().chain(MIGRATIONS);
        for line in
            lines.filter(|line| is_whole || ["db list", "serve --bind 192.0.2.1:1"].contains(line))
        {
            let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), planted(value));
            let mut run = Run::of(line);
            run.variables = server.iter().map(owned).collect();
            run.variables.push(("COMPOSEMOD_PASSWORD".to_owned(), planted("«variable password»")));
            run.stdin = planted("«stdin»\n").into_bytes();
            runs.push(run);
        }
    }
    let tree = Tree::new(FILES, &search);
    let leaks: Leaks = tree.leaks(&runs);
    println!("{} canaries, {} runs, {} bytes of output", search.len(), leaks.runs, leaks.bytes);
    leaks.none();
}

#[test]
fn what_holds_a_password_shows_none_as_a_text() {
    let text = "postgres://u:«shown»@db:5432/x";
    let search = Search::new([text, "«another login»", "«token line»"]);
    let dsn = Dsn::parse(&planted(text)).expect("a URL");
    let other = dsn.with_login("v", SecretString::from(planted("«another login»")));
    let errors: Vec<Box<dyn Error>> = SERVERS
        .iter()
        .filter_map(|server| Some(Dsn::parse(&planted(server.first()?.1)).err()?.into()))
        .collect();
    let tokens = Tokens::parse(&planted("x create «token line»\n"));
    let texts = [
        format!("{dsn} {dsn:?} {other} {other:#?}"),
        format!("{:?} {:?}", dsn.url(), dsn.libpq_variables()),
        format!("{errors:?}"),
        format!("{tokens:?}"),
    ];
    assert!(errors.len() > 8, "{errors:?}");
    for text in texts {
        assert!(search.found(&text).is_empty(), "{text}");
    }
}
