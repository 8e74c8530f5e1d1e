//! Trees to measure on: made up, the same each time, and of the size that is asked for.

use std::fmt::Write as _;
use std::path::Path;

use composemod::repo::load::Repo;
use composemod::text::source::SourceFile;

/// A service of [`tree`] that nothing outside its Compose file names.
pub(crate) const QUIET: &str = "quiet-db";
/// One that every fiftieth file names.
pub(crate) const RARE: &str = "rare-db";
/// One that every file names.
pub(crate) const BUSY: &str = "busy-db";

/// Gives the name of a service of [`compose`].
pub(crate) fn service(number: usize) -> String {
    format!("service-{number:04}")
}

/// Gives a Compose file of that many services; each depends on the one before it and connects to it.
pub(crate) fn compose(services: usize) -> String {
    let mut text = "# Generated.\nname: generated\n\nservices:\n".to_owned();
    for number in 0..services {
        let (name, before) = (service(number), service(number.saturating_sub(1)));
        let _ = write!(
            text,
            r#"  # --- {name}
  {name}:
    image: "registry.example.com/team/{name}:1.{number}"
    container_name: {name}
    restart: unless-stopped
    depends_on:
      {before}: {{condition: service_healthy}}
    environment:
      - DATABASE_URL=postgresql://app:${{PASSWORD:-change-me}}@{before}:5432/app_{number}
      - LOG_LEVEL=${{LOG_LEVEL:-info}}
    networks:
      - backend
    ports: ["{port}:8080"]
    volumes:
      - data:/var/lib/{name}:rw
    healthcheck:
      test: ["CMD-SHELL", "curl -fsS http://localhost:8080/healthz || exit 1"]
      interval: 30s

"#,
            port = 10_000 + number,
        );
    }
    text.push_str("networks:\n  backend:\n\nvolumes:\n  data:\n");
    text
}

/// Gives a tree of that many files: one project at the root, one in each of twenty folders, and files of the usual
/// sorts around them.
pub(crate) fn tree(files: usize) -> Vec<SourceFile> {
    const STACKS: usize = 20;
    let root = format!(
        "services:\n  {QUIET}:\n    image: postgres:16\n  {RARE}:\n    image: postgres:16\n  {BUSY}:\n    image: postgres:16\n"
    );
    let mut tree = vec![SourceFile::new("compose.yaml", root)];
    for stack in 0..STACKS {
        tree.push(SourceFile::new(format!("stack-{stack:02}/compose.yaml"), compose(10)));
    }
    for number in tree.len()..files {
        let mut names = vec![BUSY];
        if number % 50 == 0 {
            names.push(RARE);
        }
        let (name, text) = other_file(number, &names);
        tree.push(SourceFile::new(format!("stack-{:02}/{name}", number % STACKS), text));
    }
    tree.sort_by(|a, b| a.path.cmp(&b.path));
    tree
}

/// Gives a file of some sort that names the services as its sort does, between lines that name none.
fn other_file(number: usize, names: &[&str]) -> (String, String) {
    let (name, filler, mention): (_, _, fn(&str) -> String) = match number % 6 {
        0 => (format!("deploy-{number}.sh"), "docker compose pull --quiet\n", |name| {
            format!("docker compose up -d --wait {name}\n")
        }),
        1 => (format!("settings-{number}.env"), "LOG_LEVEL=info\n", |name| {
            format!("DATABASE_URL=postgresql://app@{name}:5432/app\n")
        }),
        2 => (format!("config_{number}.py"), "TIMEOUT = 30  # seconds\n", |name| {
            format!("HOST = os.environ.get(\"DB_HOST\", \"{name}\")\n")
        }),
        3 => (format!("client-{number}.ts"), "export const retries = 3;\n", |name| {
            format!("export const url = `postgres://app@{name}:5432/app`;\n")
        }),
        4 => (
            format!("docs/page-{number}.md"),
            "Nothing to see here, and nothing to do.\n",
            |name| format!("Look at its log: `docker compose logs {name}`.\n"),
        ),
        _ => (format!("prometheus-{number}.yml"), "# A comment.\n", |name| {
            format!("- targets: [\"{name}:5432\"]\n")
        }),
    };
    let mut text = filler.repeat(40);
    for name in names {
        text.push_str(&mention(name));
        text.push_str(&filler.repeat(10));
    }
    (name, text)
}

/// Gives files as a repository that was read.
pub(crate) fn repo(files: Vec<SourceFile>) -> Repo {
    let all_paths = files.iter().map(|file| file.path.clone()).collect();
    Repo { files, all_paths, ..Repo::default() }
}

/// Writes files below a folder.
#[allow(clippy::disallowed_methods, reason = "a benchmark writes the tree that it reads")]
pub(crate) fn write(folder: &Path, files: &[SourceFile]) -> std::io::Result<()> {
    for file in files {
        let path = folder.join(&file.path);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent)?;
        }
        std::fs::write(path, file.text.as_bytes())?;
    }
    Ok(())
}
