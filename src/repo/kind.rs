//! What sort of file a path is.
//!
//! Told by the name first, then by folders and suffixes, last by the first line. Deliberately
//! absent: the content beyond what tells two syntaxes of one suffix apart (`.conf`).

/// The sort of a file, which decides how mentions in it are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FileKind {
    /// YAML; a Compose file or not is told by its content.
    Yaml,
    /// `.env`, `.env.example`, `*.env`, `env.sample`, files in `env/`.
    Env,
    /// INI, TOML, properties, JSON, XML, HCL, nginx, Caddy, HAProxy, `.pgpass`, PgBouncer …
    Config(ConfigSyntax),
    /// sh, bash, zsh, fish, PowerShell, batch, crontabs, a file with a shell's `#!` line.
    Shell,
    /// Makefile, justfile, Taskfile, Procfile: recipes are shell.
    Make,
    /// Dockerfile, Containerfile.
    Dockerfile,
    /// A CI workflow: YAML with shell in it (`.github/workflows`, `.gitlab-ci.yml`, …).
    Ci,
    /// A programming language, HTML and templates included.
    Code(Language),
    /// SQL.
    Sql,
    /// Markdown, reStructuredText, AsciiDoc, plain text that is documentation.
    Docs,
    /// Logs, pasted output, `.txt`, changelogs, release notes, applied migrations, archives.
    History,
    /// Lock files, minified files, source maps, generated or vendored files: never touched.
    Generated,
    /// None of these.
    Other,
}

/// Syntax of a configuration file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ConfigSyntax {
    /// `key = value`, sections: INI, TOML, properties, `.conf` of that sort, `.pgpass`, others by line.
    Lines,
    /// JSON, JSON5.
    Json,
    /// XML.
    Xml,
    /// nginx, Caddy, HAProxy, Apache: directives.
    Directives,
    /// Terraform, HCL.
    Hcl,
}

/// Programming languages by their literals and comments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Language {
    /// `#` comments, `'''`: Python, Ruby, Perl, R, Elixir.
    Hash,
    /// `//` comments, `'…'` is a string: JavaScript, TypeScript, PHP, Dart, Groovy.
    Slashes,
    /// `//` comments, `'…'` is one character or a lifetime: Go, Rust, Java, C, C#, Kotlin, Swift.
    Chars,
    /// `--` comments: Lua, Haskell, Elm.
    Dashes,
    /// `;` comments, only `"…"` is a string: Clojure, Lisp.
    Semicolons,
    /// HTML, Vue, Svelte, templates.
    Markup,
}

use ConfigSyntax::{Directives, Hcl, Json, Lines, Xml};
use FileKind::{
    Ci, Code, Config, Dockerfile, Docs, Env, Generated, History, Make, Other, Shell, Sql, Yaml,
};
use Language::{Chars, Dashes, Markup, Semicolons, Slashes};

/// Tells a file's sort from its path and, where the name does not tell, its first line.
#[must_use]
pub fn kind(path: &str, text: &str) -> FileKind {
    let path = path.replace('\\', "/").to_ascii_lowercase();
    let mut folders: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let Some(name) = folders.pop() else { return Other };
    if is_generated(&folders, name) {
        return Generated;
    }
    if is_kept_copy(name) {
        return History;
    }
    let kind = by_name(&folders, name)
        .or_else(|| by_suffixes(name, text))
        .or_else(|| by_folder(&folders))
        .or_else(|| by_first_line(text))
        .unwrap_or(Other);
    let kind = if name.ends_with(".txt") && kind == Other {
        plain_text(&folders, name, text)
    } else {
        kind
    };
    match kind {
        Code(_) if says_generated(text) => Generated,
        Code(_) | Sql if is_migration(&folders, name) => History,
        Code(_) | Generated => kind_in_archive(&folders, kind),
        _ if in_archive(&folders) => History,
        Docs if is_chronicle(&folders, name) => History,
        _ => kind,
    }
}

/// Tells from its path whether a file may set variables for what it runs: env files, shell, CI.
#[must_use]
pub fn sets_variables(path: &str) -> bool {
    may_run_commands(path) && matches!(kind(path, ""), Env | Ci | Make | Shell)
}

/// Tells a path that may be one of shell, make, CI or an env file from all others: most files are told
/// by their suffix alone, and a name that says more than its suffix has none of these.
#[must_use]
pub fn may_run_commands(path: &str) -> bool {
    let suffix = path.rsplit_once('.').map_or("", |(_, suffix)| suffix);
    matches!(suffix_kind(suffix), None | Some(Yaml | Shell | Make))
}

/// Folders of what others wrote or a program made.
const GENERATED_FOLDERS: &[&str] = &[
    ".git",
    ".next",
    ".nuxt",
    ".svelte-kit",
    ".terraform",
    ".venv",
    ".yarn",
    "__pycache__",
    "__snapshots__",
    "bower_components",
    "dist",
    "node_modules",
    "site-packages",
    "vendor",
    "venv",
];

/// Ends of names of what a program made.
const GENERATED_ENDS: &[&str] = &[
    ".bundle.js",
    ".designer.cs",
    ".g.dart",
    ".ipynb",
    ".lock",
    ".lock.hcl",
    ".lock.json",
    ".lockb",
    ".map",
    ".min.css",
    ".min.js",
    ".min.mjs",
    ".pb.go",
    ".snap",
    ".svg",
    "_pb2.py",
    "_pb2_grpc.py",
];

fn is_generated(folders: &[&str], name: &str) -> bool {
    folders.iter().any(|folder| GENERATED_FOLDERS.contains(folder))
        || GENERATED_ENDS.iter().any(|end| name.ends_with(end))
        || matches!(
            name,
            "go.sum" | "npm-shrinkwrap.json" | "package-lock.json" | "pnpm-lock.yaml" | "yarn.lock"
        )
}

/// `nginx.conf.bak`, `run.sh~`: copies that were kept, not files in use.
fn is_kept_copy(name: &str) -> bool {
    const ENDS: &[&str] = &[
        ".backup", ".bak", ".old", ".orig", ".rej", ".save", ".swp", "~", ".log", ".out", ".diff",
        ".patch",
    ];
    ENDS.iter().any(|end| name.ends_with(end))
}

/// Whole names, or what they start or end with, that tell more than a suffix does.
fn by_name(folders: &[&str], name: &str) -> Option<FileKind> {
    let inner = inner_name(name);
    if is_ci(folders, inner) {
        return Some(Ci);
    }
    let start_of = |starts: &[&str]| {
        starts.iter().any(|start| {
            let rest = inner.strip_prefix(start);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '-', '_']))
        })
    };
    let suffix = inner.rsplit_once('.').map_or("", |(_, suffix)| suffix);
    let has_own_suffix = suffix_kind(suffix).is_some();
    let kind = match inner {
        "taskfile.yml" | "taskfile.yaml" | "taskfile.dist.yml" | "taskfile.dist.yaml"
        | "makefile" | "gnumakefile" | "bsdmakefile" | "justfile" | ".justfile" | "procfile" => {
            Make
        }
        ".envrc" | ".bashrc" | ".zshrc" | ".profile" | ".bash_profile" | ".bash_aliases"
        | ".aliases" | ".zprofile" | "crontab" | "crontabs" => Shell,
        ".flaskenv" | "dotenv" | ".environment" => Env,
        "jenkinsfile" => Code(Slashes),
        "rakefile" | "gemfile" | "vagrantfile" | "capfile" | "fastfile" | "guardfile"
        | "tiltfile" | "brewfile" | "podfile" | "cmakelists.txt" | "build" | "build.bazel"
        | "sconstruct" | "snakefile" | "meson.build" => Code(Language::Hash),
        "earthfile" => Dockerfile,
        "haproxy.cfg" | ".htaccess" | "caddyfile" => Config(Directives),
        "pgpass" | ".pgpass" | "userlist.txt" | "pg_service.conf" | ".my.cnf" | "hosts"
        | "go.mod" | ".npmrc" | ".yarnrc" | ".editorconfig" | ".tool-versions" | ".replit"
        | "msmtprc" | ".msmtprc" | "ssh_config" | "pipfile" | ".coveragerc" | ".flake8"
        | ".pylintrc" | ".gitconfig" => Config(Lines),
        "prometheus.yml" => Yaml,
        ".babelrc" | ".eslintrc" | ".prettierrc" | ".swcrc" | ".stylelintrc" => Config(Json),
        "readme" | "install" | "contributing" | "hacking" | "usage" | "faq" | "todo" | "notes"
        | "upgrading" => Docs,
        "changelog" | "changes" | "history" | "news" | "release-notes" | "release_notes" => History,
        _ if inner.ends_with(".txt") && is_requirements(folders, inner) => Config(Lines),
        _ if start_of(&["caddyfile"]) && !has_own_suffix => Config(Directives),
        _ if start_of(&["dockerfile", "containerfile"]) && !has_own_suffix => Dockerfile,
        _ if start_of(&["makefile", "gnumakefile", "justfile", "procfile"]) && !has_own_suffix => {
            Make
        }
        _ if start_of(&["jenkinsfile"]) && !has_own_suffix => Code(Slashes),
        _ if start_of(&["taskfile"]) && matches!(suffix, "yml" | "yaml") => Make,
        _ if !has_own_suffix && is_env(name) => Env,
        _ => return None,
    };
    Some(kind)
}

/// Ends of names that say that a file is a sample or a template of another.
const SAMPLE_ENDS: &[&str] = &[
    ".default",
    ".dist",
    ".example",
    ".in",
    ".j2",
    ".jinja",
    ".jinja2",
    ".sample",
    ".template",
    ".tmpl",
    ".tpl",
];

/// The name that a sample or template stands for: `nginx.conf` for `nginx.conf.template`.
fn inner_name(name: &str) -> &str {
    let mut inner = name;
    while let Some(rest) = SAMPLE_ENDS.iter().find_map(|end| inner.strip_suffix(end)) {
        if rest.is_empty() {
            break;
        }
        inner = rest;
    }
    inner
}

/// `.env`, `.env.test`, `app.env`, `app.env.example`, `env.example`, `env-sample`.
fn is_env(name: &str) -> bool {
    let starts = [".env", "env."].iter().any(|start| {
        let rest = name.strip_prefix(start).unwrap_or("x");
        start.ends_with('.') || rest.is_empty() || rest.starts_with(['.', '-', '_'])
    } && name.starts_with(start));
    let sample = matches!(
        name,
        "env" | "env-example" | "env_example" | "env-sample" | "env_sample" | "env-template"
    );
    starts || sample || name.ends_with(".env") || name.contains(".env.") || name.ends_with("-env")
}

fn is_requirements(folders: &[&str], name: &str) -> bool {
    name.starts_with("requirements")
        || name.ends_with("requirements.txt")
        || name.starts_with("constraints")
        || folders.last() == Some(&"requirements")
}

/// Files that CI services read.
fn is_ci(folders: &[&str], name: &str) -> bool {
    let Some((stem, "yml" | "yaml")) = name.rsplit_once('.') else { return false };
    let inside = |outer: &str| folders.contains(&outer);
    let below_workflows = folders.windows(2).any(|pair| {
        matches!(
            pair,
            [".github" | ".forgejo" | ".gitea", "workflows" | "actions"] | [".gitlab", "ci"]
        )
    });
    below_workflows
        || [
            ".circleci",
            ".buildkite",
            ".woodpecker",
            ".semaphore",
            ".gitlab-ci",
            ".azure-pipelines",
        ]
        .iter()
        .any(|folder| inside(folder))
        || matches!(
            stem,
            ".gitlab-ci"
                | ".drone"
                | ".travis"
                | ".woodpecker"
                | ".appveyor"
                | ".cirrus"
                | "action"
                | "appveyor"
                | "bitbucket-pipelines"
                | "circle"
                | "codefresh"
                | "codemagic"
                | "wercker"
        )
        || stem.ends_with(".gitlab-ci")
        || ["azure-pipelines", "buildspec", "cloudbuild"]
            .iter()
            .any(|start| stem.starts_with(start))
}

/// Reads suffixes from the last to the first until one is known.
fn by_suffixes(name: &str, text: &str) -> Option<FileKind> {
    let mut rest = name;
    let mut is_template = false;
    while let Some((before, suffix)) = rest.rsplit_once('.') {
        is_template |= matches!(suffix, "j2" | "jinja" | "jinja2" | "tmpl" | "tpl" | "template");
        match suffix_kind(suffix) {
            Some(Config(Lines)) if matches!(suffix, "conf" | "cfg") => return Some(conf(text)),
            Some(Code(Markup)) if matches!(suffix, "erb" | "ejs" | "hbs" | "mustache") => {
                // `database.yml.erb` is YAML first.
                let inner = before.rsplit_once('.').and_then(|(_, inner)| suffix_kind(inner));
                return inner.or(Some(Code(Markup)));
            }
            Some(kind) => return Some(kind),
            None => rest = before,
        }
    }
    is_template.then_some(Code(Markup))
}

fn suffix_kind(suffix: &str) -> Option<FileKind> {
    let kind = match suffix {
        "yml" | "yaml" => Yaml,
        "ini" | "toml" | "properties" | "props" | "prefs" | "conf" | "cfg" | "cnf" | "pgpass"
        | "service" | "timer" | "socket" | "container" | "kube" | "pod" | "desktop" | "network"
        | "ovpn" | "editorconfig" | "inventory" => Config(Lines),
        "json" | "json5" | "jsonc" | "webmanifest" | "code-workspace" => Config(Json),
        "xml" | "xsd" | "xsl" | "xslt" | "plist" | "csproj" | "fsproj" | "config" | "pom"
        | "iml" | "targets" => Config(Xml),
        "tf" | "tfvars" | "hcl" | "nomad" => Config(Hcl),
        "nginx" | "vhost" | "caddy" | "caddyfile" | "haproxy" => Config(Directives),
        "sh" | "bash" | "zsh" | "ksh" | "fish" | "ps1" | "psm1" | "bat" | "cmd" | "bats"
        | "cron" => Shell,
        "mk" | "mak" | "make" | "just" => Make,
        "dockerfile" | "containerfile" => Dockerfile,
        "sql" | "psql" | "pgsql" | "ddl" => Sql,
        "md" | "mdx" | "markdown" | "rst" | "adoc" | "asciidoc" | "mkd" | "textile" | "org"
        | "rmd" => Docs,
        "py" | "pyi" | "pyw" | "rb" | "rake" | "gemspec" | "ru" | "pl" | "pm" | "r" | "ex"
        | "exs" | "jl" | "nim" | "cr" | "coffee" | "tcl" | "nix" | "cmake" | "star" | "bzl"
        | "gd" | "mako" | "tiltfile" | "graphql" | "gql" => Code(Language::Hash),
        "js" | "jsx" | "mjs" | "cjs" | "ts" | "tsx" | "mts" | "cts" | "php" | "phtml" | "dart"
        | "groovy" | "gradle" | "css" | "scss" | "less" | "sass" | "styl" | "jenkinsfile"
        | "prisma" => Code(Slashes),
        "go" | "rs" | "java" | "kt" | "kts" | "c" | "h" | "cc" | "cpp" | "cxx" | "hpp" | "cs"
        | "fs" | "scala" | "sbt" | "swift" | "m" | "mm" | "zig" | "proto" | "vcl" | "sol" | "v"
        | "thrift" | "dhall" | "cue" | "jsonnet" | "libsonnet" => Code(Chars),
        "lua" | "hs" | "elm" | "adb" | "ads" | "vhdl" => Code(Dashes),
        "clj" | "cljs" | "cljc" | "edn" | "lisp" | "el" | "scm" | "rkt" => Code(Semicolons),
        "html" | "htm" | "xhtml" | "vue" | "svelte" | "astro" | "erb" | "ejs" | "eex" | "heex"
        | "leex" | "hbs" | "mustache" | "twig" | "liquid" | "njk" | "haml" | "pug" | "slim"
        | "jsp" | "cshtml" | "razor" | "aspx" | "gohtml" | "ftl" => Code(Markup),
        _ => return None,
    };
    Some(kind)
}

/// Tells nginx, Apache and HAProxy from lines of keys and values; one suffix serves all.
fn conf(text: &str) -> FileKind {
    let mut directives = 0_usize;
    let mut lines = 0_usize;
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()).take(200) {
        let first = line.split_ascii_whitespace().next().unwrap_or_default();
        if line.starts_with(['#', ';']) {
            continue;
        }
        let is_block = line.ends_with('{') || line == "}" || line.starts_with("</");
        let is_apache = matches!(first, "ProxyPass" | "ProxyPassReverse" | "LoadModule" | "Listen")
            || line.starts_with("<VirtualHost")
            || line.starts_with("<Proxy");
        let is_haproxy = matches!(first, "backend" | "frontend" | "listen" | "defaults" | "global")
            && !line.contains(['=', ':']);
        if is_block || is_apache || is_haproxy || (line.ends_with(';') && !line.contains(" = ")) {
            directives += 1;
        } else {
            lines += 1;
        }
        if line.starts_with('[') && line.ends_with(']') {
            return Config(Lines);
        }
        if is_apache || is_haproxy {
            return Config(Directives);
        }
    }
    if directives > 0 && directives * 2 >= lines { Config(Directives) } else { Config(Lines) }
}

/// Folders whose files have no telling suffix.
fn by_folder(folders: &[&str]) -> Option<FileKind> {
    let folder = folders.last()?;
    match *folder {
        "env" | "envs" | ".envs" | "env_files" | "environments" => Some(Env),
        _ if folders.contains(&".envs") => Some(Env),
        ".husky" | "hooks" | ".githooks" | ".git-hooks" => Some(Shell),
        "cron.d" | "crontabs" => Some(Shell),
        "sites-available" | "sites-enabled" | "nginx" | "caddy" | "haproxy" => {
            Some(Config(Directives))
        }
        _ => None,
    }
}

fn by_first_line(text: &str) -> Option<FileKind> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let line = text.lines().next()?.strip_prefix("#!")?;
    let mut words = line.split(|c: char| c.is_whitespace() || c == '/').filter(|w| !w.is_empty());
    let program = words.find_map(|word| {
        let word = word.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
        let kind = match word {
            "sh" | "bash" | "zsh" | "ksh" | "dash" | "ash" | "fish" | "pwsh" | "bats"
            | "with-contenv" | "openrc-run" => Shell,
            "make" | "just" => Make,
            "python" | "ruby" | "perl" | "rscript" | "elixir" | "julia" | "tclsh" => {
                Code(Language::Hash)
            }
            "node" | "deno" | "bun" | "php" | "tsx" | "ts-node" | "zx" | "groovy" => Code(Slashes),
            "lua" | "luajit" | "runhaskell" => Code(Dashes),
            "psql" => Sql,
            "nginx" => Config(Directives),
            _ => return None,
        };
        Some(kind)
    });
    program.or_else(|| line.contains("sh").then_some(Shell))
}

/// `.txt` files: documentation where name or folder says so, else something that was kept.
fn plain_text(folders: &[&str], name: &str, text: &str) -> FileKind {
    let stem = name.strip_suffix(".txt").unwrap_or(name);
    let names = ["readme", "install", "contributing", "usage", "faq", "notes", "todo", "upgrad"];
    let told = names.iter().any(|start| stem.starts_with(start));
    match stem {
        "robots" | "humans" | "license" | "licence" | "copying" | "ads" => Other,
        _ if is_transcript(text) => History,
        _ if told || folders.iter().any(|folder| matches!(*folder, "docs" | "doc")) => Docs,
        _ => History,
    }
}

/// Lines of a text that tell whether it is a terminal's output that was kept.
const TRANSCRIPT_LINES: usize = 400;

/// Tells a terminal's output: half of the lines or more look like it.
fn is_transcript(text: &str) -> bool {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let (mut all, mut output) = (0_usize, 0_usize);
    for line in lines.take(TRANSCRIPT_LINES) {
        all += 1;
        output += usize::from(is_output(line));
    }
    output > 0 && output * 2 >= all
}

/// Tells progress of Compose, a line of a log, a table's row, a prompt that names a machine.
fn is_output(line: &str) -> bool {
    let first = line.split_ascii_whitespace().next().unwrap_or_default();
    let progress = line.starts_with(['✔', '✘', '⠿', '⠋']) || line.starts_with("[+] ");
    let logged = line.split_once(" | ").is_some_and(|(name, _)| {
        let name = name.trim_end();
        !name.is_empty() && !name.contains(char::is_whitespace) && name != "|"
    });
    let row = line.split("   ").filter(|cell| !cell.trim().is_empty()).count() >= 3;
    progress || logged || row || is_timestamp(first) || is_prompt(line)
}

/// `2025-11-12…`, `[2025-11-12…`, `04:16:01…`.
fn is_timestamp(word: &str) -> bool {
    let word = word.trim_start_matches('[');
    let shape: String =
        word.chars().take(10).map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    shape == "0000-00-00" || shape.starts_with("00:00:00")
}

/// `user@host:~$ …`, `root@0a1b2c:/# …`.
fn is_prompt(line: &str) -> bool {
    let Some(end) = line.find(['$', '#', '%']) else { return false };
    let head = line.get(..end).unwrap_or_default().trim_start_matches('[');
    head.split_once('@').is_some_and(|(user, machine)| {
        let plain = |text: &str| !text.is_empty() && !text.contains(char::is_whitespace);
        plain(user) && plain(machine) && machine.contains([':', '~'])
    })
}

fn says_generated(text: &str) -> bool {
    text.lines().take(5).any(|line| {
        let told = line.contains("Code generated") && line.contains("DO NOT EDIT");
        told || line.contains("@generated")
    })
}

/// Changelogs, release notes, news.
fn is_chronicle(folders: &[&str], name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().replace(['_', ' '], "-");
    let starts = ["changelog", "changes", "history", "news", "release-notes", "releasenotes"];
    let told = starts.iter().any(|start| {
        let rest = stem.strip_prefix(start);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    });
    let inside = ["changelog", "changelogs", "changelog.d", "release-notes", "releases", "news"];
    told || folders.last().is_some_and(|folder| inside.contains(folder))
}

/// A migration of a database that may have been applied somewhere: it must stay as it was.
///
/// Told by its number: other code in such a folder runs the migrations.
fn is_migration(folders: &[&str], name: &str) -> bool {
    let starts_numbered = |name: &str| name.starts_with(|c: char| c.is_ascii_digit());
    let below = folders.windows(2).any(|pair| matches!(pair, ["db" | "database", "migrate"]))
        || folders.iter().any(|folder| {
            let rest = folder.strip_suffix("migrations");
            rest.is_some_and(|rest| rest.is_empty() || rest.ends_with(['_', '-']))
        });
    let versions =
        folders.windows(2).any(|pair| matches!(pair, ["alembic" | "migrations", "versions"]));
    let numbered = starts_numbered(name)
        || folders.last().is_some_and(|folder| starts_numbered(folder))
        || name.ends_with(".sql");
    let bytes = name.as_bytes();
    let flyway = matches!(bytes.first(), Some(b'v' | b'u'))
        && bytes.get(1).is_some_and(u8::is_ascii_digit)
        && name.contains("__")
        && name.ends_with(".sql");
    versions || flyway || (below && numbered)
}

/// Folders of what is no longer in use.
const ARCHIVES: &[&str] = &["archive", "archived", "archives", "attic", "graveyard", "obsolete"];

fn in_archive(folders: &[&str]) -> bool {
    folders.iter().any(|folder| {
        ARCHIVES.contains(folder)
            || matches!(*folder, "old" | "_old" | ".old")
            || ["old-", "old_", "archive-", "archived-"]
                .iter()
                .any(|start| folder.starts_with(start))
    })
}

/// A program's own module may be called `archive`; only one outside its sources is an archive.
fn kind_in_archive(folders: &[&str], kind: FileKind) -> FileKind {
    let sources = folders.iter().position(|folder| {
        matches!(*folder, "src" | "lib" | "app" | "pkg" | "internal" | "packages" | "crates")
    });
    let above = folders.get(..sources.unwrap_or(folders.len())).unwrap_or_default();
    if in_archive(above) { History } else { kind }
}

#[cfg(test)]
mod tests;
