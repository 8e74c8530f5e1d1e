//! Every command, with every format, over the tree of canaries.

use std::collections::BTreeSet;

use composemod::repo::load::{LoadOptions, Repo};
use composemod::repo::workspace::Workspace;

use crate::canary::Search;
use crate::ran::{Run, Tree, execute};
use crate::{compose, others};

/// Command lines over the tree. Each command that `help` lists is among them, with each of its flags.
const LINES: [&str; 60] = [
    "rename main-db app-db",
    "rename main-db app-db --alias pg --container-name keep --only-certain",
    "rename main-db app-db --no-keep-alias --only scripts,code,docs",
    "rename main-db app-db -f compose.yaml -f compose.prod.yaml",
    "rename main-db app-db --all-projects --no-ignore",
    "rename main-db app-db --project stack",
    "rename main-db app-db --verify-with false",
    "rename main-db web",
    "rename main-dc app-db",
    "rename data pgdata --kind volume",
    "rename back rear --kind network",
    "rename web_secret app_secret --kind secret",
    "rename web_config app_config --kind config",
    "rename main-db pg --kind container",
    "retire old-db",
    "retire quiet-db --only-certain --verify-with false",
    "retire main-db",
    "superuser main-db postgres",
    "superuser main-db postgres --from admin --split-password SUPER_PASSWORD --default-database main --only-certain",
    "superuser main-db postgres --only compose --verify-with false",
    "scaffold dashboard --path web/provisioner.py",
    "scaffold dashboard --path web/provisioner.py --server main-db --superuser admin --service-name maker --dashboard web --image example/composemod --verify-with false",
    "apply",
    "apply --only compose --only-certain --verify-with false",
    "apply --config .dclintrc.yaml",
    "runbook",
    "runbook --plan b",
    "check",
    "check --select ALL",
    "check --select ALL --stale main-db=app-db --fail-on error",
    "check --select ALL --stale main-db --no-ignore compose.yaml .env web",
    "check --extend-select style --ignore practice --changed-since HEAD",
    "check --select ALL --stale main-db=app-db --fix --unsafe-fixes --diff",
    "check --select ALL --stale main-db=app-db --fix",
    "check --select ALL --stale main-db=app-db --unsafe-fixes",
    "check --select ALL --stale main-db --write-baseline baseline.json",
    "check --select ALL --baseline env/web.env",
    "explain",
    "explain --all",
    "explain stateful-rename",
    "init",
    "init --from main-db --to app-db --alias pg --keep-alias-until 2030-01-01 --superuser app-db=postgres",
    "init --config first.yaml",
    "migrate-config",
    "migrate-config .env",
    "migrate-config .dclintrc.yaml --config new.yaml",
    "recover",
    "recover --write",
    "schema",
    "graph",
    "graph --all-projects",
    "graph --project stack",
    "completions bash",
    "completions elvish",
    "completions fish",
    "completions powershell",
    "completions zsh",
    "man",
    "help",
    "help rename",
];

/// Flags that change how much is said, and how.
const MANNERS: [&str; 2] = ["--quiet", "--verbose --color always"];

#[test]
fn no_output_of_any_command_shows_a_secret() {
    let texts = || compose::FILES.into_iter().chain(others::FILES);
    let search = Search::new(texts().map(|(_, text)| text));
    let tree = Tree::new(texts(), &search);
    let runs = runs();
    let leaks = tree.leaks(&runs);
    println!("{} canaries, {} runs, {} bytes of output", search.len(), leaks.runs, leaks.bytes);
    leaks.none();
}

#[test]
fn no_type_that_holds_a_text_shows_it_for_debugging() {
    let texts = || compose::FILES.into_iter().chain(others::FILES);
    let search = Search::new(texts().map(|(_, text)| text));
    let tree = Tree::new(texts(), &search).made();
    let repo = Repo::load(tree.path(), &LoadOptions::default()).expect("the tree");
    let workspace = Workspace::new(&repo, &[]);
    let config = repo.get("compose.yaml").expect("the file");
    let _ = repo.values.of(config, &repo.parsed);
    for text in [format!("{repo:?}"), format!("{:?}", workspace.files), format!("{config:#?}")] {
        let found = search.found(&text);
        assert!(found.is_empty(), "{found:?}");
    }
}

/// Each line plain, in each format, in each manner, and as it checks and writes.
fn runs() -> Vec<Run> {
    let formats = formats();
    let (mut runs, mut known) = (Vec::new(), BTreeSet::new());
    for line in LINES {
        let run = Run::of(line);
        let own = help(&run.args);
        runs.push(run.clone());
        // A command's first line is run with all formats, and its others with those that tell most.
        let is_first = known.insert(run.args.first().cloned());
        let told = |format: &&String| is_first || ["json", "markdown"].contains(&format.as_str());
        if own.contains("--format") && !line.starts_with("help") {
            let wanted = formats.iter().filter(told);
            runs.extend(wanted.map(|format| run.and(&format!("-v --format {format}"))));
        }
        runs.extend(MANNERS.iter().map(|manner| run.and(manner)));
        for flag in ["--check", "--write"] {
            if own.contains(&format!(" {flag}\n")) {
                runs.push(run.and(flag));
                runs.push(run.and(flag).and("--format json"));
            }
        }
    }
    runs
}

/// Gives the values of `--format`, as clap declares them.
fn formats() -> Vec<String> {
    let help = help(&["check".to_owned()]);
    let after = help.split_once("--format <FORMAT>").expect("the flag").1;
    let values = after.lines().skip(1).skip_while(|line| !line.trim().starts_with("- "));
    let values = values.map_while(|line| match line.trim() {
        "" => None,
        line => Some(line.strip_prefix("- ").and_then(|line| line.split_once(':'))),
    });
    let found: Vec<String> = values.flatten().map(|(name, _)| name.to_owned()).collect();
    assert!(found.len() >= 14, "{found:?}");
    found
}

/// Gives the help of the command that a line starts with.
fn help(args: &[String]) -> String {
    let here = std::env::temp_dir();
    let words: Vec<&str> = args.iter().map(String::as_str).filter(|word| *word != "help").collect();
    let mut run = Run::of("help");
    let mut text = execute(&run, &here).1;
    for word in words {
        if !subcommands(&text).contains(word) {
            break;
        }
        run = run.and(word);
        text = execute(&run, &here).1;
    }
    text
}

/// Gives the commands that a help lists.
fn subcommands(help: &str) -> BTreeSet<&str> {
    let list = help.split_once("\nCommands:\n").map_or("", |(_, list)| list);
    let list = list.lines().take_while(|line| !line.is_empty());
    let names = list.filter_map(|line| line.strip_prefix("  ")?.split(' ').next());
    names.filter(|name| !name.is_empty() && *name != "help").collect()
}

#[test]
fn every_command_and_every_flag_is_run() {
    let mut lines = runs();
    #[cfg(feature = "postgres")]
    lines.extend(crate::live::lines());
    // Each run has a root of its own.
    lines.push(Run::of("--root"));
    let all_words: BTreeSet<&str> =
        lines.iter().flat_map(|run| &run.args).map(String::as_str).collect();
    let mut missed = Vec::new();
    let mut commands = vec![Vec::new()];
    while let Some(command) = commands.pop() {
        let own = help(&command);
        let below = subcommands(&own);
        commands.extend(
            below.iter().map(|name| {
                command.iter().cloned().chain([(*name).to_owned()]).collect::<Vec<_>>()
            }),
        );
        let of_it = lines.iter().filter(|run| run.args.starts_with(&command));
        let words: BTreeSet<&str> = of_it.flat_map(|run| &run.args).map(String::as_str).collect();
        if words.is_empty() {
            missed.push(command.join(" "));
        }
        // A flag that the command above has too is one of that.
        let above = help(command.split_last().map_or(&[], |(_, above)| above));
        let shared: BTreeSet<&str> = flag_names(&above).flatten().collect();
        for names in flag_names(&own) {
            let is_shared = names.iter().any(|name| shared.contains(name));
            let words = if is_shared { &all_words } else { &words };
            let is_run = names.iter().any(|name| words.contains(name));
            if !is_run && !names.iter().any(|name| ["--help", "--version"].contains(name)) {
                missed.push(format!("{} {}", command.join(" "), names.join(", ")));
            }
        }
    }
    assert!(missed.is_empty(), "no canary is run with:\n{}", missed.join("\n"));
}

/// Gives the flags of a help, each with its names: `-f`, `--file`.
fn flag_names(help: &str) -> impl Iterator<Item = Vec<&str>> {
    let lines = help.lines().map(str::trim_start).filter(|line| line.starts_with('-'));
    let names = lines.map(|line| {
        line.split([' ', ',']).filter(|word| word.starts_with('-') && word.len() > 1).collect()
    });
    names.filter(|names: &Vec<&str>| !names.is_empty())
}
