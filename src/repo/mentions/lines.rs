//! Configuration by lines: INI, TOML, properties, systemd units, `.pgpass`, PgBouncer,
//! requirements, and whatever else has a key and a value on a line.

use std::ops::Range;

use crate::compose::usage::Class;
use crate::repo::mentions::env;
use crate::repo::mentions::page::{Page, certain, likely, unsure};
use crate::repo::mentions::people;
use crate::repo::mentions::value;
use crate::repo::mentions::yaml;

/// Reads a range of lines; a whole file is also told by its name.
pub(super) fn read(page: &mut Page<'_>, range: &Range<usize>) {
    let whole = 0..page.text.len();
    if *range == whole && by_name(page, range) {
        return;
    }
    Reader { section: String::new(), key: String::new(), open: 0 }.read(page, range);
}

/// Reads files whose names say that they have a syntax of their own.
fn by_name(page: &mut Page<'_>, whole: &Range<usize>) -> bool {
    let name = page.path.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
    if name.contains("pgpass") {
        fields(page);
    } else if name == "pg_hba.conf" {
        access_rules(page);
    } else if name == "ssh_config" {
        remote_machines(page);
    } else if name == "userlist.txt" {
        page.judge_all(whole, certain(Class::User, "a user of PgBouncer"));
    } else if name.starts_with("requirements")
        || name.starts_with("constraints")
        || name == "go.mod"
    {
        packages(page);
        page.judge_all(whole, certain(Class::Image, "a package"));
    } else {
        return false;
    }
    true
}

/// Comments and URLs of a list of packages.
fn packages(page: &mut Page<'_>) {
    for line in people::lines(page.text, &(0..page.text.len())) {
        let (_, comment) = env::without_comment(page.text, &line);
        people::read(page, &comment, Class::Comment);
    }
}

/// PostgreSQL's `host DATABASE USER ADDRESS METHOD`.
fn access_rules(page: &mut Page<'_>) {
    const CLASSES: &[Class] = &[Class::Unknown, Class::Database, Class::User, Class::HostSetting];
    for line in people::lines(page.text, &(0..page.text.len())) {
        let (content, comment) = env::without_comment(page.text, &line);
        env::commented(page, &comment);
        for (word, class) in people::words(page.text, &content).into_iter().zip(CLASSES) {
            page.judge_all(&word, certain(*class, "field of an access rule"));
        }
    }
}

/// OpenSSH's `Host LABEL` and `HostName MACHINE`.
fn remote_machines(page: &mut Page<'_>) {
    for line in people::lines(page.text, &(0..page.text.len())) {
        let words = people::words(page.text, &line);
        let Some((key, values)) = words.split_first() else { continue };
        let judgement = match page.slice(key).to_ascii_lowercase().as_str() {
            "hostname" | "proxyjump" => likely(Class::HostSetting, "machine to connect to"),
            "user" => certain(Class::User, "user on a machine"),
            _ => unsure(Class::Identifier, "a label or a word in a client's configuration"),
        };
        values.iter().for_each(|value| page.judge_all(value, judgement));
    }
}

/// Lines of fields between colons (`host:port:database:user:password`).
fn fields(page: &mut Page<'_>) {
    const CLASSES: &[Class] =
        &[Class::HostSetting, Class::Unknown, Class::Database, Class::User, Class::Unknown];
    for line in people::lines(page.text, &(0..page.text.len())) {
        let text = page.slice(&line);
        if text.trim_start().starts_with('#') {
            people::read(page, &line, Class::Comment);
            continue;
        }
        let mut start = line.start;
        for (at, field) in text.split(':').enumerate() {
            let range = start..start + field.len();
            start = range.end + 1;
            let class = CLASSES.get(at).copied().unwrap_or(Class::Unknown);
            if field == page.subject.name {
                page.judge(&range, certain(class, "field of a password file"));
            }
        }
    }
}

/// Splits syslog-ng's form of a setting, `host("db")`, into its key and the bytes of its value.
pub(super) fn call(line: &str) -> Option<(&str, Range<usize>)> {
    let open = line.find('(')?;
    let close = line.rfind(')').filter(|close| open < *close)?;
    let key = line.get(..open)?.trim();
    let is_key =
        !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || "_-".contains(c));
    let ends = matches!(line.get(close + 1..)?.trim(), "" | ";");
    let inner = line.get(open + 1..close)?;
    let value = inner.trim().trim_matches('"');
    let start = open + 1 + inner.find(value)?;
    (is_key && ends && !value.contains(['(', ')'])).then_some((key, start..start + value.len()))
}

/// What a reader of lines remembers from the lines before.
struct Reader {
    /// The section that the line stands in, in lower case.
    section: String,
    /// The last key, for values that go on.
    key: String,
    /// Brackets that are open: an array goes on.
    open: usize,
}

impl Reader {
    fn read(&mut self, page: &mut Page<'_>, range: &Range<usize>) {
        for line in people::lines(page.text, range) {
            let text = page.slice(&line);
            let trimmed = text.trim_start();
            let start = line.end - trimmed.len();
            if trimmed.is_empty() {
                continue;
            }
            if trimmed.starts_with(['#', ';']) || trimmed.starts_with("//") {
                let comment = start + 1..line.end;
                env::commented(page, &comment);
                continue;
            }
            if self.open == 0 && trimmed.starts_with('[') && self.section_of(trimmed) {
                page.judge_all(&line, certain(Class::Identifier, "name of a section"));
                continue;
            }
            let (content, comment) = env::without_comment(page.text, &(start..line.end));
            people::read(page, &comment, Class::Comment);
            self.line(page, &content, text.len() > trimmed.len());
        }
    }

    fn section_of(&mut self, line: &str) -> bool {
        let inner = line.trim_start_matches('[');
        let Some(end) = inner.find(']') else { return false };
        self.section = inner.get(..end).unwrap_or_default().to_ascii_lowercase();
        self.key.clear();
        true
    }

    fn line(&mut self, page: &mut Page<'_>, line: &Range<usize>, indented: bool) {
        let text = page.slice(line);
        if let Some((key, value)) = call(text) {
            page.setting(key, &(line.start + value.start..line.start + value.end));
            return;
        }
        if self.open > 0 {
            self.value(page, line);
        } else if let Some((key, value)) = assignment(text) {
            let key_range = line.start + key.start..line.start + key.end;
            let value = line.start + value.start..line.start + value.end;
            self.key = page.slice(&key_range).trim_matches(['"', '\'']).to_owned();
            self.own_key(page, &key_range);
            self.value(page, &value);
        } else if indented && !self.key.is_empty() {
            self.value(page, line);
        } else if let Some((key, value)) = text.trim_end().split_once(char::is_whitespace) {
            // `replicaof db 6379`
            let start = line.start + text.len() - value.len();
            let start = if text.len() == text.trim_end().len() {
                start
            } else {
                line.start + key.len() + 1
            };
            self.key = key.to_owned();
            let key_range = line.start..line.start + key.len();
            self.own_key(page, &key_range);
            self.value(page, &(start..line.end.max(start)));
        } else {
            page.setting("", line);
        }
    }

    fn own_key(&self, page: &mut Page<'_>, key: &Range<usize>) {
        let judgement = match self.section.as_str() {
            "databases" => certain(Class::Database, "a database of PgBouncer"),
            section if is_package_list(section) => certain(Class::Image, "a package"),
            _ => unsure(Class::Identifier, "a key"),
        };
        page.judge_all(key, judgement);
    }

    fn value(&mut self, page: &mut Page<'_>, value: &Range<usize>) {
        let text = page.slice(value);
        let opened = text.matches(['[', '{']).count();
        let closed = text.matches([']', '}']).count();
        let starts = text.trim_start().starts_with(['[', '{']);
        if self.open > 0 || starts {
            self.open = (self.open + opened).saturating_sub(closed);
        }
        if !page.is_named_in(value) {
            return;
        }
        let key = self.key.to_ascii_lowercase();
        let inner = yaml::unquoted(page.text, value);
        if is_command_key(&key) || people::command_start(page.slice(&inner)) == Some(0) {
            return page.command(&inner);
        }
        if is_package_list(&key) || (is_package_list(&self.section) && self.open == 0) {
            return page.judge_all(value, certain(Class::Image, "a package"));
        }
        if key == "environment" {
            // systemd's and supervisor's `Environment="DB_HOST=db" X=y`.
            pairs(page, value);
        }
        match key.as_str() {
            "replicaof" | "slaveof" => host_word(page, value, 0),
            // `sentinel monitor LABEL HOST PORT QUORUM`
            "sentinel" => host_word(page, value, 2),
            "name" if self.section.contains("project") || is_package(&self.section) => {
                page.judge_all(value, unsure(Class::Image, "name of a package"));
            }
            _ => {}
        }
        let key = std::mem::take(&mut self.key);
        value::templates(page, value, &key);
        page.setting(&key, value);
        self.key = key;
    }
}

fn is_package(section: &str) -> bool {
    matches!(section, "package" | "metadata" | "tool.poetry" | "lib" | "bin")
}

/// Tells whether a key or section lists packages.
pub(super) fn is_package_list(name: &str) -> bool {
    let last = name.rsplit(['.', ' ']).next().unwrap_or(name);
    last.ends_with("dependencies")
        || last.ends_with("packages")
        || matches!(last, "requires" | "install_requires" | "keywords" | "extras_require")
        || name.starts_with("require")
}

/// Tells whether a setting's value is a command line.
fn is_command_key(key: &str) -> bool {
    key.starts_with("exec") || matches!(key, "command" | "cmd" | "run" | "entrypoint")
}

/// Reads a value of `KEY=value` words.
fn pairs(page: &mut Page<'_>, value: &Range<usize>) {
    let text = page.slice(value);
    let mut start = value.start;
    for word in text.split_inclusive([' ', ',']) {
        let own = start..start + word.len();
        start = own.end;
        let inner = word.trim_matches([' ', ',', '"', '\'']);
        let offset = word.find(inner).unwrap_or_default();
        if let Some((key, pair)) = env::assignment(inner) {
            let from = own.start + offset;
            page.setting(key, &(from + pair.start..from + pair.end));
        }
    }
}

/// A word of a value that is a host: the first of Redis' `replicaof HOST PORT`.
fn host_word(page: &mut Page<'_>, value: &Range<usize>, at: usize) {
    let host = people::words(page.text, value).into_iter().nth(at);
    if let Some(host) = host.filter(|host| page.slice(host) == page.subject.name) {
        page.judge(&host, certain(Class::HostSetting, "host to connect to"));
    }
}

/// Splits `key = value`, `key: value` and `"key" = value`.
fn assignment(line: &str) -> Option<(Range<usize>, Range<usize>)> {
    let separator = line.char_indices().find(|(at, c)| {
        *c == '='
            || (*c == ':' && line.get(at + 1..).is_some_and(|r| r.is_empty() || r.starts_with(' ')))
    });
    let (at, _) = separator?;
    let key = line.get(..at)?.trim_end();
    // A sentence or a command before the sign is no key.
    if key.is_empty() || key.split_whitespace().count() > 3 {
        return None;
    }
    let rest = line.get(at + 1..)?;
    let value = at + 1 + rest.len() - rest.trim_start().len();
    Some((0..key.len(), value..line.trim_end().len().max(value)))
}
