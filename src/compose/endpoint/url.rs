//! URLs: `scheme://user:password@host:port,host:port/database?query`, and the parts of one that
//! stand alone.

use std::ops::Range;

use super::mask::MASK;
use super::scan::{Scanner, ends_path, is_delimiter, is_host};
use super::{Endpoint, Form};

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

impl Scanner<'_> {
    /// Takes a URL whose `://` stands at `slashes`.
    pub(super) fn url(&mut self, slashes: usize) {
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
    pub(super) fn authority(&mut self, from: usize, scheme: Option<&Range<usize>>) {
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
    pub(super) fn host(&self, at: usize) -> Option<(Range<usize>, Option<Range<usize>>, usize)> {
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
    pub(super) fn port(&self, at: usize) -> Option<Range<usize>> {
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
    pub(super) fn segment(&self, at: usize) -> Option<Range<usize>> {
        if self.text.get(at) != Some(&b'/') {
            return None;
        }
        let end = self.run_end(at + 1, |byte| !is_delimiter(byte) && byte != b'/');
        let text = self.text.get(at + 1..end)?;
        let stops = text.iter().rev().take_while(|byte| matches!(byte, b'.' | b':' | b'!')).count();
        Some(at + 1..end - stops).filter(|segment| !segment.is_empty())
    }

    /// Skips a URL's path, unless another URL stands in it, and claims what was read from `claim`.
    pub(super) fn tail(&mut self, from: usize, claim: usize) {
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
    pub(super) fn opens_url(&self, at: usize) -> bool {
        let end = self.run_end(at, is_scheme);
        self.text.get(end..).is_some_and(|rest| rest.starts_with(b"://"))
    }
}

/// Finds `//` that opens an authority without a scheme of its own: `jdbc:oracle:thin:@//host`,
/// `//host:1/x`, `//host/x`; a comment's `// text` and `//text` are none.
pub(super) fn bare_authority(token: &[u8]) -> Option<usize> {
    if let Some(at) = memchr::memmem::find(token, b"@//").filter(|_| token.starts_with(b"jdbc:")) {
        return Some(at + 1);
    }
    let rest = token.strip_prefix(b"//")?;
    let end = rest.iter().position(|&byte| !is_host(byte))?;
    (end > 0 && matches!(rest.get(end), Some(b':' | b'/'))).then_some(0)
}

fn ends_authority(byte: u8) -> bool {
    byte.is_ascii_whitespace()
        || matches!(byte, b'"' | b'\'' | b'`' | b'<' | b'>' | b'\\' | b';' | b'/' | b'?' | b'#')
}

fn is_scheme(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.' | b'_' | MASK)
}
