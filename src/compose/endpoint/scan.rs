//! One pass over a masked text: URLs, `key=value` pairs, `host:port`, `user@host` and words.
//!
//! Invariant: the scanner only moves forward, and no step looks back over more than one token.

use std::ops::Range;

use super::mask::MASK;
use super::url::bare_authority;
use super::{Endpoint, Form};

/// What one pass found.
#[derive(Default)]
pub(super) struct Scan {
    /// Endpoints in order.
    pub(super) endpoints: Vec<Endpoint>,
    /// Parts that are spoken for: whatever stands in them, only the hosts above are hosts.
    pub(super) claims: Vec<Range<usize>>,
}

/// What a pair's key says of its value.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
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

/// A scan under way.
pub(super) struct Scanner<'t> {
    pub(super) text: &'t [u8],
    pub(super) original: &'t str,
    pub(super) at: usize,
    pub(super) scan: Scan,
    /// Users, databases and ports given as pairs.
    pub(super) pairs: Vec<(Role, Range<usize>)>,
    words: Vec<Word>,
    /// So far all is a list of words, addresses and URLs.
    pub(super) list: bool,
    /// Pairs are divided by semicolons, so that a password may hold blanks.
    pub(super) semicolons: bool,
    /// In a URL's query only pairs and whole URLs name hosts.
    pub(super) query: bool,
    /// The last token and where it ended, for keys of two words (`Data Source`).
    pub(super) previous: Range<usize>,
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
        // `("a" "b")` is a list, as `["a", "b"]` is; `f(a)` is none.
        let array = self.text.trim_ascii_start().starts_with(b"(");
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
                || matches!(byte, b',' | b';' | b'"' | b'\'' | b'[' | b']')
                || (array && matches!(byte, b'(' | b')'));
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
                Form::Authority | Form::Login => {}
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
            // `order:5:1` is a topic of Kafka's with its partitions and copies.
            if self.is_small(&port) && rest.get(1).is_some_and(u8::is_ascii_digit) {
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

    /// Tells whether a number is none of the ports that servers are known to listen on.
    fn is_small(&self, port: &Range<usize>) -> bool {
        const KNOWN: &[u16] = &[21, 22, 25, 53, 80, 110, 143, 389, 443, 465, 587, 636, 993, 995];
        let number = self.original.get(port.clone()).and_then(|port| port.parse::<u16>().ok());
        number.is_some_and(|number| number < 1000 && !KNOWN.contains(&number))
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
        let form = if oracle {
            Form::Authority
        } else if port.is_some() || credentials || inside {
            Form::KeyValue
        } else {
            Form::Login
        };
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
    pub(super) fn run_end_before(
        &self,
        from: usize,
        inside: impl Fn(u8) -> bool,
        stop: &[u8],
    ) -> usize {
        let rest = self.text.get(from..).unwrap_or_default();
        let ends = |(at, &byte): (usize, &u8)| !inside(byte) || rest[at..].starts_with(stop);
        from + rest.iter().enumerate().position(ends).unwrap_or(rest.len())
    }

    pub(super) fn run_end(&self, from: usize, inside: impl Fn(u8) -> bool) -> usize {
        let rest = self.text.get(from..).unwrap_or_default();
        from + rest.iter().position(|&byte| !inside(byte)).unwrap_or(rest.len())
    }
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

pub(super) fn is_delimiter(byte: u8) -> bool {
    byte.is_ascii_whitespace()
        || matches!(
            byte,
            b'"' | b'\'' | b'`' | b'<' | b'>' | b'(' | b')' | b'[' | b']' | b'{' | b'}'
        )
        || matches!(byte, b'|' | b'\\' | b',' | b';' | b'&' | b'=' | b'?' | b'#')
}

pub(super) fn ends_path(byte: u8) -> bool {
    byte.is_ascii_whitespace()
        || matches!(byte, b'"' | b'\'' | b'`' | b'<' | b'>' | b'\\' | b';' | b',' | b'?' | b'#')
        || matches!(byte, b'|' | b')' | b']' | b'}')
}

pub(super) fn is_host(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | MASK) || byte >= 0x80
}

pub(super) fn is_word_start(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | MASK) || byte >= 0x80
}
