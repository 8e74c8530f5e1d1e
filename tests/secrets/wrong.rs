//! Trees in which something is wrong at the very place of a secret: what is said of it must not show
//! it.

use crate::canary::Search;
use crate::ran::{Run, Tree};

/// Command lines that read a tree.
const LINES: [&str; 10] = [
    "check --select ALL",
    "check --select ALL --format json",
    "check --select ALL --stale main-db=app-db --fix --unsafe-fixes --diff --verbose",
    "rename main-db app-db --verbose",
    "rename main-db app-db --format markdown",
    "superuser main-db postgres --split-password SUPER",
    "apply",
    "runbook",
    "init",
    "graph",
];

const SOUND: &str = "services:\n  main-db:\n    image: postgres:16\n";

/// What is wrong: a file's path, its text, and a second file that is sound.
///
/// A tree whose file is not `compose.yaml` has a sound one beside it.
const TREES: [(&str, &str); 44] = [
    ("compose.yaml", "services:\n  main-db:\n    environment:\n\tPASSWORD: «after a tab»\n"),
    (
        "compose.yaml",
        "services:\n  main-db:\n    environment:\n      PASSWORD: \"«unclosed quote»\n      B: c\n",
    ),
    ("compose.yaml", "services:\n  main-db:\n    environment: {PASSWORD: «unclosed brace», B: [\n"),
    ("compose.yaml", "services:\n  main-db:\n    environment:\n      FOO: «colon in plain»: x\n"),
    ("compose.yaml", "services:\n  main-db:\n    environment:\n      FOO: @«reserved sign»\n"),
    ("compose.yaml", "services:\n  main-db:\n    environment:\n      FOO: %«percent sign»\n"),
    (
        "compose.yaml",
        "services:\n  main-db:\n    environment:\n      FOO: *«password with a star»\n",
    ),
    (
        "compose.yaml",
        "services:\n  main-db:\n    environment:\n      FOO: &«password with an ampersand»\n",
    ),
    (
        "compose.yaml",
        "services:\n  main-db:\n    environment:\n      FOO: !«password with a mark»\n",
    ),
    (
        "compose.yaml",
        "services:\n  main-db:\n    environment:\n      FOO: [«list for a value»]\n      BAR: {a: «mapping for a value»}\n",
    ),
    (
        "compose.yaml",
        "services:\n  main-db:\n    environment:\n      FOO: «duplicate one»\n      FOO: «duplicate two»\n",
    ),
    (
        "compose.yaml",
        "services:\n  main-db:\n    environment:\n      - FOO=«list duplicate one»\n      - FOO=«list duplicate two»\n      - {FOO: «mapping in a list»}\n",
    ),
    ("compose.yaml", "services:\n  main-db:\n    environment: FOO=«scalar environment»\n"),
    (
        "compose.yaml",
        "services:\n  main-db:\n    environment:\n      FOO: ${«name of a variable»\n      BAR: ${BAD-«unclosed default»\n",
    ),
    (
        "compose.yaml",
        "services:\n  main-db:\n    environment:\n      FOO: ${1«bad name»}\n      BAR: ${A!«bad operator»}\n",
    ),
    (
        "compose.yaml",
        "services:\n  main-db:\n    environment:\n      POSTGRES_PASSWORD: pa$«password with a dollar»\n      URL: postgres://u:p$«dollar in a url»@main-db/x\n",
    ),
    (
        "compose.yaml",
        "services:\n  main-db:\n    environment:\n      FOO: ${NOT_SET:?«message of what is not set»}\n      BAR: ${NOT_SET?«message without colon»}\n",
    ),
    (
        "compose.yaml",
        "services:\n  main-db:\n    environment:\n      URL: postgres://u:«unknown host»@main-dbb:5432/x\n      URLS: http://a:«two urls»@main-dc,http://b:«two urls second»@main-dd\n",
    ),
    (
        "compose.yaml",
        "services:\n  main-db:\n    environment:\n      URL: postgres://u:«port is no number»@main-db:port/x\n      BAD: postgres://u:«no host»@/x\n",
    ),
    (
        "compose.yaml",
        "services:\n  main-db:\n    depends_on: [main-dc] # PASSWORD=«beside an unknown service»\n    environment: {A: «before an unknown service»}\n",
    ),
    (
        "compose.yaml",
        "services:\n  main-db:\n    image: postgres\n    environment: {POSTGRES_PASSWORD: «wrong keys», A: b}\n    enviroment: {POSTGRES_PASSWORD: «misspelled section»}\n",
    ),
    (
        "compose.yaml",
        "services:\n  main-db:\n    environment:\n      A: 0x«number like»\n      B: 1e«float like»\n      C: yes\n      D: \"«needless quotes»\"\n      E: 'it''s «doubled quote»'\n",
    ),
    (
        "compose.yaml",
        "services:\n  main-db:\n    environment:\n      A: b\u{a0}«no-break blank»   \n      B: \"\\q«bad escape»\"\n",
    ),
    (
        "compose.yaml",
        "services:\n  main-db:\n    environment:\n      Z: «unsorted one»\n      A: «unsorted two»\n      M: &a «unsorted anchored»\n",
    ),
    ("compose.yaml", "services:\n  main-db:\n    environment:\n      PASSWORD: «nul byte»␀\n"),
    (
        "compose.yaml",
        "services:\n  main-db:\n    environment:\n      PASSWORD: «no utf-8»␘ main-db\n",
    ),
    (
        "compose.yaml",
        "services:\r\n  main-db:\r\n    environment:\r\n      PASSWORD: «crlf» main-db\r\n      FOO: [«crlf list»\r\n",
    ),
    (
        "compose.yaml",
        "services:\n  main-db:\n    build: {args: [FOO=«build arg twice», FOO=«build arg again»]}\n    labels: {a.password: «label of a build»}\n",
    ),
    (
        "compose.yaml",
        "services:\n  main-db:\n    secrets: [s, t]\nsecrets:\n  s: {content: [«content list»]}\n  t: {content: «content and file», file: x, nope: y}\n",
    ),
    (
        "compose.yaml",
        "services:\n  main-db:\n    healthcheck: {test: \"PGPASSWORD=«health string» pg_isready\", interval: x}\n    command: [\"sh\", \"-c\", \"PGPASSWORD='«unclosed shell» psql -h main-db\"]\n",
    ),
    (
        "compose.yaml",
        "services:\n  main-db: {<<: {environment: {PASSWORD: «merged inline»}}, extends: nobody}\n  web: {environment: {<<: [{TOKEN: «merged list»}, *nowhere]}}\n",
    ),
    (
        ".env",
        "POSTGRES_PASSWORD «no equals sign»\nexport «export alone»\nA=\"«env unclosed»\nB=main-db\n",
    ),
    (
        ".env",
        "1BAD=«bad first»\n A B=«two words» main-db\n=«no name»\nC=${«env reference»\nD=$«env dollar»\n",
    ),
    (".env", "A=«env nul»␀\nB=«env no utf-8»␘main-db\n"),
    ("composemod.yaml", "POSTGRES_PASSWORD: «unknown key of the configuration»\nrenames: []\n"),
    (
        "composemod.yaml",
        "renames:\n  - from: main-db\n    to: app-db\n    password: «unknown key of a rename»\n    aliases: {TOKEN: «mapping for a list»}\n",
    ),
    (
        "composemod.yaml",
        "renames: PASSWORD=«text for a list»\nlint: {options: {PASSWORD: «unknown option»}}\n",
    ),
    ("composemod.yaml", "renames:\n\tPASSWORD: «configuration with a tab»\n"),
    (
        "composemod.yaml",
        "lint:\n  select: [PASSWORD=«unknown lint»]\n  allow: [{paths: [x], lints: [y], reason: z, token: «unknown key of an allowance»}]\n",
    ),
    ("composemod.yaml", "PASSWORD: «configuration no utf-8»␘\n"),
    (
        "composemod.yaml",
        "superusers:\n  - {service: main-db, to: postgres, password: «password of a superuser»}\nprojects: [{files: [compose.yaml], PASSWORD: «project key»}]\n",
    ),
    ("env/web.env", "A=«unlinked env file» main-db\n"),
    ("run.sh", "PGPASSWORD=«heredoc before» psql -h main-db <<'E'\nPASSWORD '«heredoc»' main-db\n"),
    ("app.json", "{\"password\": \"«broken json»\", \"host\": \"main-db\n"),
];

#[test]
fn what_is_wrong_is_told_without_the_secret_there() {
    let search = Search::new(TREES.iter().map(|(_, text)| *text));
    let runs: Vec<Run> = LINES.iter().copied().map(Run::of).collect();
    let (mut number, mut faults) = (0, Vec::new());
    for (path, text) in TREES {
        let sound = (path != "compose.yaml").then_some(("compose.yaml", SOUND));
        let tree = Tree::new(sound.into_iter().chain([(path, text)]), &search);
        let leaks = tree.leaks(&runs);
        number += leaks.runs;
        faults.extend(leaks.all);
    }
    println!("{} canaries, {number} runs", search.len());
    assert!(faults.is_empty(), "{} leaks:\n{}", faults.len(), faults.join("\n"));
}

#[test]
fn a_configuration_of_dclint_is_told_without_its_secrets() {
    let trees = [
        (".dclintrc", "{\"rules\": {}, \"PASSWORD\": \"«dclint key»\", \"quiet\": [1],"),
        (
            ".dclintrc.yaml",
            "rules: {no-version-field: {token: «dclint option»}}\nPASSWORD: «dclint top»\n",
        ),
        (
            ".dclintrc.json",
            "{\"rules\": {\"no-version-field\": \"PASSWORD=«dclint level»\"}, \"exclude\": {\"token\": \"«dclint exclude»\"}}",
        ),
        (
            "package.json",
            "{\"dclint\": {\"PASSWORD\": \"«dclint package»\"}, \"token\": \"«package token»\"}",
        ),
    ];
    let search = Search::new(trees.iter().map(|(_, text)| *text));
    let runs = ["migrate-config", "migrate-config -v --color always", "migrate-config --write"];
    for tree in trees {
        let tree = Tree::new([("compose.yaml", SOUND), tree], &search);
        tree.leaks(&runs.map(Run::of)).none();
    }
}
