//! Values of settings: what a name means there, by the setting's own name and the value's form.

use std::ops::Range;

use crate::compose::endpoint::{Endpoint, Form, endpoints};
use crate::compose::usage::{Class, Confidence, Usage, occurrences};

mod subject;

use subject::words;
pub use subject::{Subject, subject};

/// Classifies each use of `name` in the value of the setting `key`: an environment variable, a
/// line of an env file, an option in a configuration file, a keyword argument in code.
///
/// Ranges are bytes of `value`. Gives every whole occurrence, references and others. The default
/// in `${DB_HOST:-db}` counts as whole, and is judged by its variable's name too.
#[must_use]
pub fn classify(key: &str, value: &str, name: &str) -> Vec<Usage> {
    if name.is_empty() || memchr::memmem::find(value.as_bytes(), name.as_bytes()).is_none() {
        return Vec::new();
    }
    let ranges = occurrences(value, name)
        .filter(|(range, whole)| *whole || starts_default(value, range))
        .map(|(range, _)| range);
    judge(key, value, ranges)
}

/// Classifies names that stand in the value of the setting `key` and are whole there; the value is
/// read once, however many they are.
pub fn judge(key: &str, value: &str, names: impl Iterator<Item = Range<usize>>) -> Vec<Usage> {
    let reading = Reading::new(key, value);
    names
        .map(|range| {
            let (class, confidence, reason) = reading.judge(&range);
            Usage { range, class, confidence, reason }
        })
        .collect()
}

/// Tells whether an occurrence is whole but for the `-` of `${NAME:-` before it.
fn starts_default(value: &str, range: &Range<usize>) -> bool {
    let before = value.get(..range.start).unwrap_or_default();
    let Some(before) = before.strip_suffix('-') else { return false };
    let before = before.strip_suffix(':').unwrap_or(before);
    let opened = before.trim_end_matches(|c: char| c.is_ascii_alphanumeric() || c == '_');
    let (Some(name), rest) = (value.get(range.clone()), value.get(range.start..)) else {
        return false;
    };
    // Three more characters tell whether the name goes on.
    let rest = rest.unwrap_or_default();
    let end = rest.char_indices().map(|(at, _)| at).find(|&at| at >= name.len() + 3);
    let near = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
    let ends = occurrences(near, name).next().is_some_and(|(_, whole)| whole);
    ends && opened.ends_with("${") && opened.len() < before.len()
}

type Judgement = (Class, Confidence, &'static str);

/// What is known of a value before its occurrences are judged one by one.
struct Reading<'v> {
    subject: Subject,
    /// The setting's name speaks of mail, whose addresses look like logins.
    is_of_mail: bool,
    /// The setting may ask for an engine as well as for a host.
    may_be_engine: bool,
    value: &'v str,
    /// In order of their hosts.
    endpoints: Vec<Endpoint>,
    /// Users, schemes and databases of endpoints, in order.
    parts: Vec<(Range<usize>, Class, &'static str)>,
}

impl<'v> Reading<'v> {
    fn new(key: &str, value: &'v str) -> Self {
        let endpoints = endpoints(value);
        let mut parts = Vec::new();
        for endpoint in &endpoints {
            let scheme = endpoint.scheme.clone().and_then(|scheme| value.get(scheme));
            let path = if scheme.is_some_and(is_web) {
                (Class::Path, "path of a URL")
            } else {
                (Class::Database, "database in a URL or connection")
            };
            let named = [
                (&endpoint.user, (Class::User, "user in a URL or connection")),
                (&endpoint.scheme, (Class::Scheme, "scheme of a URL")),
                (&endpoint.database, path),
            ];
            for (part, (class, reason)) in named {
                parts.extend(part.clone().map(|range| (range, class, reason)));
            }
        }
        parts.sort_by_key(|(range, ..)| range.start);
        parts.dedup_by(|one, other| one.0 == other.0);
        let is_of_mail = words(key).iter().any(|word| MAIL.contains(&word.as_str()));
        let may_be_engine = asks_for_either(key);
        Self { subject: subject(key), is_of_mail, may_be_engine, value, endpoints, parts }
    }

    fn judge(&self, range: &Range<usize>) -> Judgement {
        let certain = |class, reason| (class, Confidence::Certain, reason);
        let subject = self.subject_at(range);
        let (before, after) = self.around(range);
        if before.ends_with("${") || before.ends_with('$') {
            return certain(Class::Identifier, "name of a variable");
        }
        if before.ends_with('{') && after.starts_with('}') {
            return certain(Class::Identifier, "name of a placeholder");
        }
        let at = self.endpoints.partition_point(|endpoint| endpoint.host.start < range.start);
        if let Some(endpoint) = self.endpoints.get(at).filter(|found| found.host == *range) {
            return match endpoint.form {
                Form::Authority => certain(Class::Host, "host in a URL"),
                Form::KeyValue if subject != Subject::Image => {
                    certain(Class::Host, "host of a connection")
                }
                // `REDIS_QUEUE=redis:6379` is no topic with its partitions.
                Form::HostPort if subject == Subject::Object && self.has_high_port(endpoint) => {
                    host_port(Subject::Other)
                }
                Form::KeyValue | Form::HostPort => host_port(subject),
                Form::Login => login(subject, self.is_of_mail),
                Form::Word if subject == Subject::Address && self.is_engine(range) => {
                    (Class::Scheme, Confidence::Unsure, "an engine's name, or a host")
                }
                Form::Word => word(subject),
            };
        }
        if let Some(judgement) = self.part_at(range) {
            return judgement;
        }
        if opens_scheme(before, after) {
            return certain(Class::Scheme, "scheme of a URL");
        }
        if let Some(judgement) = prefixed(before, after) {
            return judgement;
        }
        if let Some(own) = whole_default(before, after).filter(|own| *own != Subject::Other) {
            return word(own);
        }
        if subject == Subject::Image {
            return certain(Class::Image, "image of a setting");
        }
        let behind_slash = before.ends_with(['/', '\\']);
        if behind_slash && is_port(after) && matches!(subject, Subject::Host | Subject::Address) {
            // `rs0/mongo:27017`, a replica set and its members.
            return certain(Class::Host, "host:port");
        }
        // The backslash of `\"` ends a string.
        let escapes = after.starts_with("\\\"") || after.starts_with("\\'");
        if behind_slash || after.starts_with(['/', '\\']) && !escapes {
            return certain(Class::Path, "part of a path");
        }
        match pair_subject(before, after) {
            Some(Subject::Host | Subject::Address | Subject::Container | Subject::Other) | None => {
                (Class::Unknown, Confidence::Unsure, "in a setting")
            }
            Some(subject) => word(subject),
        }
    }

    /// Tells whether an occurrence is an engine's name where one may stand.
    fn is_engine(&self, range: &Range<usize>) -> bool {
        let name = self.value.get(range.clone());
        self.may_be_engine && name.is_some_and(|name| ENGINES.contains(&name))
    }

    /// Tells whether an endpoint's port is above those that counts and versions look like.
    fn has_high_port(&self, endpoint: &Endpoint) -> bool {
        let port = endpoint.port.clone().and_then(|port| self.value.get(port));
        port.and_then(|port| port.parse::<u16>().ok()).is_some_and(|port| port >= 1000)
    }

    /// What stands on both sides, as far as a judgement needs it.
    fn around(&self, range: &Range<usize>) -> (&str, &str) {
        let before = self.value.get(..range.start).unwrap_or_default();
        let from = before.char_indices().rev().map(|(at, _)| at).nth(NEAR).unwrap_or(0);
        let after = self.value.get(range.end..).unwrap_or_default();
        let to = after.char_indices().map(|(at, _)| at).nth(NEAR).unwrap_or(after.len());
        (before.get(from..).unwrap_or_default(), after.get(..to).unwrap_or_default())
    }

    /// The setting's subject, or that of the variable whose default the occurrence stands in.
    fn subject_at(&self, range: &Range<usize>) -> Subject {
        let (before, _) = self.around(range);
        let own = enclosing_variable(before).map_or(Subject::Other, subject);
        match (self.subject, own) {
            (Subject::Other, own) => own,
            (
                Subject::Address | Subject::Container | Subject::Service | Subject::Driver,
                Subject::Host,
            ) => own,
            (subject, _) => subject,
        }
    }

    fn part_at(&self, range: &Range<usize>) -> Option<Judgement> {
        let next = self.parts.partition_point(|(part, ..)| part.start <= range.start);
        let (part, class, reason) = self.parts.get(next.checked_sub(1)?)?;
        (range.end <= part.end).then_some((*class, Confidence::Certain, *reason))
    }
}

/// Characters on either side that a judgement may look at.
const NEAR: usize = 128;

fn host_port(subject: Subject) -> Judgement {
    match subject {
        Subject::Host | Subject::Address => (Class::Host, Confidence::Certain, "host:port"),
        Subject::Other
        | Subject::Driver
        | Subject::Container
        | Subject::Service
        | Subject::Foreign => (Class::Host, Confidence::Likely, "host:port"),
        _ => word(subject),
    }
}

/// Servers whose names are also those of drivers, dialects and kinds of stores.
const ENGINES: &[&str] = &[
    "cassandra",
    "clickhouse",
    "cockroachdb",
    "couchdb",
    "elasticsearch",
    "kafka",
    "mariadb",
    "memcached",
    "mongo",
    "mongodb",
    "mssql",
    "mysql",
    "nats",
    "opensearch",
    "oracle",
    "pgsql",
    "postgres",
    "postgresql",
    "rabbitmq",
    "redis",
    "sqlserver",
    "valkey",
];

/// Tells a key whose value is an address or says what sort of server it is: `DB_CONN`, `BROKER`.
fn asks_for_either(key: &str) -> bool {
    let words = words(key);
    let last = words.last().map_or("", String::as_str);
    matches!(last, "broker" | "con" | "conn" | "connect" | "datasource")
}

/// Words of settings that hold the addresses of people.
const MAIL: &[&str] =
    &["address", "addresses", "admin", "contact", "email", "from", "mail", "recipient", "sender"];

/// Judges `user@NAME`.
fn login(subject: Subject, is_of_mail: bool) -> Judgement {
    match subject {
        Subject::Host | Subject::Address if !is_of_mail => {
            (Class::Host, Confidence::Certain, "host of a connection")
        }
        _ => (Class::Host, Confidence::Unsure, "behind a user, as in a mail address"),
    }
}

/// Judges a value, or an item of a list, that is the name and nothing else.
fn word(subject: Subject) -> Judgement {
    use Confidence::{Certain, Likely, Unsure};
    match subject {
        Subject::Host => (Class::HostSetting, Certain, "value of a host setting"),
        Subject::Address => (Class::HostSetting, Likely, "value of an address setting"),
        Subject::Container => (Class::ContainerReference, Certain, "value of a container setting"),
        Subject::Service => {
            (Class::ContainerReference, Unsure, "service of a tool that the setting does not name")
        }
        Subject::Foreign => (Class::OtherNamespace, Unsure, "service as another tool knows it"),
        Subject::Database => (Class::Database, Certain, "value of a database setting"),
        Subject::User => (Class::User, Certain, "value of a user setting"),
        Subject::Secret => (Class::Unknown, Unsure, "value of a secret setting"),
        Subject::Image => (Class::Image, Certain, "value of an image setting"),
        Subject::Object => (Class::Identifier, Unsure, "name of a topic, queue or the like"),
        Subject::Profile => (Class::Profile, Certain, "value of a profile setting"),
        Subject::Driver => (Class::Scheme, Certain, "value of a driver setting"),
        Subject::Path => (Class::Path, Certain, "value of a path setting"),
        Subject::Other => (Class::Literal, Unsure, "whole value of a setting"),
    }
}

/// `container:NAME` and `service:NAME`, as Compose's network modes have them.
fn prefixed(before: &str, after: &str) -> Option<Judgement> {
    let ends = after.chars().next().is_none_or(|c| !matches!(c, '/' | '@' | '='));
    let alone = |prefix: &str| {
        let rest = before.strip_suffix(prefix)?;
        let bounded =
            !rest.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'));
        (ends && bounded).then_some(())
    };
    let certain = |class, reason| (class, Confidence::Certain, reason);
    alone("container:")
        .map(|()| certain(Class::ContainerReference, "container:NAME"))
        .or_else(|| alone("service:").map(|()| certain(Class::ServiceReference, "service:NAME")))
}

/// `NAME://`, `NAME+driver://`, `dialect+NAME://`, `jdbc:NAME:`.
fn opens_scheme(before: &str, after: &str) -> bool {
    let rest =
        after.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-'));
    let driver = after.starts_with('+') || rest.len() == after.len();
    (driver && rest.starts_with("://")) || (before.ends_with("jdbc:") && after.starts_with(':'))
}

fn is_port(after: &str) -> bool {
    let digits = after.strip_prefix(':').unwrap_or_default();
    digits.bytes().take_while(u8::is_ascii_digit).count() >= 4
}

fn is_web(scheme: &str) -> bool {
    ["http", "https", "ws", "wss", "grpc", "ftp", "sftp", "ssh", "git"]
        .iter()
        .any(|web| scheme.eq_ignore_ascii_case(web))
}

/// Reads the key of `key=NAME` inside a value.
fn pair_subject(before: &str, after: &str) -> Option<Subject> {
    let ends = after.chars().next().is_none_or(|c| c.is_whitespace() || "\"',;&)".contains(c));
    let before = before.strip_suffix(['"', '\'']).unwrap_or(before).strip_suffix('=')?;
    let key = before.rsplit(|c: char| c.is_whitespace() || "\"',;&?({".contains(c)).next()?;
    ends.then(|| subject(key))
}

/// Tells what a default names that stands between other text, as in `-h ${DB_HOST:-NAME}`, by its
/// variable's name; nothing where it is a part of a word (`${DB_HOST:-NAME}.lan`).
fn whole_default(before: &str, after: &str) -> Option<Subject> {
    let in_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '$');
    let after = after.strip_prefix(['"', '\'']).unwrap_or(after).strip_prefix('}')?;
    let before = before.strip_suffix(['"', '\'']).unwrap_or(before);
    let name = enclosing_variable(before)?;
    let (outside, _) = before.rsplit_once("${")?;
    let operator = before.get(outside.len() + 2 + name.len()..)?;
    let default = matches!(operator, ":-" | "-" | ":+" | "+" | ":");
    let outside = outside.strip_suffix('$').unwrap_or(outside);
    (default && !outside.ends_with(in_word) && !after.starts_with(in_word)).then(|| subject(name))
}

/// Finds the variable whose `${NAME:-…` is still open at the end of `before`.
fn enclosing_variable(before: &str) -> Option<&str> {
    let mut closed = 0_usize;
    for (at, byte) in before.bytes().enumerate().rev() {
        match byte {
            b'}' => closed += 1,
            b'{' if closed > 0 => closed -= 1,
            b'{' => {
                let dollar = at.checked_sub(1).and_then(|at| before.as_bytes().get(at));
                let name = before.get(at + 1..)?;
                let name = name.split([':', '-', '+', '?']).next()?;
                return (dollar == Some(&b'$') && !name.is_empty()).then_some(name);
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests;
