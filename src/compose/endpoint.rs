//! Hosts inside values: URLs, DSNs, JDBC, `key=value` DSNs, `host:port`, comma lists, userinfo.

use std::ops::Range;

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
    /// `host:5432`.
    HostPort,
    /// `host=db port=5432`, `Server=db;Database=x`, `tcp(db:3306)`, `user@host`.
    KeyValue,
    /// `scheme://user@host:1/x`, `jdbc:…`, `//host/…`.
    Authority,
}

/// Finds every host that a value names, in order, through `${VAR:-default}` and its defaults.
///
/// `${…}` and `$VAR` (Compose, shell), `{{ … }}` (templates), `{name}` (format strings), `<name>`
/// (placeholders) and `%s` count as parts of a word wherever they stand, so that
/// `postgres://${USER}:${PASS:-x@y}@db:${PORT}/app` has the host `db`.
/// A value may hold several (`http://a:1,http://b:2`, or a sentence with URLs in it).
#[must_use]
pub fn endpoints(value: &str) -> Vec<Endpoint> {
    let _ = value;
    todo!()
}
