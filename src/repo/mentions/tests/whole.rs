use proptest::prelude::{Strategy, prop_assert};

use super::{check, subject};
use crate::compose::usage::Class;
use crate::repo::kind::{ConfigSyntax, FileKind, Language};
use crate::repo::mentions::{competing, mentions};

#[test]
fn what_is_kept() {
    check(
        "db",
        &[
            ("CHANGELOG.md", "- start db\n", &["History Unsure"]),
            (
                "x/log.txt",
                "db       | LOG: x\n ✔ Container db   Healthy\n",
                &["Output Unsure", "Output Unsure"],
            ),
            ("archive/run.sh", "docker logs db\n", &["History Unsure"]),
            ("migrations/001.py", "host = 'db'\n", &["History Unsure"]),
            ("yarn.lock", "db@1\n", &[]),
            (
                "notes.unknown",
                "db http://db:1 docker logs db\n",
                &["Unknown Unsure", "Host Certain", "ContainerCommand Likely"],
            ),
            (".gitignore", "db/\n/db\n", &["Path Certain", "Path Certain"]),
        ],
    );
}

#[test]
fn a_file_that_uses_the_name_otherwise_lowers_bare_words() {
    check(
        "shop-db",
        &[
            (
                "run.sh",
                "psql -h x -d shop-db\necho \"shop-db is up\"\n# the shop-db container\n",
                &["Database Certain", "Message Unsure", "Comment Likely"],
            ),
            (
                "run.sh",
                "docker logs shop-db\necho \"shop-db is up\"\n",
                &["ContainerCommand Certain", "Message Likely"],
            ),
        ],
    );
    let subject = subject("db", false);
    let found = mentions(".env", "POSTGRES_DB=db\n", FileKind::Env, &subject);
    assert!(competing(&found));
    let found = mentions(".env", "DB_HOST=db\n", FileKind::Env, &subject);
    assert!(!competing(&found));
}

#[test]
fn names_that_are_words() {
    check(
        "server",
        &[
            ("nginx.conf", "server {\n  listen 80;\n}\n", &["Identifier Unsure"]),
            (
                "nginx.conf",
                "upstream x {\n  server server:80;\n}\n",
                &["Identifier Unsure", "Host Certain"],
            ),
        ],
    );
    check("email", &[("package.json", "{\"email:export\": \"run export\"}", &["Unknown Unsure"])]);
    check(
        "logs",
        &[
            ("run.sh", "echo \"see logs:${RESET}\"\n", &["Unknown Unsure"]),
            ("run.sh", "curl logs:${LOGS_PORT}\n", &["Host Certain"]),
        ],
    );
    check(
        "redis",
        &[
            ("a.py", "ref = 'redis:7'\nX = 'redis:6379'\n", &["Unknown Unsure", "Host Likely"]),
            (
                "a.py",
                "backend = 'redis'\nbroker = 'redis'\n",
                &["Literal Unsure", "Literal Unsure"],
            ),
        ],
    );
}

#[test]
fn longer_names_are_other_names() {
    let subject = subject("db", false);
    let text = "db my_db db2 db-x x.db db.x shop-db-1 shop_db_2 mydb ${X:-db} db. (db)";
    let found: Vec<_> = mentions("a.unknown", text, FileKind::Other, &subject)
        .iter()
        .map(|mention| match mention.class {
            Class::LongerName => 'L',
            Class::DerivedName => 'D',
            _ => 'w',
        })
        .collect();
    assert_eq!(found.iter().collect::<String>(), "wLLLLLDDLwww");
}

fn kinds() -> Vec<(FileKind, &'static str)> {
    use ConfigSyntax::{Directives, Hcl, Json, Lines, Xml};
    use Language::{Chars, Dashes, Hash, Markup, Semicolons, Slashes};
    let mut kinds = vec![
        (FileKind::Yaml, "a.yml"),
        (FileKind::Env, ".env"),
        (FileKind::Shell, "a.sh"),
        (FileKind::Make, "Makefile"),
        (FileKind::Make, "Taskfile.yml"),
        (FileKind::Dockerfile, "Dockerfile"),
        (FileKind::Ci, ".gitlab-ci.yml"),
        (FileKind::Sql, "a.sql"),
        (FileKind::Docs, "a.md"),
        (FileKind::History, "a.log"),
        (FileKind::Generated, "a.lock"),
        (FileKind::Other, "a"),
    ];
    kinds.extend([Lines, Json, Xml, Directives, Hcl].map(|syntax| (FileKind::Config(syntax), "a")));
    let languages = [
        (Hash, "a.py"),
        (Hash, "a.rb"),
        (Slashes, "a.ts"),
        (Slashes, "a.php"),
        (Chars, "a.rs"),
        (Chars, "a.go"),
        (Dashes, "a.lua"),
        (Semicolons, "a.clj"),
        (Markup, "a.html"),
    ];
    kinds.extend(languages.map(|(language, path)| (FileKind::Code(language), path)));
    kinds
}

/// Pieces that readers look for, in any order.
fn text() -> impl Strategy<Value = String> {
    let piece = proptest::sample::select(vec![
        "db",
        "web",
        " ",
        "\n",
        "\t",
        "  ",
        "\"",
        "'",
        "`",
        "```",
        "\"\"\"",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        "{{",
        "}}",
        "<",
        ">",
        "</",
        "<!--",
        "-->",
        "<?php",
        "<%",
        "=",
        ":",
        ": ",
        "- ",
        "#",
        "//",
        "/*",
        "*/",
        "--",
        "|",
        "\\",
        "$",
        "${",
        ":-",
        "@",
        "/",
        "://",
        ",",
        ";",
        "host",
        "services:",
        "image:",
        "run:",
        "docker ",
        "exec ",
        "psql -h ",
        "CREATE DATABASE ",
        "<<EOF",
        "EOF",
        "é",
        "✔",
        "server ",
        "upstream ",
        "FROM ",
        "RUN ",
        "f\"",
        "\r\n",
        "::",
        "$ ",
        "> ",
    ]);
    proptest::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

proptest::proptest! {
    #[test]
    fn any_text_of_any_sort_is_read(text in text(), distinctive: bool) {
        let subject = subject("db", distinctive);
        for (kind, path) in kinds() {
            let found = mentions(path, &text, kind, &subject);
            let expected = memchr::memmem::find_iter(text.as_bytes(), b"db").count();
            prop_assert!(kind == FileKind::Generated || found.len() == expected);
            for mention in &found {
                prop_assert!(text.get(mention.span.range()) == Some("db"));
            }
        }
    }
}

#[test]
fn long_files_take_little_time() {
    let pieces = [
        "db ",
        "\"db\", ",
        "'db\\' ",
        "`db ",
        "[db",
        "{db: ",
        "(\"db\"",
        "<db ",
        "<!-- db ",
        "host: db\n",
        "- db\n",
        "# db\n",
        "f(\"x\", \"db\")\n",
        "{{ 'db'",
        "${db:-",
        "db: [",
        "```\ndb\n",
        "docker exec db\n",
        "\"\"\"db",
        "x = 'db' || ",
        "a.b(c).d(\"db\").",
        "<<EOF db\n",
        "upstream db { server db; }\n",
        "> - db\n",
        "http://db:80/db ",
    ];
    let subject = subject("db", false);
    for piece in pieces {
        let text = piece.repeat(6_000 / piece.len());
        for (kind, path) in kinds() {
            let start = std::time::Instant::now();
            let _ = mentions(path, &text, kind, &subject);
            let taken = start.elapsed();
            assert!(taken.as_secs() < 5, "{kind:?} {piece:?}: {taken:?}");
        }
    }
}

#[test]
fn derived_names() {
    check(
        "db",
        &[
            (
                "a.sh",
                "docker exec shop-db-1 psql\ndocker logs shop_db_1\necho shop-db-1\n",
                &["DerivedName Likely", "DerivedName Likely", "DerivedName Unsure"],
            ),
            ("a.sh", "docker ps -q --filter name=shop-db-1\n", &["DerivedName Likely"]),
            ("a.sh", "docker exec \"${P}_db_1\" ls\n", &["DerivedName Likely"]),
            ("a.sh", "docker exec $(basename $PWD)-db-1 ls\n", &["DerivedName Likely"]),
            ("a.sh", "docker exec $PROJECT-db-1 ls\n", &["DerivedName Likely"]),
            ("a.sh", "docker volume rm shop-db-1\n", &["DerivedName Unsure"]),
            (
                "a.py",
                "c = client.containers.get('shop-db-1')\nu = 'postgres://shop-db-1:1/x'\nx = 'shop-db-1'\n",
                &["DerivedName Likely", "DerivedName Likely", "DerivedName Unsure"],
            ),
            (
                "a.md",
                "Run `docker exec shop-db-1 ls` in shop-db-1.\n",
                &["DerivedName Likely", "DerivedName Unsure"],
            ),
            ("a.log", "docker exec shop-db-1 ls\n", &["DerivedName Unsure"]),
        ],
    );
}

#[test]
fn hosts_in_tests_are_likely_at_most() {
    check(
        "db",
        &[
            ("tests/a.py", "u = \"http://db:80/x\"\n", &["Host Likely"]),
            ("src/__tests__/a.ts", "const host = 'db';\n", &["HostSetting Likely"]),
            ("src/a_test.go", "u := \"http://db:80/x\"\n", &["Host Likely"]),
            ("src/a.spec.ts", "const u = 'http://db:80/x';\n", &["Host Likely"]),
            ("x/fixtures/a.json", "{\"url\": \"http://db:80/x\"}\n", &["Host Likely"]),
            ("_unit-test/x/a.py", "u = \"http://db:80/x\"\n", &["Host Likely"]),
            ("src/latest.py", "u = \"http://db:80/x\"\n", &["Host Certain"]),
            ("tests/run.sh", "docker compose up -d db\n", &["ComposeCommand Certain"]),
        ],
    );
}
