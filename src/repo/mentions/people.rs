//! Text for people: prose, comments, messages.
//!
//! A name in such text is a reference only where something says so: a URL, a command, the word
//! "service" beside it, or a name that can hardly be anything else. Deliberately absent: where
//! such text stands in a file.

use std::ops::Range;

use crate::compose::endpoint::{Form, endpoints};
use crate::compose::usage::Class;
use crate::repo::mentions::page::{Judgement, Page, certain, likely, unsure};

/// Reads a range as text for people; `class` says which (prose, comment, message).
pub(super) fn read(page: &mut Page<'_>, range: &Range<usize>, class: Class) {
    if page.open_in(range).is_empty() {
        return;
    }
    for line in lines(page.text, range) {
        if page.open_in(&line).is_empty() {
            continue;
        }
        for span in code_spans(page.slice(&line)) {
            let span = line.start + span.start..line.start + span.end;
            code_span(page, &span, class);
        }
        hosts(page, &line, class);
        commands(page, &line, class);
        for open in page.open_in(&line) {
            let judgement = word(page, &open, class);
            page.judge(&open, judgement);
        }
    }
}

/// Gives the ranges of the lines of a range, line ends left out.
pub(super) fn lines(text: &str, range: &Range<usize>) -> Vec<Range<usize>> {
    let mut start = range.start;
    text.get(range.clone())
        .unwrap_or_default()
        .split('\n')
        .map(|line| {
            let own = start..start + line.trim_end_matches('\r').len();
            start += line.len() + 1;
            own
        })
        .collect()
}

/// Gives the ranges of the words of a range.
pub(super) fn words(text: &str, range: &Range<usize>) -> Vec<Range<usize>> {
    let slice = text.get(range.clone()).unwrap_or_default();
    let mut words = Vec::new();
    let mut start = None;
    for (at, c) in slice.char_indices().chain([(slice.len(), ' ')]) {
        match (c.is_whitespace(), start) {
            (true, Some(from)) => {
                words.push(range.start + from..range.start + at);
                start = None;
            }
            (false, None) => start = Some(at),
            _ => {}
        }
    }
    words
}

/// Finds what stands between backquotes in a line, without them.
pub(super) fn code_spans(line: &str) -> Vec<Range<usize>> {
    let bytes = line.as_bytes();
    let mut spans = Vec::new();
    let mut at = 0;
    while let Some(open) = bytes.get(at..).and_then(|rest| memchr::memchr(b'`', rest)) {
        let open = at + open;
        let fence =
            bytes.get(open..).unwrap_or_default().iter().take_while(|b| **b == b'`').count();
        let start = open + fence;
        let rest = line.get(start..).unwrap_or_default();
        let Some(end) = rest.find(line.get(open..start).unwrap_or("`")) else {
            at = start;
            continue;
        };
        spans.push(start..start + end);
        at = start + end + fence;
    }
    spans
}

/// Tells whether an offset lies between backquotes of a line.
fn in_code(line: &str, at: usize) -> bool {
    code_spans(line).iter().any(|span| span.contains(&at))
}

/// Judges the name inside of `code` in a sentence.
fn code_span(page: &mut Page<'_>, span: &Range<usize>, class: Class) {
    let text = page.slice(span);
    if text.trim() == page.subject.name || page.open_in(span).is_empty() {
        return;
    }
    let script = || calls_script(page, text).then_some(0);
    if let Some(at) = command_start(text).or_else(script) {
        for (range, judgement) in page.command_usages(&(span.start + at..span.end)) {
            page.judge(&range, spoken(judgement, class));
        }
        return;
    }
    if let Some((key, value)) = pair(text) {
        let value = span.start + value.start..span.start + value.end;
        for (range, judgement) in page.setting_usages(key, &value) {
            page.judge(&range, spoken(judgement, class));
        }
    }
}

/// Tells a call of a script that stands for Compose (`./dc.sh exec db sh`).
fn calls_script(page: &Page<'_>, text: &str) -> bool {
    let head = text.split_whitespace().next().unwrap_or_default();
    let name = head.rsplit_once('/').map(|(_, name)| format!("/{name}"));
    name.is_some_and(|name| page.commands.wrappers.contains_key(&name))
}

/// Splits `KEY=value` and `key: value`.
pub(super) fn pair(text: &str) -> Option<(&str, Range<usize>)> {
    let at = text.find(['=', ':'])?;
    let key = text.get(..at)?.trim();
    let rest = text.get(at + 1..)?;
    let is_key = !key.is_empty()
        && key.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-'));
    let separated = text.as_bytes().get(at) == Some(&b'=') || rest.starts_with(' ');
    let value = rest.trim();
    let start = at + 1 + rest.len() - rest.trim_start().len();
    (is_key && separated).then_some((key, start..start + value.len()))
}

/// Lowers what text for people says to what may be edited there: it never runs.
fn spoken(judgement: Judgement, class: Class) -> Judgement {
    let judgement = judgement.quoted();
    match class {
        Class::Comment if judgement.edits() => likely(Class::Comment, "in a comment"),
        _ => judgement,
    }
}

/// Judges hosts in URLs, and of `host:port`.
fn hosts(page: &mut Page<'_>, line: &Range<usize>, class: Class) {
    let text = page.slice(line);
    for endpoint in endpoints(text) {
        let host = line.start + endpoint.host.start..line.start + endpoint.host.end;
        let port = endpoint.port.as_ref().and_then(|port| text.get(port.clone()));
        let told = match endpoint.form {
            Form::Authority => true,
            Form::HostPort => port.is_some_and(is_service_port),
            Form::KeyValue | Form::Login | Form::Word => false,
        };
        if told {
            let bare = endpoint.form == Form::HostPort
                && class == Class::Prose
                && !page.subject.distinctive
                && !in_code(text, endpoint.host.start);
            let judgement = match bare {
                // `(web:3000, admin:3001)` may list programs and their ports.
                true => unsure(Class::Host, "a name and a port in a sentence"),
                false => likely(Class::Host, "host in a URL"),
            };
            page.judge(&host, spoken(judgement, class));
        }
        let parts = [
            (endpoint.user, Class::User),
            (endpoint.database, Class::Path),
            (endpoint.scheme, Class::Scheme),
        ];
        if endpoint.form == Form::Authority {
            for (part, class) in parts {
                let Some(part) = part else { continue };
                let part = line.start + part.start..line.start + part.end;
                page.judge_all(&part, certain(class, "another part of a URL"));
            }
        }
    }
}

/// Tells a port from an image's tag (`db:16`): services listen above 1000, or on few others.
fn is_service_port(port: &str) -> bool {
    port.parse::<u32>().is_ok_and(|port| {
        matches!(
            port,
            22 | 25 | 53 | 80 | 110 | 143 | 389 | 443 | 465 | 514 | 587 | 636 | 993 | 995
        ) || (1000..65536).contains(&port)
    })
}

/// Tells whether a text starts with a port: digits, `${DB_PORT}`, `{port}`, `<port>`, `PORT`.
pub(super) fn starts_with_port(text: &str) -> bool {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    if digits > 0 {
        return text.get(..digits).is_some_and(is_service_port);
    }
    let word_end = text
        .char_indices()
        .find(|(_, c)| !(c.is_ascii_alphanumeric() || "_${}<>()%.".contains(*c)))
        .map_or(text.len(), |(at, _)| at);
    let word = text.get(..word_end).unwrap_or_default();
    let is_placeholder = word.starts_with(|c: char| "${<%(".contains(c));
    word.starts_with("PORT")
        || (is_placeholder && word.to_ascii_lowercase().contains("port"))
        || matches!(word.get(..2), Some("%d" | "%s" | "{}" | "%i"))
}

/// Judges the name in a command or setting that a sentence quotes.
fn commands(page: &mut Page<'_>, line: &Range<usize>, class: Class) {
    for (range, judgement) in page.sentence_usages(line) {
        page.judge(&range, spoken(judgement, class));
    }
}

/// Programs whose command lines name hosts or containers.
const PROGRAMS: &[&str] = &[
    "curl",
    "docker",
    "docker-compose",
    "dig",
    "mariadb",
    "mongo",
    "mongodump",
    "mongorestore",
    "mongosh",
    "mysql",
    "mysqladmin",
    "mysqldump",
    "nc",
    "nerdctl",
    "nslookup",
    "pg_dump",
    "pg_dumpall",
    "pg_isready",
    "pg_restore",
    "ping",
    "podman",
    "podman-compose",
    "psql",
    "redis-cli",
    "telnet",
    "wget",
];

/// Finds where a command starts in a line, at a program that is followed by arguments.
pub(super) fn command_start(text: &str) -> Option<usize> {
    let mut start = None;
    for (at, c) in text.char_indices() {
        let inside = c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/');
        match (inside, start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                let word = text.get(from..at).unwrap_or_default();
                if c == ' ' && is_program(word) {
                    return Some(from);
                }
                start = None;
            }
            _ => {}
        }
    }
    None
}

/// Tells whether a word is a program that handles containers.
pub(super) fn is_engine(word: &str) -> bool {
    let name = word.rsplit('/').next().unwrap_or(word);
    ["docker", "podman", "nerdctl"].iter().any(|engine| name.starts_with(engine))
        && is_program(word)
}

/// Tells whether a word is a program whose arguments name hosts or containers.
pub(super) fn is_program(word: &str) -> bool {
    let name = word.rsplit('/').next().unwrap_or(word);
    PROGRAMS.contains(&name)
}

/// Words that say that a name beside them is a service's or container's.
const SERVICE_WORDS: &[&str] =
    &["service", "services", "container", "containers", "host", "hostname", "container_name"];

/// Tells what the word beside a name says that it is, other than a service.
fn other_meaning(word: &str) -> Option<Class> {
    let class = match word {
        "database" | "databases" | "db" | "dbs" | "schema" | "schemas" => Class::Database,
        "user" | "users" | "role" | "roles" | "username" | "account" | "superuser" | "password" => {
            Class::User
        }
        "image" | "images" | "tag" | "package" | "packages" | "library" | "repository" | "repo"
        | "dockerfile" | "chart" | "gem" | "crate" => Class::Image,
        "volume" | "volumes" => Class::Volume,
        "network" | "networks" => Class::Network,
        "profile" | "profiles" => Class::Profile,
        "folder" | "directory" | "dir" | "file" | "files" | "path" | "script" => Class::Path,
        "command" | "binary" | "cli" | "program" | "executable" | "client" => Class::Program,
        "driver" | "dialect" | "engine" | "scheme" | "protocol" | "adapter" => Class::Scheme,
        "module" | "branch" | "table" | "column" | "collection" | "queue" | "topic" | "bucket"
        | "variable" | "parameter" | "option" | "field" | "property" | "key" | "class"
        | "function" | "method" | "model" | "type" | "label" | "extension" | "plugin"
        | "object" | "prefix" | "argument" | "fixture" | "session" => Class::Identifier,
        _ => return None,
    };
    Some(class)
}

/// What the words beside a name make of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Beside {
    /// A service, container or host.
    Service,
    /// Something else.
    Other(Class),
    /// Nothing is said.
    Nothing,
}

/// Tells a name that a database's client is told to use: `\c NAME`, `\connect NAME`, `USE NAME`.
pub(super) fn is_used_database(before: &str) -> bool {
    let head = before.trim_end_matches(['"', '\'', '`']);
    let command = head.trim_end();
    let verb = ["\\c", "\\connect", "USE", "use"].iter().find_map(|verb| {
        let head = command.strip_suffix(verb)?;
        Some((*verb, head.trim_end_matches(['`', '"'])))
    });
    let Some((verb, before)) = verb.filter(|_| command.len() < head.len()) else { return false };
    match verb {
        // In a sentence it may be a word; a statement starts a line, or follows a prompt.
        "use" => matches!(before.trim_end().chars().next_back(), None | Some('>' | ';')),
        "USE" => !before.ends_with(|c: char| c.is_alphanumeric()),
        _ => !before.ends_with('\\'),
    }
}

/// Skips names in backquotes that go on a list (`` `db`, `web` and `api` services``): gives what
/// stands behind the last of them.
fn behind_list(after: &str) -> &str {
    let mut rest = after;
    loop {
        let Some(next) = rest.strip_prefix('`') else { return rest };
        let next = next.trim_start_matches([',', '/', '&', ' ']);
        let next = next.strip_prefix("and ").or_else(|| next.strip_prefix("or ")).unwrap_or(next);
        let Some((name, _)) = next.strip_prefix('`').and_then(|next| next.split_once('`')) else {
            return rest;
        };
        if name.contains(char::is_whitespace) {
            return rest;
        }
        rest = next.get(name.len() + 1..).unwrap_or_default();
    }
}

/// Reads the words beside a name: the one behind it first, then the one before.
pub(super) fn beside(page: &Page<'_>, range: &Range<usize>) -> Beside {
    let (before, after) = page.around(range);
    if is_used_database(before) {
        return Beside::Other(Class::Database);
    }
    // Only the next word counts; a line may be long.
    let after = prefix(after, 64);
    let before = suffix(before, 64);
    let marks = |c: char| matches!(c, '`' | '"' | '\'' | '*' | ')' | ']' | '”' | '’');
    let next = if after.starts_with('`') { behind_list(after) } else { after };
    let next = next.trim_start_matches(marks);
    let next_word = word_at_start(next.trim_start());
    if next.starts_with(char::is_whitespace) {
        let next_word = next_word.to_lowercase();
        if SERVICE_WORDS.contains(&next_word.as_str()) {
            return Beside::Service;
        }
        if let Some(class) = other_meaning(&next_word) {
            return Beside::Other(class);
        }
    }
    let open = |c: char| matches!(c, '`' | '"' | '\'' | '*' | '(' | '[' | '“' | '‘');
    let previous = before.trim_end_matches(open).trim_end();
    let loose = previous.trim_end_matches([':', '=']).trim_end();
    let mut words = loose.split_whitespace().rev().map(|word| word.to_lowercase());
    let mut word = words.next().unwrap_or_default();
    if matches!(word.as_str(), "named" | "called" | "name" | "is") {
        word = words.next().unwrap_or_default();
    }
    let word = word.trim_start_matches(|c: char| !c.is_alphanumeric());
    if SERVICE_WORDS.contains(&word) {
        return Beside::Service;
    }
    match other_meaning(word) {
        // "PostgreSQL database: NAME" may well give the database's host.
        Some(class) if loose.len() == previous.len() && !before.ends_with('(') => {
            Beside::Other(class)
        }
        _ => Beside::Nothing,
    }
}

fn word_at_start(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    text.get(..end).unwrap_or_default()
}

/// Gives at most so many bytes of a text's start.
pub(super) fn prefix(text: &str, most: usize) -> &str {
    let mut end = most.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}

/// Gives at most so many bytes of a text's end.
pub(super) fn suffix(text: &str, most: usize) -> &str {
    let mut start = text.len().saturating_sub(most);
    while !text.is_char_boundary(start) {
        start += 1;
    }
    text.get(start..).unwrap_or_default()
}

/// Judges a name that is a word of a sentence.
fn word(page: &Page<'_>, range: &Range<usize>, class: Class) -> Judgement {
    let (before, after) = page.around(range);
    if let Some(judgement) = by_neighbours(before, after) {
        return judgement;
    }
    if is_link_text(before, after, &page.subject.name) {
        return unsure(Class::Identifier, "text of a link to something of that name");
    }
    let quoted = before.ends_with('`') && after.starts_with('`');
    match beside(page, range) {
        Beside::Other(class) => unsure(class, "what the word beside it says"),
        Beside::Service if quoted || page.subject.distinctive => {
            likely(class, "the text says that it is a service")
        }
        _ if page.subject.distinctive && page.subject.product => {
            unsure(class, "a product's name too")
        }
        _ if page.subject.distinctive => likely(class, "a name that is hardly anything else"),
        Beside::Service | Beside::Nothing => unsure(class, "a word of a text"),
    }
}

/// Tells the text of a link whose target has the name in its path: a repository or file is meant
/// (`[db](https://example.org/team/db)`, `` `db <tools/db.rst>`_ ``, `<a href="/x/db">db</a>`).
fn is_link_text(before: &str, after: &str, name: &str) -> bool {
    let markdown = before.rsplit_once('[').filter(|(_, text)| !text.contains(']')).and_then(|_| {
        let (text, target) = after.split_once("](")?;
        (!text.contains(['[', ']'])).then(|| target.split(')').next().unwrap_or(target))
    });
    let rst = || {
        let (text, target) = after.split_once('<')?;
        let open = before.matches('`').count() % 2 == 1 && !text.contains('`');
        open.then(|| target.split('>').next())?
    };
    let html = || {
        let (tag, _) = before.rsplit_once('>')?;
        let (_, tag) = tag.rsplit_once('<').filter(|(_, tag)| tag.starts_with("a "))?;
        tag.split_once("href=").map(|(_, target)| target)
    };
    let target = markdown.or_else(rst).or_else(html).unwrap_or_default();
    let target = target.split(['#', '?']).next().unwrap_or_default();
    target.split(['/', '"', '\'', ' ']).any(|part| {
        let rest = part.strip_prefix(name);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    })
}

/// Judges by the characters that touch a name.
pub(super) fn by_neighbours(before: &str, after: &str) -> Option<Judgement> {
    if after.starts_with("://") {
        return Some(certain(Class::Scheme, "scheme of a URL"));
    }
    if before.ends_with(['/', '\\']) || after.starts_with(['/', '\\']) {
        return Some(unsure(Class::Path, "part of a path"));
    }
    if before.ends_with(['#', '@', '$', '%']) || after.starts_with('(') {
        return Some(unsure(Class::Identifier, "an identifier"));
    }
    if after.starts_with('=') && !after.starts_with("==") {
        return Some(unsure(Class::Identifier, "a key"));
    }
    let digits = after.strip_prefix(':').unwrap_or_default();
    if digits.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '$' | '<' | '{')) {
        return Some(unsure(Class::Image, "an image, or host and port"));
    }
    None
}
