//! Hosts inside values: URLs, DSNs, JDBC, `key=value` DSNs, `host:port`, comma lists, userinfo.

use std::ops::Range;

mod mask;
mod pair;
mod scan;
mod url;

/// A host that a value names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// Bytes of the host in the value.
    pub host: Range<usize>,
    /// What form it stands in.
    pub form: Form,
    /// Bytes of the user name, where there is one.
    pub user: Option<Range<usize>>,
    /// Bytes of the port, where there is one.
    pub port: Option<Range<usize>>,
    /// Bytes of the database or path's first part, where there is one.
    pub database: Option<Range<usize>>,
    /// Bytes of the scheme (`postgresql+asyncpg`), where there is one.
    pub scheme: Option<Range<usize>>,
}

/// The form that a host stands in. Ordered by how much it tells: an authority is a host for sure,
/// a bare word only where its setting says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Form {
    /// The whole value, or one item of a comma list, is one word: a host only if the setting is.
    Word,
    /// `user@host`, which may be a mail address, a node, a provider: a host only if the setting is.
    Login,
    /// `host:5432`.
    HostPort,
    /// `host=db port=5432`, `Server=db;Database=x`, `tcp(db:3306)`, `user:pass@host`, `user@host:1`.
    KeyValue,
    /// `scheme://user@host:1/x`, `jdbc:…`, `//host/…`.
    Authority,
}

/// Defaults inside defaults that are followed; deeper ones are not looked at.
const MAX_NESTING: usize = 16;

/// Finds every host that a value names, in order, through `${VAR:-default}` and its defaults.
///
/// `${…}` and `$VAR` (Compose, shell), `{{ … }}` (templates), `{name}` (format strings), `<name>`
/// (placeholders) and `%s` count as parts of a word wherever they stand, so that
/// `postgres://${USER}:${PASS:-x@y}@db:${PORT}/app` has the host `db`.
/// A value may hold several (`http://a:1,http://b:2`, or a sentence with URLs in it).
///
/// A default takes the place of its variable: in `http://${HOST:-db}:80` the host is `db`, in
/// the form [`Form::Authority`], and a default inside of a user name or a path is no host.
#[must_use]
pub fn endpoints(value: &str) -> Vec<Endpoint> {
    let mut found = Vec::new();
    let mut levels = vec![Level { range: 0..value.len(), depth: 0, stands_for: Place::Value }];
    while let Some(level) = levels.pop() {
        let text = value.get(level.range.clone()).unwrap_or_default();
        let masked = mask::mask(text);
        let scan = scan::scan(&masked.bytes, text);
        let mut claims = scan.claims;
        claims.sort_by_key(|claim| claim.start);
        let mut claims = claims.into_iter().peekable();
        let mut endpoints = scan.endpoints.into_iter().peekable();
        let mut reach = 0;
        for hole in masked.holes {
            while let Some(endpoint) = endpoints.next_if(|next| next.host.start < hole.span.start) {
                found.extend(level.place(endpoint));
            }
            while let Some(claim) = claims.next_if(|claim| claim.start <= hole.span.start) {
                reach = reach.max(claim.end);
            }
            let stands_for = match endpoints.next_if(|next| next.host == hole.span) {
                Some(endpoint) => level.place(endpoint).map(Place::Host),
                None if hole.span.start < reach => None,
                None => Some(Place::Part),
            };
            let range =
                level.range.start + hole.default.start..level.range.start + hole.default.end;
            match stands_for {
                Some(stands_for) if level.depth < MAX_NESTING => {
                    levels.push(Level { range, depth: level.depth + 1, stands_for });
                }
                _ => {}
            }
        }
        found.extend(endpoints.filter_map(|endpoint| level.place(endpoint)));
    }
    found.sort_by_key(|endpoint| endpoint.host.start);
    found
}

/// A text to be scanned: the value, or a default in it.
struct Level {
    range: Range<usize>,
    depth: usize,
    stands_for: Place,
}

/// What a level's text stands for in the text around it.
enum Place {
    /// All there is.
    Value,
    /// A host, of which the text around tells the rest.
    Host(Endpoint),
    /// A part of a word, or a whole one that is no host.
    Part,
}

impl Level {
    /// Moves an endpoint to its place in the whole value, with what the text around tells of it.
    fn place(&self, endpoint: Endpoint) -> Option<Endpoint> {
        let by = self.range.start;
        let shift = |range: Range<usize>| range.start + by..range.end + by;
        let mut placed = Endpoint {
            host: shift(endpoint.host),
            form: endpoint.form,
            user: endpoint.user.map(shift),
            port: endpoint.port.map(shift),
            database: endpoint.database.map(shift),
            scheme: endpoint.scheme.map(shift),
        };
        match &self.stands_for {
            Place::Value => {}
            Place::Part if placed.form == Form::Word => return None,
            Place::Part => {}
            Place::Host(outer) => {
                placed.form = placed.form.max(outer.form);
                placed.user = placed.user.or_else(|| outer.user.clone());
                placed.port = placed.port.or_else(|| outer.port.clone());
                placed.database = placed.database.or_else(|| outer.database.clone());
                placed.scheme = placed.scheme.or_else(|| outer.scheme.clone());
            }
        }
        Some(placed)
    }
}

impl Endpoint {
    fn new(host: Range<usize>, form: Form) -> Self {
        Self { host, form, user: None, port: None, database: None, scheme: None }
    }
}

#[cfg(test)]
mod tests;
