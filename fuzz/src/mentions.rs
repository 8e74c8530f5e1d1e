//! A name in a file of any sort: every occurrence is given once, in order, where it stands.

use composemod::repo::kind::kind;
use composemod::repo::mentions::{Subject, mentions};

use crate::{choose, decisions};

/// Names of files, so that each reader is met.
pub const PATHS: [&str; 40] = [
    "deploy.sh",
    "Makefile",
    "justfile",
    "README.md",
    "docs/guide.rst",
    "notes.adoc",
    ".env",
    "config/app.yaml",
    ".github/workflows/ci.yml",
    ".gitlab-ci.yml",
    "Dockerfile",
    "app/main.py",
    "src/index.ts",
    "src/App.java",
    "main.go",
    "lib.rs",
    "web.rb",
    "index.php",
    "init.sql",
    "settings.json",
    "pyproject.toml",
    "app.ini",
    "application.properties",
    "nginx.conf",
    "Caddyfile",
    "haproxy.cfg",
    "pom.xml",
    "main.tf",
    "crontab",
    "run.ps1",
    "start.bat",
    "deploy.fish",
    "init.lua",
    "core.clj",
    "index.html",
    "App.vue",
    "CHANGELOG.md",
    "notes.txt",
    "tests/test_db.py",
    "values",
];

pub fn holds(text: &str) {
    let (mut line, text) = decisions(text);
    let path = PATHS[choose(&mut line, PATHS.len())];
    let name = ["db", "app-db", "discord-bot-db", "é"][choose(&mut line, 4)];
    let subject = Subject {
        name: name.to_owned(),
        services: vec!["web".to_owned(), "db-backup".to_owned()],
        new: (choose(&mut line, 2) == 1).then(|| "new-db".to_owned()),
        distinctive: choose(&mut line, 2) == 1,
        product: choose(&mut line, 2) == 1,
        ..Subject::default()
    };
    let found = mentions(path, text, kind(path, text), &subject);
    let mut before = 0;
    for mention in &found {
        let range = mention.span.range();
        assert_eq!(text.get(range.clone()), Some(name), "{path}: {text:?}");
        assert!(before <= range.start, "mentions overlap in {text:?}");
        assert!(!mention.reason.is_empty());
        before = range.end;
    }
}
