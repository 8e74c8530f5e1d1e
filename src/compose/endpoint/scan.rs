//! One pass over a masked text: URLs, `key=value` pairs, `host:port`, `user@host` and words.
//!
//! Invariant: the scanner only moves forward, and no step looks back over more than one token.

use std::ops::Range;

use super::mask::MASK;
use super::{Endpoint, Form};

/// What one pass found.
#[derive(Default)]
pub(super) struct Scan {
    /// Endpoints in order.
    pub(super) endpoints: Vec<Endpoint>,
    /// Parts that are spoken for: whatever stands in them, only the hosts above are hosts.
    pub(super) claims: Vec<Range<usize>>,
}

/// Schemes whose authority is no host: a file, an image, a bucket, a name in a store.
const HOSTLESS: &[&str] = &[
    "about",
    "abfs",
    "android-app",
    "app",
    "arn",
    "asset",
    "awssm",
    "az",
    "blob",
    "classpath",
    "container",
    "data",
    "docker",
    "docker-archive",
    "docker-image",
    "duckdb",
    "fd",
    "file",
    "git+file",
    "gs",
    "image",
    "jar",
    "memory",
    "npipe",
    "oci",
    "op",
    "pkg",
    "s3",
    "s3a",
    "s3n",
    "secret",
    "secrets",
    "sqlite",
    "sqlite3",
    "ssm",
    "unix",
    "unixgram",
    "vault",
    "vscode",
    "wasb",
];

/// The most bytes of user information that is looked through for its end where it is not escaped.
const PASSWORD_LIMIT: usize = 256;

/// What a pair's key says of its value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Host,
    User,
    Database,
    Port,
    Secret,
    Other,
}

/// A word that is a host if the value is nothing but a list of such.
struct Word {
    range: Range<usize>,
    /// It stands behind a blank only, not a comma or bracket.
    spaced: bool,
}

struct Scanner<'t> {
    text: &'t [u8],
    original: &'t str,
    at: usize,
    scan: Scan,
    /// Users, databases and ports given as pairs.
    pairs: Vec<(Role, Range<usize>)>,
    words: Vec<Word>,
    /// So far all is a list of words, addresses and URLs.
    list: bool,
    /// Pairs are divided by semicolons, so that a password may hold blanks.
    semicolons: bool,
    /// In a URL's query only pairs and whole URLs name hosts.
    query: bool,
    /// The last token and where it ended, for keys of two words (`Data Source`).
    previous: Range<usize>,
}

/// Scans a masked text; `original` is the same text unmasked.
pub(super) fn scan(text: &[u8], original: &str) -> Scan {
    let mut scanner = Scanner {
        text,
        original,
        at: 0,
        scan: Scan::default(),
        pairs: Vec::new(),
        words: Vec::new(),
        list: true,
        semicolons: memchr::memchr(b';', text).is_some(),
        query: false,
        previous: 0..0,
    };
    scanner.run();
    scanner.finish()
}

impl Scanner<'_> {
    fn run(&mut self) {
        while let Some(&byte) = self.text.get(self.at) {
            if !is_delimiter(byte) {
                self.token();
                continue;
            }
            match byte {
                b'?' => self.query = true,
                b'&' => {}
                _ => self.query = false,
            }
            let listed = byte.is_ascii_whitespace()
                || matches!(byte, b',' | b';' | b'"' | b'\'' | b'[' | b']');
            self.list &= listed;
            self.at += 1;
        }
    }

    fn finish(mut self) -> Scan {
        let url = self.scan.endpoints.iter().any(|endpoint| endpoint.form == Form::Authority);
        if self.list {
            let several = self.words.len() + self.scan.endpoints.len() > 1;
            for word in self.words {
                if !(url && several && word.spaced) {
                    self.scan.endpoints.push(Endpoint::new(word.range, Form::Word));
                }
            }
            self.scan.endpoints.sort_by_key(|endpoint| endpoint.host.start);
        }
        let pair = |role: Role| {
            self.pairs.iter().find(|(of, _)| *of == role).map(|(_, range)| range.clone())
        };
        let (user, database, port) = (pair(Role::User), pair(Role::Database), pair(Role::Port));
        for endpoint in &mut self.scan.endpoints {
            match endpoint.form {
                Form::KeyValue => endpoint.port = endpoint.port.take().or_else(|| port.clone()),
                Form::Authority => {}
                Form::Word | Form::HostPort => continue,
            }
            endpoint.user = endpoint.user.take().or_else(|| user.clone());
            endpoint.database = endpoint.database.take().or_else(|| database.clone());
        }
        self.scan
    }

    /// Takes one run of bytes without a delimiter, or more where it opens a URL or a pair.
    fn token(&mut self) {
        let start = self.at;
        let end = self.run_end_before(start, |byte| !is_delimiter(byte), b"://");
        let token = &self.text[start..end];
        if self.text[end..].starts_with(b"://") {
            self.url(end);
        } else if let Some(slashes) = bare_authority(token) {
            self.list = false;
            let scheme = start..(start + slashes).saturating_sub(1);
            self.authority(start + slashes + 2, Some(&scheme).filter(|scheme| !scheme.is_empty()));
        } else if let Some(equals) = self.equals(end) {
            self.list = false;
            self.pair(start..end, equals);
        } else if self.query {
            self.at = end;
        } else {
            self.item(start..end);
        }
        self.previous = start..end;
    }

    /// Takes a URL whose `://` stands at `slashes`.
    fn url(&mut self, slashes: usize) {
        let before = &self.text[self.at.min(slashes)..slashes];
        let length = before.iter().rev().take_while(|&&byte| is_scheme(byte)).count();
        let mut start = slashes - length;
        // `jdbc:postgresql:` is one scheme of two parts; other words before a colon are not.
        let outer = &self.text[self.at.min(start)..start];
        if let Some(at) = [&b"jdbc:"[..], b"r2dbc:"]
            .iter()
            .filter(|prefix| outer.starts_with(prefix) || outer.ends_with(prefix))
            .find_map(|prefix| memchr::memmem::find(outer, prefix))
        {
            start = start - outer.len() + at;
        } else if !outer.is_empty() {
            self.list = false;
        }
        let scheme = start..slashes;
        let last = &self.original.as_bytes()[slashes - length..slashes];
        let hostless = HOSTLESS.iter().any(|name| last.eq_ignore_ascii_case(name.as_bytes()));
        if hostless {
            self.tail(slashes + 3, scheme.start);
        } else {
            self.authority(slashes + 3, Some(&scheme).filter(|scheme| !scheme.is_empty()));
        }
    }

    /// Takes `user@host:port,host:port/path` from `from`, and leaves the query to the main loop.
    fn authority(&mut self, from: usize, scheme: Option<&Range<usize>>) {
        let claim = scheme.map_or(from, |scheme| scheme.start);
        let first = self.scan.endpoints.len();
        let end = self.run_end(from, |byte| !ends_authority(byte));
        let (mut user, mut at) = self.userinfo(from, end);
        while let Some((host, port, next)) = self.host(at) {
            let sound = match self.text.get(host.end..next) {
                // `postgres://user:` is the first half of a URL that is put together in code.
                Some([b':', ..]) => port.is_some(),
                _ => true,
            };
            if sound {
                self.scan.endpoints.push(Endpoint {
                    user: user.take(),
                    port,
                    scheme: scheme.cloned(),
                    ..Endpoint::new(host, Form::Authority)
                });
            }
            at = next;
            let more = self.text.get(at) == Some(&b',') && !self.opens_url(at + 1);
            if !more {
                break;
            }
            let key = self.run_end(at + 1, is_host);
            if self.text.get(key) == Some(&b'=') {
                break;
            }
            let item = self.run_end(at + 1, |byte| !ends_authority(byte) && byte != b',');
            let (next_user, next_at) = self.userinfo(at + 1, item);
            if self.text.get(next_at).is_none_or(|&byte| !is_host(byte)) {
                break;
            }
            (user, at) = (next_user, next_at);
        }
        let database = self.segment(at);
        for endpoint in self.scan.endpoints.iter_mut().skip(first) {
            endpoint.database.clone_from(&database);
        }
        self.tail(at, claim);
    }

    /// Finds the user name and where the host starts, in `from..end`.
    fn userinfo(&self, from: usize, end: usize) -> (Option<Range<usize>>, usize) {
        let within = self.text.get(from..end).unwrap_or_default();
        let at = match memchr::memchr(b'@', within) {
            // A password may hold an `@`, but not reach over a comma into the next address.
            Some(at) => {
                let comma = memchr::memchr(b',', &within[at..]).map_or(within.len(), |c| at + c);
                memchr::memrchr(b'@', &within[..comma]).unwrap_or(at)
            }
            None => match self.unescaped_userinfo(from, within) {
                Some(at) => at,
                None => return (None, from),
            },
        };
        let info = self.text.get(from..from + at).unwrap_or_default();
        let user = memchr::memchr(b':', info).unwrap_or(info.len());
        let user = Some(from..from + user).filter(|user| !user.is_empty());
        (user, from + at + 1)
    }

    /// A password that holds `/`, `?` or `#` as they are: what stands after the colon is no port,
    /// and an `@` follows in the same word.
    fn unescaped_userinfo(&self, from: usize, within: &[u8]) -> Option<usize> {
        let colon = memchr::memchr(b':', within)?;
        if colon + 1 == within.len() || self.port(from + colon + 1).is_some() {
            return None;
        }
        let window = self.text.len().min(from + PASSWORD_LIMIT);
        let rest = self.text.get(from..window)?;
        let end = rest.iter().position(|byte| {
            byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'' | b'`' | b',' | b';')
        });
        let rest = &rest[..end.unwrap_or(rest.len())];
        let at = memchr::memchr(b'@', rest)?;
        memchr::memmem::find(&rest[..at], b"://").is_none().then_some(at)
    }

    /// Reads `host`, `host:port` or `[::1]:port` at `at`: host, port and what follows.
    fn host(&self, at: usize) -> Option<(Range<usize>, Option<Range<usize>>, usize)> {
        let (host, end) = match self.text.get(at)? {
            b'[' => {
                let end = self.run_end(at + 1, |byte| byte.is_ascii_hexdigit() || byte == b':');
                (at + 1..end, end + usize::from(self.text.get(end) == Some(&b']')))
            }
            _ => {
                let end = self.run_end(at, is_host);
                let text = &self.text[at..end];
                let dots = text.iter().rev().take_while(|&&byte| byte == b'.').count();
                (at..end - dots, end)
            }
        };
        if host.is_empty() {
            return None;
        }
        match self.text.get(end) {
            Some(b':') => {
                let port = self.port(end + 1);
                let next = port.as_ref().map_or(end + 1, |port| port.end);
                Some((host, port, next))
            }
            _ => Some((host, None, end)),
        }
    }

    /// Reads a port: digits, a variable that is not by its name a tag or a directory, or a word
    /// such as `PORT`.
    fn port(&self, at: usize) -> Option<Range<usize>> {
        let end = self.run_end(at, |byte| byte.is_ascii_digit());
        let digits = at..end;
        let word = at..self.run_end(at, |byte| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | MASK) || byte >= 0x80
        });
        if word.is_empty() {
            return None;
        }
        let spelled = self.original.get(word.clone())?.to_ascii_lowercase();
        if word == digits {
            return spelled.parse::<u16>().is_ok().then_some(digits);
        }
        let masked = self.text.get(word.clone())?.contains(&MASK);
        let other = ["tag", "version", "image", "dir", "path", "volume", "data", "mode"];
        if masked {
            return (!other.iter().any(|name| spelled.contains(name))).then_some(word);
        }
        spelled.ends_with("port").then_some(word)
    }

    /// Finds the first part of a path that starts at `at`.
    fn segment(&self, at: usize) -> Option<Range<usize>> {
        if self.text.get(at) != Some(&b'/') {
            return None;
        }
        let end = self.run_end(at + 1, |byte| !is_delimiter(byte) && byte != b'/');
        let text = self.text.get(at + 1..end)?;
        let stops = text.iter().rev().take_while(|byte| matches!(byte, b'.' | b':' | b'!')).count();
        Some(at + 1..end - stops).filter(|segment| !segment.is_empty())
    }

    /// Skips a URL's path, unless another URL stands in it, and claims what was read from `claim`.
    fn tail(&mut self, from: usize, claim: usize) {
        let path = self.run_end_before(from, |byte| !ends_path(byte), b"://");
        let end = match self.text.get(path) {
            Some(b':') => {
                let text = self.text.get(from..path).unwrap_or_default();
                path - text.iter().rev().take_while(|&&byte| is_scheme(byte)).count()
            }
            Some(b'#') => self.run_end(path + 1, |byte| !ends_path(byte) || byte == b'?'),
            _ => path,
        };
        self.scan.claims.push(claim..end);
        self.at = end.max(self.at + 1);
    }

    /// Tells whether a scheme and `://` stand at `at`.
    fn opens_url(&self, at: usize) -> bool {
        let end = self.run_end(at, is_scheme);
        self.text.get(end..).is_some_and(|rest| rest.starts_with(b"://"))
    }

    /// Finds where the value starts, if the token before `end` is a key: behind a lone `=`, with
    /// blanks around it only where the value is quoted (`server = app` is code).
    fn equals(&self, end: usize) -> Option<usize> {
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
    fn pair(&mut self, key: Range<usize>, value: usize) {
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

    /// Takes a token that is no URL and no key: `host:port`, `user@host`, or a word.
    fn item(&mut self, token: Range<usize>) {
        self.at = token.end;
        let text = &self.text[token.clone()];
        let found = match memchr::memrchr(b'@', text) {
            Some(at) => self.user_at_host(token.clone(), token.start + at),
            None => self.host_port(token.clone()),
        };
        if found {
            return;
        }
        let first = text.first().copied().unwrap_or_default();
        let word = text.iter().all(|&byte| is_host(byte)) && is_word_start(first);
        if word && text.last() != Some(&b'.') {
            let before = token.start.checked_sub(1).and_then(|at| self.text.get(at));
            let spaced = before.is_none_or(u8::is_ascii_whitespace)
                && self.text.get(token.end).is_none_or(u8::is_ascii_whitespace);
            self.words.push(Word { range: token, spaced });
        } else {
            self.list &= is_network(text);
        }
    }

    /// `host:5432`, `host:5432/path`, `host:5432:database:user`, `tcp:host:5432`.
    fn host_port(&mut self, token: Range<usize>) -> bool {
        let lower = self.text[token.clone()].to_ascii_lowercase();
        let socket =
            ["tcp", "udp", "ssl", "openssl"].iter().any(|p| lower.starts_with(p.as_bytes()));
        let inner = memchr::memchr(b':', &lower).filter(|_| socket).map(|colon| colon + 1);
        let starts = [Some(token.start), inner.map(|inner| token.start + inner)];
        for start in starts.into_iter().flatten() {
            if !self.text.get(start).copied().is_some_and(is_word_start) {
                continue;
            }
            let Some((host, Some(port), next)) = self.host(start) else { continue };
            // `8080:80` maps ports and `12:30` is a time.
            let number = self.text[host.clone()].iter().all(u8::is_ascii_digit);
            let dotted = self.text.get(host.end) == Some(&b'.');
            let rest = self.text.get(next..token.end).unwrap_or_default();
            if number || dotted || !matches!(rest.first(), None | Some(b'/' | b':' | b'.')) {
                continue;
            }
            if rest.first() == Some(&b'.') && rest.len() > 1 {
                continue;
            }
            let mut endpoint = Endpoint { port: Some(port), ..Endpoint::new(host, Form::HostPort) };
            endpoint.database = self.segment(next);
            if rest.first() == Some(&b':') {
                // A line of .pgpass: host:port:database:user:password.
                let field = |at: usize| {
                    let end = self.run_end(at, |byte| !is_delimiter(byte) && byte != b':');
                    Some(at..end).filter(|field| !field.is_empty() && end <= token.end)
                };
                endpoint.database = field(next + 1);
                endpoint.user = endpoint.database.as_ref().and_then(|name| field(name.end + 1));
                self.scan.claims.push(next..token.end);
            }
            self.scan.endpoints.push(endpoint);
            return true;
        }
        false
    }

    /// `user@host`, `user:password@host:port/database`, `user:password@tcp(host:port)/database`,
    /// `user@host:path`. `at` is where the last `@` of the token stands.
    fn user_at_host(&mut self, token: Range<usize>, at: usize) -> bool {
        let info = &self.text[token.start..at];
        let colon = memchr::memchr(b':', info).unwrap_or(info.len());
        let oracle = info.starts_with(b"jdbc:");
        if !oracle
            && !info[..colon].iter().all(|&byte| is_host(byte) || matches!(byte, b'+' | b'%'))
        {
            return false;
        }
        let mut user = token.start..token.start + colon;
        let mut scheme = None;
        if oracle {
            let end = memchr::memrchr(b':', info).unwrap_or(info.len());
            scheme = Some(token.start..token.start + end);
            let from = token.start + end + 1;
            user = from.min(at)..self.run_end(from, |byte| byte != b'/').min(at).max(from.min(at));
        }
        let protocol = &self.text[at + 1..token.end];
        let wrapped = self.text.get(token.end) == Some(&b'(');
        if wrapped && matches!(protocol, b"unix" | b"cloudsql") {
            self.tail(token.end, token.start);
            self.list = false;
            return true;
        }
        let inside = wrapped && matches!(protocol, b"tcp" | b"tcp4" | b"tcp6");
        let from = if inside { token.end + 1 } else { at + 1 };
        let Some((host, port, mut next)) = self.host(from) else { return false };
        let path = self.text.get(host.end) == Some(&b':') && port.is_none();
        let digest = self
            .original
            .get(host.clone())
            .is_some_and(|host| host == "sha256" || host == "sha512");
        let credentials = colon < info.len() && !oracle;
        if digest || (path && credentials) || (info.is_empty() && port.is_none()) {
            return false;
        }
        if inside && self.text.get(next) == Some(&b')') {
            next += 1;
        }
        let sound = match self.text.get(next) {
            None | Some(b'/' | b':' | b'.') => true,
            Some(&byte) => is_delimiter(byte) || path,
        };
        if !sound {
            return false;
        }
        let form = if oracle { Form::Authority } else { Form::KeyValue };
        let database = if path { None } else { self.segment(next) };
        let user = Some(user).filter(|user| !user.is_empty());
        let end = self.run_end(next, |byte| !ends_path(byte)).max(token.end);
        self.scan.endpoints.push(Endpoint {
            user,
            port,
            database,
            scheme,
            ..Endpoint::new(host, form)
        });
        self.scan.claims.push(token.start..end);
        self.at = end;
        true
    }

    /// As [`Self::run_end`], but ends before `stop` too.
    fn run_end_before(&self, from: usize, inside: impl Fn(u8) -> bool, stop: &[u8]) -> usize {
        let rest = self.text.get(from..).unwrap_or_default();
        let ends = |(at, &byte): (usize, &u8)| !inside(byte) || rest[at..].starts_with(stop);
        from + rest.iter().enumerate().position(ends).unwrap_or(rest.len())
    }

    fn run_end(&self, from: usize, inside: impl Fn(u8) -> bool) -> usize {
        let rest = self.text.get(from..).unwrap_or_default();
        from + rest.iter().position(|&byte| !inside(byte)).unwrap_or(rest.len())
    }
}

/// Finds `//` that opens an authority without a scheme of its own: `jdbc:oracle:thin:@//host`,
/// `//host:1/x`, `//host/x`; a comment's `// text` and `//text` are none.
fn bare_authority(token: &[u8]) -> Option<usize> {
    if let Some(at) = memchr::memmem::find(token, b"@//").filter(|_| token.starts_with(b"jdbc:")) {
        return Some(at + 1);
    }
    let rest = token.strip_prefix(b"//")?;
    let end = rest.iter().position(|&byte| !is_host(byte))?;
    (end > 0 && matches!(rest.get(end), Some(b':' | b'/'))).then_some(0)
}

/// Tells whether an item of a host list is one that names no single host: `.lan`, `*.lan`, `*`,
/// `::1`, `10.0.0.0/8`.
fn is_network(item: &[u8]) -> bool {
    let suffix = item.strip_prefix(b"*").unwrap_or(item);
    let domain =
        suffix.first().is_none_or(|&byte| byte == b'.') && suffix.iter().all(|&b| is_host(b));
    let digits = |byte: &u8| byte.is_ascii_digit() || matches!(byte, b'.' | b'/');
    let range = item.first().is_some_and(u8::is_ascii_digit) && item.iter().all(digits);
    let hex = |byte: &u8| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'/');
    let six = memchr::memmem::find(item, b"::").is_some() && item.iter().all(hex);
    domain || range || six
}

fn is_delimiter(byte: u8) -> bool {
    byte.is_ascii_whitespace()
        || matches!(
            byte,
            b'"' | b'\'' | b'`' | b'<' | b'>' | b'(' | b')' | b'[' | b']' | b'{' | b'}'
        )
        || matches!(byte, b'|' | b'\\' | b',' | b';' | b'&' | b'=' | b'?' | b'#')
}

fn ends_authority(byte: u8) -> bool {
    byte.is_ascii_whitespace()
        || matches!(byte, b'"' | b'\'' | b'`' | b'<' | b'>' | b'\\' | b';' | b'/' | b'?' | b'#')
}

fn ends_path(byte: u8) -> bool {
    byte.is_ascii_whitespace()
        || matches!(byte, b'"' | b'\'' | b'`' | b'<' | b'>' | b'\\' | b';' | b',' | b'?' | b'#')
        || matches!(byte, b'|' | b')' | b']' | b'}')
}

fn is_scheme(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.' | b'_' | MASK)
}

fn is_host(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | MASK) || byte >= 0x80
}

fn is_word_start(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | MASK) || byte >= 0x80
}
