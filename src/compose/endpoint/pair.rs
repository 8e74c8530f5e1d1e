//! `key=value` pairs: libpq's and ADO's connection strings, command options, URL queries.

use std::ops::Range;

use super::scan::{Role, Scanner, is_delimiter, is_word_start};
use super::{Endpoint, Form};

impl Scanner<'_> {
    /// Finds where the value starts, if the token before `end` is a key: behind a lone `=`, with
    /// blanks around it only where the value is quoted (`server = app` is code).
    pub(super) fn equals(&self, end: usize) -> Option<usize> {
        let blank = |byte| matches!(byte, b' ' | b'\t');
        let equals = self.run_end(end, blank);
        if self.text.get(equals) != Some(&b'=') {
            return None;
        }
        let lone = !matches!(self.text.get(equals + 1), Some(b'=' | b'>' | b'~'));
        let value = self.run_end(equals + 1, blank);
        let quoted = matches!(self.text.get(value), Some(b'"' | b'\''));
        (lone && (quoted || value == end + 1)).then_some(value)
    }

    /// Takes `key=value`; `value` is where the value starts.
    pub(super) fn pair(&mut self, key: Range<usize>, value: usize) {
        let role = self.role(&key);
        let start = match self.text.get(value) {
            Some(b'"' | b'\'') => value + 1,
            _ => value,
        };
        self.at = start;
        if role == Role::Other || self.opens_url(start) {
            return;
        }
        if role == Role::Host {
            let scheme = memchr::memchr(b':', &self.text[key.clone()])
                .map(|colon| key.start..key.start + colon);
            self.hosts(start, scheme.as_ref());
            return;
        }
        let quoted = start > value;
        let end = if role == Role::Secret {
            let blanks = self.semicolons || quoted;
            self.run_end(start, |byte| match byte {
                b'"' | b'\'' | b';' | b'\n' => false,
                b'&' => !self.query,
                _ => blanks || !byte.is_ascii_whitespace(),
            })
        } else {
            self.run_end(start, |byte| !is_delimiter(byte))
        };
        if self.text.get(start..end).is_some_and(|text| text.starts_with(b"//")) {
            return;
        }
        self.scan.claims.push(start..end);
        self.pairs.push((role, start..end));
        self.at = end.max(start);
    }

    /// Takes a pair's list of hosts: `db`, `db:5432`, `db,1433`, `tcp:db\instance`, `a,b`.
    fn hosts(&mut self, start: usize, scheme: Option<&Range<usize>>) {
        let mut at = start;
        for prefix in [&b"tcp:"[..], b"np:"] {
            let lower = self.text.get(at..at + prefix.len()).map(<[u8]>::to_ascii_lowercase);
            if lower.as_deref() == Some(prefix) {
                at += prefix.len();
            }
        }
        while let Some((host, mut port, mut next)) = self.host(at) {
            let first = self.text.get(host.start).copied().unwrap_or_default();
            let ended = self.text.get(next).is_none_or(|&byte| is_delimiter(byte) && byte != b'=');
            if !ended || !is_word_start(first) || self.opens_url(at) {
                break;
            }
            if self.text.get(next) == Some(&b',')
                && let Some(number) = self.port(next + 1)
            {
                next = number.end;
                port = port.or(Some(number));
            }
            self.scan.endpoints.push(Endpoint {
                port,
                scheme: scheme.cloned(),
                ..Endpoint::new(host, Form::KeyValue)
            });
            self.at = next;
            if self.text.get(next) != Some(&b',') {
                break;
            }
            at = self.run_end(next + 1, |byte| byte == b' ');
        }
    }

    fn role(&self, key: &Range<usize>) -> Role {
        let part = |range: &Range<usize>| {
            let text = self.original.get(range.clone()).unwrap_or_default();
            let last = text.rsplit(['.', ':', '/', '-', '_']).next().unwrap_or_default();
            last.to_ascii_lowercase()
        };
        let last = part(key);
        let adjacent = self.previous.end + 1 == key.start
            && matches!(self.text.get(self.previous.end), Some(b' ' | b'_'));
        let before = if adjacent { part(&self.previous) } else { String::new() };
        let option = self.text[key.clone()].starts_with(b"--");
        match (before.as_str(), last.as_str()) {
            ("data", "source") | ("network", "address") => Role::Host,
            ("user", "id" | "name") => Role::User,
            ("initial", "catalog") => Role::Database,
            // `docker run --hostname=db` names the container itself.
            (_, "hostname") if option => Role::Other,
            (_, "host" | "hosts" | "hostname" | "hostaddr" | "server" | "servers") => Role::Host,
            (_, "addr" | "address" | "addresses" | "datasource" | "pghost" | "dbhost") => {
                Role::Host
            }
            (_, "user" | "username" | "uid" | "userid" | "pguser" | "login" | "role") => Role::User,
            (_, "database" | "dbname" | "databasename" | "catalog" | "pgdatabase" | "db") => {
                Role::Database
            }
            (_, "port") => Role::Port,
            (_, "password" | "passwd" | "pwd" | "pass" | "secret" | "token" | "pgpassword") => {
                Role::Secret
            }
            _ => Role::Other,
        }
    }
}
