//! Paths as Windows and macOS write them, in Compose files and on the command line.

use crate::common::{run, tree};

/// Runs a check of one lint or more, and gives what it finds, one a line.
fn found(files: &[(&str, &str)], select: &str) -> String {
    let folder = tree(files);
    let (_, stdout, stderr) =
        run(folder.path(), &["check", "--select", select, "--format", "concise"]);
    stdout + &stderr
}

#[test]
fn a_drive_or_a_share_is_a_path_and_no_volume() {
    let sources = [
        r".\data:/x",
        r"..\data:/x",
        r"C:\data:/x",
        r"C:\data:/x:ro",
        "C:/data:/x",
        "c:/data:/x:ro",
        r"\\host\share:/x",
        r"//./pipe/docker_engine://./pipe/docker_engine",
        r"\\.\pipe\docker_engine:\\.\pipe\docker_engine",
        r"~\data:/x",
        "${DATA}:/x",
    ];
    let items: String = sources.iter().map(|source| format!("      - '{source}'\n")).collect();
    let text = format!("services:\n  web:\n    image: x:1\n    volumes:\n{items}");
    assert_eq!(found(&[("compose.yaml", &text)], "undefined-volume,invalid-volume"), "");
    // A volume of one letter is a volume, and so is one whose target is on a drive.
    let text = "services:\n  web:\n    image: x:1\n    volumes: ['a:/x', 'data:C:\\x', 'data:C:/y']\nvolumes: {a: }\n";
    let said = found(&[("compose.yaml", text)], "undefined-volume");
    assert!(said.contains("`data`") && !said.contains("`a`") && !said.contains("`C`"), "{said}");
}

#[test]
fn a_rename_of_a_volume_leaves_drives_alone() {
    let text = "services:\n  web:\n    image: x:1\n    volumes: ['data:C:\\data', 'C:\\data:/x', '.\\data:/y', 'C:/data:/z']\nvolumes:\n  data:\n";
    let folder = tree(&[("compose.yaml", text)]);
    let (code, _, stderr) =
        run(folder.path(), &["rename", "data", "pgdata", "--kind", "volume", "--write"]);
    assert_eq!(code, 0, "{stderr}");
    let after = std::fs::read_to_string(folder.path().join("compose.yaml")).expect("the file");
    let expected = "['pgdata:C:\\data', 'C:\\data:/x', '.\\data:/y', 'C:/data:/z']";
    assert!(after.contains(expected), "{after}");
}

/// A tree whose files name each other with backslashes.
const BACKSLASHES: [(&str, &str); 4] = [
    (
        "app/compose.yaml",
        "include: ['.\\parts\\more.yml']\nservices:\n  web:\n    extends: {file: '..\\base\\base.yml', service: base}\n    env_file: ['.\\env\\web.env']\n    environment: {DB_HOST: main-db}\n  main-db:\n    image: postgres:16\n",
    ),
    ("app/parts/more.yml", "services:\n  job:\n    image: x:1\n    depends_on: [main-db]\n"),
    ("app/env/web.env", "DB_URL=postgres://u@main-db/x\n"),
    (
        "base/base.yml",
        "services:\n  base:\n    image: x:1\n    environment: {CACHE_HOST: main-db}\n",
    ),
];

#[test]
fn a_path_with_backslashes_leads_to_its_file() {
    assert_eq!(found(&BACKSLASHES, "include-missing,extends-missing,env-file-missing"), "");
    let folder = tree(&BACKSLASHES);
    let args = ["rename", "main-db", "app-db", "--project", "app", "--format", "json"];
    let (code, stdout, stderr) = run(folder.path(), &args);
    assert_eq!(code, 0, "{stderr}");
    for path in ["app/compose.yaml", "app/parts/more.yml", "app/env/web.env"] {
        assert!(stdout.contains(&format!("\"path\": \"{path}\"")), "{path}: {stdout}");
    }
    assert!(!stdout.contains("app\\\\"), "{stdout}");
}

#[test]
fn compose_file_is_a_list_with_semicolons_on_windows() {
    let whole = "services:\n  main-db:\n    image: postgres:16\n";
    let more = "services:\n  web:\n    image: x:1\n    depends_on: [main-db]\n";
    for list in [
        "COMPOSE_FILE=one.yml;.\\sub\\two.yml\r\n",
        "COMPOSE_FILE=one.yml:sub/two.yml\n",
        "COMPOSE_PATH_SEPARATOR=|\r\nCOMPOSE_FILE=one.yml|sub\\two.yml\r\n",
    ] {
        let folder = tree(&[(".env", list), ("one.yml", whole), ("sub/two.yml", more)]);
        let (code, stdout, stderr) = run(folder.path(), &["rename", "main-db", "app-db"]);
        assert_eq!(code, 0, "{list}: {stderr}");
        assert!(stdout.contains("+++ b/sub/two.yml"), "{list}: {stdout}\n{stderr}");
    }
}

#[test]
fn a_file_name_in_other_letters_makes_the_same_project() {
    let base = "services:\n  main-db:\n    image: postgres:16\n";
    let over = "services:\n  main-db:\n    restart: always\n  web:\n    image: x:1\n    depends_on: [main-db]\n";
    for names in [
        ["Docker-Compose.yml", "Docker-Compose.override.yml"],
        ["Compose.YAML", "Compose.Override.YAML"],
    ] {
        let folder = tree(&[(names[0], base), (names[1], over)]);
        let (code, stdout, stderr) = run(folder.path(), &["rename", "main-db", "app-db"]);
        assert_eq!(code, 0, "{names:?}: {stderr}");
        assert!(names.iter().all(|name| stdout.contains(name)), "{names:?}: {stdout}\n{stderr}");
    }
    // Where both are there, as only some file systems have it, the exact name is meant.
    let both = [("compose.yaml", base), ("Compose.yaml", "services:\n  other:\n    image: x:1\n")];
    if tree(&both).path().read_dir().expect("the folder").count() == 2 {
        let folder = tree(&both);
        let (code, stdout, stderr) = run(folder.path(), &["graph", "--format", "json"]);
        assert_eq!(code, 0, "{stderr}");
        assert!(stdout.contains("\"main-db\""), "{stdout}");
    }
}

#[test]
fn a_byte_order_mark_stays_and_a_lone_carriage_return_is_no_line() {
    let text = "\u{feff}services:\r\n  main-db:\r\n    image: postgres:16\r\n  web:\n    image: x:1\n    environment: {DB_HOST: main-db}";
    let note = "ask main-db\rnow\r\nlink http://main-db:80\r";
    let folder = tree(&[("compose.yaml", text), ("run.sh", note)]);
    let args = ["rename", "main-db", "app-db", "--no-keep-alias", "--write"];
    let (code, _, stderr) = run(folder.path(), &args);
    assert_eq!(code, 0, "{stderr}");
    let read = |path: &str| std::fs::read_to_string(folder.path().join(path)).expect("the file");
    assert_eq!(read("compose.yaml"), text.replace("main-db", "app-db"));
    assert_eq!(read("run.sh").matches('\r').count(), 3);
    assert!(read("run.sh").contains("http://app-db:80\r"));
}

#[test]
fn a_path_of_the_command_line_is_shown_with_slashes() {
    let folder = tree(&[
        ("sub/compose.yaml", "services: {a: {image: postgres}}\n"),
        ("sub/own.yaml", "renames: [{form: a}]\n"),
    ]);
    let path: std::path::PathBuf = ["sub", "compose.yaml"].iter().collect();
    let path = path.to_string_lossy();
    let (_, stdout, stderr) = run(folder.path(), &["check", &path, "--format", "concise"]);
    assert!(stdout.contains("sub/compose.yaml:1:"), "{stdout}{stderr}");
    let own: std::path::PathBuf = ["sub", "own.yaml"].iter().collect();
    let (code, _, stderr) = run(folder.path(), &["apply", "--config", &own.to_string_lossy()]);
    assert_eq!(code, 2, "{stderr}");
    assert!(stderr.contains("sub/own.yaml:1:"), "{stderr}");
}
